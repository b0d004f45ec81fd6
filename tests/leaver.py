"""Somebody of the demo town who is about to leave, with all that somebody may have: what the tests of privacy share."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shapely.geometry import LineString, Point
from sqlalchemy import MetaData, Select, Table, Text, cast, inspect, select

from layers import accounts, channels, patrols, photo_keeping, problems, tokens
from layers.accounts import AccountChange, NewAccount
from layers.accounts_model import Client, Identity
from layers.audit import By
from layers.channels import Subscription
from layers.demo_accounts import DEMO_ACCOUNTS
from layers.model import Person
from layers.moves import MoveWish, move
from layers.people import roles_of_all
from layers.photo_keeping import NewPhoto
from layers.photos.files import PhotoFiles
from layers.query import Query, Where
from layers.rules.permissions import Viewer
from layers.store import Store, open_store
from layers.tokens import NewToken
from layers.values import TOWN_TIME, town_day
from tests.demo_copies import plant
from tests.pictures import jpeg

NOW = datetime.now(UTC).replace(microsecond=0)
LEAVER, HEIR = "R092", "R030"  # of the demo town: somebody with places, open cases and notices
CLIENT = Client("10.9.8.7", "Leaver's telephone")


@contextmanager
def leaving(folder: Path, store_url: str) -> Iterator[Store]:
    """The demo town; the leaver has all that somebody may have."""
    plant(folder, store_url)
    keep_no_demo_account(store_url)
    opened = open_store(store_url)
    made = accounts.create(opened, NewAccount(name="leaver", role="grid_worker", person=LEAVER), now=NOW)
    by = By(Identity(account=made.account.name, person=LEAVER), CLIENT)
    tokens.create(opened, NewToken(account="leaver", label="my plotter"), now=NOW, by=by)
    wish = Subscription(channel="mail", target="leaver@example.org", person=LEAVER)
    channels.subscribe(opened, wish, now=NOW, by=LEAVER)
    accounts.change(opened, "leaver", AccountChange(subject="leaver@provider"), now=NOW)
    _walk(opened)
    _tell_of(opened, person(opened).phone)
    photographed = _report_and_be_given_it(opened)
    seen = NewPhoto(data=jpeg(), role="before", by=LEAVER)
    photo_keeping.add(opened, PhotoFiles(folder / "photos"), photographed, seen, now=NOW)
    try:
        yield opened
    finally:
        opened.close()


def keep_no_demo_account(store_url: str) -> None:
    """Whose account of the demo it is goes by the day: the leaver's, who could not be erased then, gets a colleague."""
    role_of = {one.name: one.role for one in DEMO_ACCOUNTS}
    with closing(open_store(store_url)) as store, store.writing() as session:
        roles = roles_of_all(session, session.duties.people(), on=town_day(NOW))
        for account in session.accounts.all():
            if account.person == LEAVER and account.name in role_of:
                heir = next(code for code in roles if role_of[account.name] in roles[code] and code != LEAVER)
                session.accounts.change(account.name, {"person": heir})


def person(store: Store, code: str = LEAVER) -> Person:
    with store.reading() as session:
        return session.duties.person(code)


def _walk(store: Store) -> None:
    track = LineString([(114.02, 22.53), (114.021, 22.53)])
    said = {"inspector": LEAVER, "fixes": [[0, 5], [60, 5]], "started_at": NOW - timedelta(hours=2)}
    patrols.add_patrol(store, track, said, now=NOW)


def _tell_of(store: Store, number: str) -> None:
    """Somebody else writes of the leaver, in a text."""
    with store.reading() as session:
        case = session.features.read("problems", Query(where=(Where("state", "=", "reported"),)))[0]
    text = f"问过{person(store).name}，电话{number}"
    problems.edit(store, case.id, now=NOW, values={"description": text})


def _report_and_be_given_it(store: Store) -> int:
    """From a phone that may repeat its requests; then a dispatcher names the leaver as the handler."""
    viewer = Viewer("leaver", LEAVER, CLIENT.device, NOW.astimezone(TOWN_TIME).date())
    with store.reading() as session:
        place = session.features.read("problems", Query(limit=1))[0].geometry
    draft = problems.Draft(geometry=Point(place.centroid), category="0102", description="一堆垃圾", reported_by=LEAVER)
    made = problems.report(store.seen_by(viewer), draft, now=NOW, key="from the phone")
    for to, given in (("filed", {}), ("assigned", {"handler": LEAVER})):
        move(store, made.id, MoveWish(to=to, given=given), now=NOW)
    return made.id


def everything(store: Store) -> str:
    """Whatever is in any table of the store, whoever made the table."""
    with store.reading() as session:
        connection = session.layers.connection
        names = [name for name in inspect(connection).get_table_names() if not name.startswith(("rtree_", "gpkg_"))]
        found = MetaData()
        found.reflect(connection, only=names)
        texts = [
            [str(value) for row in connection.execute(_as_texts(table)) for value in row]
            for table in found.tables.values() if table.name != "spatial_ref_sys"
        ]  # fmt: skip
    return "\n".join(text for some in texts for text in some)


def _as_texts(table: Table) -> Select[tuple[str, ...]]:
    return select(*(cast(column, Text) for column in table.columns if column.name != "geom"))
