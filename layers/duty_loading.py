"""A table of people and what they answer for becomes dated responsibilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from layers.errors import BadInput
from layers.formats.table import Report, SourceTable
from layers.model import Person, Responsibility, RowNote
from layers.rules.permissions import check_place_role
from layers.rules.roles import SPONSOR
from layers.store import Session
from layers.values import town_day
from layers.words import msg

# field → the names that a column may have, in the order in which they are believed
FIELDS: dict[str, tuple[str, ...]] = {
    "layer": ("layer", "图层"),
    "place": ("place", "place_code", "code", "编号", "地点编号", "路段编号", "网格编号", "责任区编号", "村居编号"),
    "place_name": ("place_name", "路段", "路段名称", "网格", "责任区", "村居", "社区", "地点", "名称"),
    "person": ("person", "person_code", "人员编号", "工号"),
    "name": ("name", "姓名", "责任人", "负责人", "路长", "网格员"),
    "phone": ("phone", "电话", "手机", "联系电话", "手机号"),
    "organisation": ("organisation", "organization", "单位", "部门"),
    "role": ("role", "角色", "职务", "职责"),
    "valid_from": ("valid_from", "from", "起", "开始日期", "起始日期", "自"),
    "valid_to": ("valid_to", "to", "止", "结束日期", "截止日期", "至"),
    "source": ("source", "依据", "文号", "来源"),
}
ROLES: dict[str, str] = {
    "路长": "road_chief", "街长": "road_chief", "网格员": "grid_worker", "村主任": "village_head",
    "村书记": "village_head", "村居负责人": "village_head", "社区负责人": "village_head", "责任区负责人": "zone_head",
    "片区负责人": "zone_head", "包保干部": SPONSOR, "包保": SPONSOR, "包保人": SPONSOR,
}  # fmt: skip
_ROLE_OF_LEVEL = {"grid": "grid_worker", "village": "village_head", "zone": "zone_head"}
_LAYERS = ("road_segments", "areas", "parcels", "stations")


@dataclass(slots=True)
class _Known:
    """What the store knows already: places by code and by name, people; grows as rows bring new people."""

    by_code: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)  # code → (layer, code, role)
    by_name: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


def duties_from(
    session: Session, source: SourceTable, mapping: Mapping[str, str], *, now: datetime
) -> tuple[list[Person], list[Responsibility], Report]:
    """The people and responsibilities that a table names, and a report that names each row that cannot be used.

    A place is named by its code (or a name that only one place has), a person by code or name; the role
    follows from the place where none is given; without a first day the responsibility begins today.
    """
    columns = _matched(source, mapping)
    known = _known(session)
    today = town_day(now)
    people: dict[str, Person] = {}
    duties: list[Responsibility] = []
    refused: list[RowNote] = []
    for number, row in enumerate(_rows(source, columns), 1):
        try:
            person, duty = _duty(row, known, today)
        except BadInput as error:
            refused.append(RowNote(number, error.message, error.field or ""))
            continue
        people[person.code] = known.people[person.code] = person
        duties.append(duty)
    report = Report(
        total=len(source), accepted=len(duties), repaired=(), refused=tuple(refused), warnings=source.notes, crs="–",
        encoding=source.encoding, mapping={column: name for name, column in columns.items()},
    )  # fmt: skip
    return list(people.values()), duties, report


def _duty(row: Mapping[str, Any], known: _Known, today: date) -> tuple[Person, Responsibility]:
    layer, place, usual_role = _place(row, known)
    person = _person(row, known)
    valid_from, valid_to = _day(row, "valid_from") or today, _day(row, "valid_to")
    if valid_to is not None and valid_to <= valid_from:
        raise BadInput(msg("The last day must be after the first one."), field="valid_to")
    said = str(row.get("role") or "").strip()
    role = ROLES.get(said, said) or usual_role
    check_place_role(role)
    return person, Responsibility(
        layer=layer, place=place, person=person.code, role=role,
        valid_from=valid_from, valid_to=valid_to, source=str(row.get("source") or ""),
    )  # fmt: skip


def _place(row: Mapping[str, Any], known: _Known) -> tuple[str, str, str]:
    code, name = _text(row, "place"), _text(row, "place_name")
    layer = _text(row, "layer")
    found = known.by_code.get(code, []) if code else known.by_name.get(name, [])
    found = [place for place in found if layer in ("", place[0])]
    if len(found) == 1:
        return found[0]
    what = code or name
    if not what:
        raise BadInput(msg("The row names no place."), field="place")
    if not found:
        raise BadInput(msg("There is no place “{place}”.", place=what), field="place")
    raise BadInput(msg("Several places are called “{place}”: give the layer or the code.", place=what), field="place")


def _person(row: Mapping[str, Any], known: _Known) -> Person:
    code, name = _text(row, "person"), _text(row, "name")
    if not code and not name:
        raise BadInput(msg("The row names nobody."), field="person")
    phone, organisation = _text(row, "phone"), _text(row, "organisation")
    if not code:
        same = [p for p in known.people.values() if p.name == name and phone in ("", p.phone)]
        if len(same) > 1:
            raise BadInput(
                msg("Several people are called “{name}”: give the code or the phone.", name=name), field="name"
            )
        code = same[0].code if same else _new_code(known.people)
    old = known.people.get(code, Person(code=code, name=name or code))
    return Person(
        code=code, name=name or old.name, organisation=organisation or old.organisation, phone=phone or old.phone
    )


def _new_code(people: Mapping[str, Person]) -> str:
    number = len(people) + 1
    while f"R{number:04d}" in people:
        number += 1
    return f"R{number:04d}"


def _day(row: Mapping[str, Any], name: str) -> date | None:
    value = row.get(name)
    if value is None or str(value).strip() == "":
        return None
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = str(value).strip()
    for sign in "年月/.":
        text = text.replace(sign, "-")
    parts = text.replace("日", "").split(" ")[0].split("-")
    try:
        year, month, day = (int(part) for part in parts[:3])
        return date(year, month, day)
    except ValueError as error:
        raise BadInput(msg("“{field}” must be a day like 2026-11-23.", field=name), field=name) from error


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def _matched(source: SourceTable, mapping: Mapping[str, str]) -> dict[str, str]:
    """Field → column of the file."""
    given = {target: column for column, target in mapping.items() if target in FIELDS}
    lower = {name.strip().lower(): name for name in source.names}
    found = {field_: next((lower[n] for n in names if n in lower), None) for field_, names in FIELDS.items()}
    return {**{name: column for name, column in found.items() if column is not None}, **given}


def _rows(source: SourceTable, columns: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    values = {name: source.columns.column(column).to_pylist() for name, column in columns.items()}
    return [{name: column[i] for name, column in values.items()} for i in range(len(source))]


def _known(session: Session) -> _Known:
    known = _Known(people={person.code: person for person in session.duties.people()})
    for layer in _LAYERS:
        extra = ("level",) if layer == "areas" else ()
        for code, name, *level in session.features.columns(layer, ("code", "name", *extra)):
            role = _ROLE_OF_LEVEL.get(level[0], "owner") if level else _USUAL_ROLE[layer]
            place = (layer, code, role)
            known.by_code.setdefault(code, []).append(place)
            known.by_name.setdefault(name or "", []).append(place)
    return known


_USUAL_ROLE = {"road_segments": "road_chief", "parcels": "owner", "stations": "keeper"}
