"""A person's data: all of it is given to them, and nothing of it is left after their erasure; on both stores."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers import privacy, soundness, tokens
from layers.accounts_model import Identity
from layers.audit import OPERATOR_HERE, By
from layers.errors import BadInput, Conflict, Denied, NotFound
from layers.exports import export_layer
from layers.model import Person, Responsibility
from layers.passwords import digest
from layers.personal_data import PERSONAL_DATA
from layers.query import Query, Where
from layers.rules.erasure import ACCOUNT_KEYS, FORGOTTEN_KEYS, PERSON_KEYS
from layers.rules.lifecycle import OPEN_STATES
from layers.rules.permissions import Viewer
from layers.schema import LayerSchema
from layers.store import Store
from layers.store.tables import METADATA
from layers.tokens import NewToken
from layers.values import TOWN_TIME
from tests.conftest import run
from tests.leaver import CLIENT, HEIR, LEAVER, NOW, everything, leaving, person

ROOT = Path(__file__).parent.parent
DROP = """
import sys
from layers.store import open_store
with open_store(sys.argv[1]).writing() as session:
    session.layers.drop("wells")
"""


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    with leaving(tmp_path, store_url) as opened:
        yield opened


def erased(store: Store) -> privacy.Erased:
    return privacy.erase(store, LEAVER, now=NOW, by=OPERATOR_HERE, to=HEIR)


@pytest.mark.filterwarnings("ignore:Did not recognize type")
def test_nothing_is_left_of_somebody_who_was_erased(store, files, tmp_path):
    gone = person(store)
    known = (gone.name, gone.phone, "leaver", CLIENT.address, CLIENT.device, "my plotter", f'"{LEAVER}"')
    before = everything(store)
    assert all(word in before for word in known)
    done = erased(store)
    left = everything(store)
    assert [word for word in known if word in left] == []
    assert LEAVER not in left.splitlines() and done.pseudonym in left
    for file in tmp_path.glob("town.gpkg*"):
        content = file.read_bytes()
        assert gone.name.encode() not in content and gone.phone.encode() not in content
    assert store.check() == []
    assert soundness.faults(store, files, deep=True) == []


def test_no_export_names_them(store):
    gone = person(store)
    done = erased(store)
    for layer, kind in (("problems", "csv"), ("patrols", "geojson"), ("measures", "csv")):
        body, _ = export_layer(store, layer, kind)
        assert gone.name.encode() not in body and gone.phone.encode() not in body
        assert f'"{LEAVER}"'.encode() not in body and f",{LEAVER},".encode() not in body
    assert done.pseudonym.encode() in export_layer(store, "problems", "csv")[0]


def test_the_history_keeps_what_was_done(store):
    with store.reading() as session:
        count = session.history.count()
        handled = session.features.count("problems", Query(where=(Where("handled_by", "=", LEAVER),)))
        closed = {row.id for row in session.features.read("problems", Query(where=(Where("state", "=", "closed"),)))
                  if row.values["handled_by"] == LEAVER}  # fmt: skip
    done = erased(store)
    assert handled and closed
    with store.reading() as session:
        assert session.history.count() == count + len(done.handed_over.cases)
        still = {row.id for row in session.features.read("problems", Query(where=(Where("state", "=", "closed"),)))
                 if row.values["handled_by"] == done.pseudonym}  # fmt: skip
        assert still == closed
        assert any(event.by == done.pseudonym for events in session.history.events_of(sorted(closed)).values()
                   for event in events)  # fmt: skip


def test_whose_tracks_they_were_is_known_by_no_pseudonym_either(store):
    with store.reading() as session:
        tracks = {row.id for row in session.features.read("patrols") if row.values["inspector"] == LEAVER}
    erased(store)
    with store.reading() as session:
        now = [row for row in session.features.read("patrols") if row.id in tracks]
    assert tracks and {row.values["inspector"] for row in now} == {""}


def test_who_still_answers_for_something_is_not_erased_before_somebody_takes_it_over(store):
    with store.reading() as session:
        places = len(session.duties.responsibilities(on=NOW.astimezone(TOWN_TIME).date(), person=LEAVER))
        values = [row.values for row in session.features.read("problems") if row.values["state"] in OPEN_STATES]
        cases = sum(LEAVER in (one["lead_person"], one["handled_by"]) for one in values)
    assert places and cases
    before = everything(store)
    with pytest.raises(Conflict, match=f"answers for {places} places and {cases} open cases"):
        privacy.erase(store, LEAVER, now=NOW, by=OPERATOR_HERE)
    for nobody in ("stranger", LEAVER):
        with pytest.raises(BadInput) as refused:
            privacy.erase(store, LEAVER, now=NOW, by=OPERATOR_HERE, to=nobody)
        assert refused.value.field == "to"
    assert everything(store) == before


def test_places_and_open_cases_are_somebody_elses_then(store):
    today = NOW.astimezone(TOWN_TIME).date()
    with store.reading() as session:
        places = {(one.layer, one.place, one.role) for one in session.duties.responsibilities(on=today, person=LEAVER)}
    done = erased(store)
    with store.reading() as session:
        taken = {(one.layer, one.place, one.role) for one in session.duties.responsibilities(on=today, person=HEIR)}
        assert places and places <= taken
        assert session.duties.responsibilities(on=today, person=done.pseudonym) == []
        for case in done.handed_over.cases:
            now = session.features.get("problems", case.id).values
            assert HEIR in (now["lead_person"], now["handled_by"])
            assert done.pseudonym not in (now["lead_person"], now["handled_by"])


def test_a_name_that_somebody_else_bears_too_stays_theirs(store):
    other, longer = Person(code="S001", name=person(store).name), Person(code="S002", name=person(store).name + "林")
    with store.writing() as session:
        session.duties.put_people([other, longer])
        session.duties.put_responsibilities([Responsibility(layer="areas", place=_area(session), person="S001",
                                                            role="grid_worker", valid_from=NOW.date())])  # fmt: skip
    erased(store)
    assert person(store, "S001") == other and person(store, "S002") == longer
    with store.reading() as session:
        whys = [json.dumps(row.values["why"], ensure_ascii=False) for row in session.features.read("problems")
                if str(row.values["lead_person"]).startswith("X-")]  # fmt: skip
    assert whys and not any(other.name in why for why in whys)


def _area(session) -> str:
    return str(session.features.columns("areas", ("code",))[0][0])


def test_all_that_is_held_is_given_and_no_secret_with_it(store, files):
    gone = person(store)
    with store.reading() as session:
        secrets = [one.password for one in session.accounts.all()] + [one.digest for one in session.tokens.of()]
    out = io.BytesIO()
    count = privacy.write_data(store, files, LEAVER, out, now=NOW, by=OPERATOR_HERE)
    archive = zipfile.ZipFile(out)
    given = {name: archive.read(name) for name in archive.namelist()}
    tables = {name: json.loads(body) for name, body in given.items() if name.endswith(".json")}
    assert {"people", "accounts", "tokens", "notices", "channels", "responsibilities", "problems", "problem_events",
            "patrols", "photos", "audit"} <= {name.removesuffix(".json") for name in tables}  # fmt: skip
    assert sum(map(len, tables.values())) == count
    assert tables["people.json"][0]["phone"] == gone.phone
    assert tables["patrols.json"][-1]["fixes"] == [[0, 5], [60, 5]]
    assert any(gone.phone in row["description"] for row in tables["problems.json"])
    pictures = [row for row in tables["photos.json"] if row["by"] == LEAVER]
    assert pictures and all(given[f"photos/{row['id']}.jpg"].startswith(b"\xff\xd8") for row in pictures)
    assert not [secret for secret in secrets if any(secret.encode() in body for body in given.values())]
    assert {row["person"] for row in tables["notices.json"]} == {LEAVER}
    with store.reading() as session:
        (line,) = session.audit.read(act="export", limit=1)
    assert (line.object, line.detail["rows"]) == (LEAVER, count)


def test_a_stranger_is_not_found(store, files):
    with pytest.raises(NotFound):
        privacy.write_data(store, files, "nobody", io.BytesIO(), now=NOW, by=OPERATOR_HERE)
    with pytest.raises(NotFound):
        privacy.erase(store, "nobody", now=NOW, by=OPERATOR_HERE)


def test_the_last_administrator_and_oneself_and_whom_the_demo_shows_stay(store):
    by = By(Identity(account="leaver", person=LEAVER))
    with pytest.raises(Denied):
        privacy.erase(store, LEAVER, now=NOW, by=by, to=HEIR)
    with store.reading() as session:
        shown = session.accounts.get("demo-administrator").person
        demo = session.town.get()
    with pytest.raises(Denied, match="demo town"):
        privacy.erase(store, shown, now=NOW, by=OPERATOR_HERE, to=HEIR)
    with store.writing() as session:
        session.accounts.change("demo-administrator", {"name": "boss"})
        session.duties.put_people([Person(code=shown, name="Boss", roles=("administrator",))])
    assert demo.demo
    with pytest.raises(Denied, match="last administrator"):
        privacy.erase(store, shown, now=NOW, by=OPERATOR_HERE, to=HEIR)


def test_every_column_that_tells_of_a_person_is_in_the_table(store):
    """By what columns are called, and by what the demo town and the leaver have put into them."""
    listed = {(row.table, column) for row in PERSONAL_DATA for column in row.columns}
    tables = [table for table in METADATA.tables.values() if not ("layer" in table.info and table.info["layer"].own)]
    there = {(table.name, column.name) for table in tables for column in table.columns}
    assert listed - there == set()
    telling = PERSON_KEYS | ACCOUNT_KEYS | FORGOTTEN_KEYS | {"phone", "address", "device", "contact"}
    named = {(table, column) for table, column in there if column in telling}
    assert named - listed == set()
    with store.reading() as session:
        who = privacy.traces(session, session.duties.person(LEAVER), pseudonym="X-0")
        tables = {table for table, _ in (*session.personal.own(who), *session.personal.named(who))}
    assert tables - {row.table for row in PERSONAL_DATA} == set()


def test_the_readme_lists_what_is_kept():
    text = (ROOT / "README.md").read_text("utf-8")
    assert [row.table for row in PERSONAL_DATA if f"`{row.table}`" not in text] == []


@pytest.mark.filterwarnings("ignore:Did not recognize type")
def test_layers_that_another_process_made_or_dropped_are_no_stumbling_block(store, store_url, tmp_path):
    """A worker process knows by itself only of the layers that it made: the register tells of the others."""
    gone = person(store)
    trees = tmp_path / "trees.csv"
    trees.write_text(f"code,lon,lat,waters\nT1,114.02,22.53,{gone.name}\n", "utf-8")
    run(tmp_path, store_url, "import", "trees", str(trees), "--title", "树木")
    with store.writing() as session:
        session.layers.add(LayerSchema("wells", "水井", "POINT", own=True))
    subprocess.run([sys.executable, "-c", DROP, store_url], check=True)
    assert gone.name in everything(store)
    erased(store)
    assert gone.name not in everything(store)


def test_digests_of_secrets_are_no_traces(store):
    """What is kept of a token is its digest; it goes with the token."""
    secret = tokens.create(store, NewToken(account="leaver"), now=NOW).secret
    assert digest(secret) in everything(store)
    erased(store)
    assert digest(secret) not in everything(store)


def test_their_own_data_tell_nothing_of_others_nor_of_what_is_hidden(store, files):
    eyes = store.seen_by(Viewer("leaver", LEAVER, "", NOW.astimezone(TOWN_TIME).date()))
    with eyes.reading() as session:
        seen = {id_ for (id_,) in session.features.columns("problems", ("id",))}
    out = io.BytesIO()
    privacy.write_data(store, files, LEAVER, out, now=NOW, by=OPERATOR_HERE, eyes=eyes)
    with zipfile.ZipFile(out) as archive:
        held = {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}
    assert held["problems.json"] and held["people.json"] and held["problem_events.json"]
    assert {row["id"] for row in held["problems.json"]} <= seen
    assert {row["problem_id"] for rows in held.values() for row in rows if row.get("problem_id")} <= seen
    named = {key: value for rows in held.values() for row in rows for key, value in _leaves(row) if key in PERSON_KEYS}
    assert set(named.values()) <= {LEAVER, "", None}
    assert all(row["account"] in ("leaver", "") for row in held["audit.json"])


def _leaves(value, key=""):
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, key)
    else:
        yield key, value
