"""The demo town put into a store: everything derived by the same rules as in real use, in one transaction.

What its people did beyond their moves follows through the use cases.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely

from layers.campaigns import KEY as CAMPAIGNS
from layers.demo import DemoTown
from layers.errors import Conflict
from layers.geometry import Metres
from layers.look_backs import schedule_all
from layers.model import Feature
from layers.planting_acts import LOOKED_BACK_DAYS, act_out
from layers.planting_cases import plant_problems
from layers.planting_roadside import plant_roadside
from layers.rebounds import link_all
from layers.rules.campaign_rows import plain_row
from layers.stations import rebuild_rings
from layers.store import Session, Store
from layers.words import msg

# Places first: what follows is given to them.
_GROUND = ("areas", "road_segments", "stations", "dust_sources", "patrols")


def plant(store: Store, demo: DemoTown, *, now: datetime, reset: bool) -> bool:
    """Fill an empty store with the demo town; True when it did, False when a demo town stands there already.

    `reset` clears a demo town first. Raises Conflict where the store holds a real town: that is never touched.
    """
    with store.writing() as session:
        town = session.town.get()
        full = any(session.layers.counts().values())
        if full and not town.demo:
            raise Conflict(
                msg("The store holds the town “{name}”: the demo never replaces a real one.", name=town.name)
            )
        if full and not reset:
            return False
        _clear(session)
        session.town.put(replace(demo.town, demo=True))
        session.town.put_categories(demo.categories)
        session.duties.put_people(demo.people)
        session.duties.put_responsibilities(demo.responsibilities)
        for layer in _GROUND:
            session.features.insert_many(layer, demo.layers[layer], now=now)
        rebuild_rings(session, now=now)
        _plant_parcels(session, demo, now)
        for measure in demo.layers["measures"]:  # singly: those with firms have no place
            session.features.insert("measures", measure, now=now)
        plant_roadside(session, demo, now=now)
        plant_problems(session, demo, now=now)
        session.rulesets.put(CAMPAIGNS, [plain_row(one) for one in demo.campaigns], now=now)
        link_all(session, now=now)
        schedule_all(session, now=now - timedelta(days=LOOKED_BACK_DAYS))
    act_out(store, demo.staff, now=now)
    return True


def _clear(session: Session) -> None:
    for schema in session.layers.all():
        if schema.own:
            session.layers.drop(schema.name)
        else:
            session.features.clear(schema.name)
    session.town.clear_records()


def _plant_parcels(session: Session, demo: DemoTown, now: datetime) -> None:
    metres = Metres(demo.town.crs)
    parcels = demo.layers["parcels"]
    areas = shapely.area(metres.to(_shapes(parcels))).round(2).tolist()
    sized = [replace(p, values={**p.values, "area_m2": a}) for p, a in zip(parcels, areas, strict=True)]
    session.features.insert_many("parcels", sized, now=now)


def _shapes(features: list[Feature]) -> Any:
    array = np.empty(len(features), dtype=object)
    array[:] = [feature.geometry for feature in features]
    return array
