"""A move that is entered of a past moment: who may, by the roles of then and of today; on both stores."""

from datetime import UTC, date, datetime, timedelta

import pytest
from shapely.geometry import Point, box

from layers import moves, problems
from layers.errors import Denied
from layers.model import Category, Feature, Person, Responsibility
from layers.moves import MoveWish
from layers.rules.permissions import Viewer
from layers.store import Store

NOW = datetime(2021, 12, 3, 2, 0, tzinfo=UTC)
THEN = NOW - timedelta(days=2)
TODAY, YEAR = date(2021, 12, 3), date(2021, 1, 1)
DUTIES = {"STAYS": (YEAR, None), "FORMER": (YEAR, TODAY), "NEXT": (TODAY, None)}  # head of the village, from and until


@pytest.fixture
def town(store: Store) -> Store:
    with store.writing() as session:
        session.town.put_categories([Category(code="0102", parent="01", name_zh="垃圾", name_en="Rubbish")])
        village = {"name": "V1", "level": "village", "parent": None}
        session.features.insert_many(
            "areas", [Feature(code="V1", geometry=box(118, 36, 118.1, 36.1), values=village)], now=NOW
        )
        session.duties.put_people([Person(code=code, name=code) for code in DUTIES])
        session.duties.put_responsibilities([
            Responsibility(layer="areas", place="V1", person=code, role="village_head", valid_from=start, valid_to=end)
            for code, (start, end) in DUTIES.items()
        ])  # fmt: skip
    return store


def reported(town: Store, by: str) -> int:
    """A problem that its finder may still change, whatever they answer for."""
    draft = problems.Draft(geometry=Point(118.01, 36.01), category="0102", reported_by=by, found_at=THEN)
    return problems.report(town, draft, now=THEN).id


def confirmed(town: Store, signed_in: str, *, at: datetime, by: str = "") -> tuple[str, datetime]:
    """Somebody confirms a case that they have reported; the state of the case, and the moment of its last event."""
    who = by or signed_in
    id_ = reported(town, who)
    eyes = town.seen_by(Viewer(signed_in, signed_in, "", TODAY)) if signed_in else town
    moves.move(eyes, id_, MoveWish(to="confirmed", by=who, at=at), now=NOW)
    with town.reading() as session:
        return str(session.features.get("problems", id_).values["state"]), session.history.events(id_)[-1].at


def test_who_has_the_role_then_and_today_enters_what_was_done_before(town: Store) -> None:
    assert confirmed(town, "STAYS", at=THEN) == ("confirmed", THEN)


@pytest.mark.parametrize("at", [THEN, NOW])
def test_whose_duty_has_ended_does_not_act_in_the_past_either(town: Store, at: datetime) -> None:
    with pytest.raises(Denied):
        confirmed(town, "FORMER", at=at)


def test_whose_duty_has_begun_today_acts_from_today_on(town: Store) -> None:
    assert confirmed(town, "NEXT", at=NOW) == ("confirmed", NOW)
    with pytest.raises(Denied):
        confirmed(town, "NEXT", at=THEN)


def test_the_past_of_whoever_has_left_is_entered_in_their_name_by_an_administrator(town: Store) -> None:
    assert confirmed(town, "", by="FORMER", at=THEN) == ("confirmed", THEN)
    with pytest.raises(Denied):
        confirmed(town, "", by="FORMER", at=NOW)
