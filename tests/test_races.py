"""Two at the same time: whoever decides for the town is not undone by whoever was under way; on both stores."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from shapely.geometry import Point

from layers import accounts, photo_keeping, problems
from layers.accounts import NewAccount
from layers.accounts_model import NO_CLIENT, Identity
from layers.audit import By
from layers.errors import BadInput, Conflict, Gone
from layers.model import Person
from layers.photo_keeping import NewPhoto
from layers.photos.files import PhotoFiles
from layers.sign_ins import Credentials, sign_in
from layers.store import Store
from layers.town import furnish, put_people
from tests.pictures import jpeg, scene

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OLD, NEW = "the old password", "the new password"


@pytest.mark.parametrize("round_", range(3))
def test_a_reset_holds_whatever_is_changed_at_that_moment(store: Store, round_: int) -> None:
    account = accounts.create(store, NewAccount(name="zhang", role="planner", password=OLD), now=NOW).account
    by = By(Identity(account=account.name, person=account.person, way="session", may_write=True))
    with ThreadPoolExecutor(1) as beside:
        changing = beside.submit(accounts.change_password, store, OLD, NEW, now=NOW, by=by)
        drawn = accounts.reset(store, "zhang", now=NOW + timedelta(seconds=round_)).one_time
        with suppress(BadInput):
            changing.result()
    begun = sign_in(store, Credentials(name="zhang", password=drawn), client=NO_CLIENT, now=NOW + timedelta(minutes=1))
    assert begun.account.must_change


@pytest.mark.parametrize("round_", range(3))
def test_a_photo_that_is_withdrawn_while_it_is_redacted_stays_withdrawn(
    store: Store, tmp_path: Path, round_: int
) -> None:
    furnish(store)
    put_people(store, [Person(code="D", name="D", roles=("dispatcher",))])
    files = PhotoFiles(tmp_path / "photos")
    problem = problems.report(store, problems.Draft(geometry=Point(118, 36), category="0102"), now=NOW)
    large = jpeg(scene(round_, (3000, 2000)))
    photo = photo_keeping.add(store, files, problem.id, NewPhoto(data=large, role="before"), now=NOW)
    photo_keeping.release(store, photo.id, True, now=NOW)
    with ThreadPoolExecutor(1) as beside:
        redacting = beside.submit(photo_keeping.redact, store, files, photo.id, [(0.1, 0.1, 0.2, 0.2)], now=NOW)
        with suppress(Gone):  # it was redacted already: then the new one is withdrawn
            photo_keeping.release(store, photo.id, False, now=NOW)
        made = redacting.result()
    with store.reading() as session:
        shown = session.photos.get(made.id)
    withdrawn_first = any(one.payload.get("act") == "withdrawn" for one in history(store, problem.id))
    assert shown.released_at is None or not withdrawn_first


def history(store: Store, id_: int):  # type: ignore[no-untyped-def]
    with store.reading() as session:
        return session.history.events(id_)


def test_a_key_of_a_photo_belongs_to_one_problem(store: Store, tmp_path: Path) -> None:
    furnish(store)
    files = PhotoFiles(tmp_path / "photos")
    draft = problems.Draft(geometry=Point(118, 36), category="0102")
    one, other = (problems.report(store, draft, now=NOW).id for _ in range(2))
    new = NewPhoto(data=jpeg(scene(3)), role="before", request_key="the same")
    made = photo_keeping.add(store, files, one, new, now=NOW)
    assert photo_keeping.add(store, files, one, new, now=NOW).id == made.id
    with pytest.raises(Conflict):
        photo_keeping.add(store, files, other, new, now=NOW)
