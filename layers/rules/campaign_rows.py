"""Campaigns as plain rows, for the store and the interface, and back.

Whatever cannot be is refused with the campaign, the phase or target and the field that is at fault.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from layers.errors import BadInput
from layers.rules.campaigns import TARGET_KINDS, Campaign, Phase, Target
from layers.words import Message, msg

MOST_CAMPAIGNS, MOST_PHASES, MOST_TARGETS = 50, 12, 20
LONGEST_DAYS = 1100
_YEARS = range(1990, 2200)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_LONGEST_NAME, _LONGEST_DOCUMENT = 60, 120


def campaigns_of(rows: object, categories: Iterable[str] | None = None) -> tuple[Campaign, ...]:
    """The campaigns of a list of plain rows. BadInput says which campaign and part, `field` the place of the field
    (`campaigns.0.phases.1.end`); `categories` are the codes that there are (None = not looked at)."""
    listed = _list(rows, "campaigns", MOST_CAMPAIGNS)
    known = None if categories is None else frozenset(categories)
    made = tuple(_campaign(_Place(f"campaigns.{i}", ()), row, known) for i, row in enumerate(listed))
    for i, one in enumerate(made):
        _check_code(one, made[:i], _Place(f"campaigns.{i}", (one.name_zh,)))
    for i, one in enumerate(made):
        _check_baseline(one, made, _Place(f"campaigns.{i}", (one.name_zh,)))
    return made


def plain_row(one: Any) -> dict[str, Any]:
    """A campaign, phase or target as plain JSON."""
    return {f.name: _plain(getattr(one, f.name)) for f in fields(one)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [plain_row(one) if isinstance(one, Phase | Target) else one for one in value]
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands: the path of its field, and the names round it."""

    path: str
    names: tuple[object, ...]

    def wrong(self, why: Message, name: str = "") -> BadInput:
        """The error: who, and why."""
        said = msg("{where}: {said}", where=" · ".join(map(str, self.names)), said=why) if self.names else why
        return BadInput(said, field=f"{self.path}.{name}" if name else self.path)

    def part(self, path: str, name: object) -> "_Place":
        """A part of it."""
        return _Place(f"{self.path}.{path}", (*self.names, name))


def _campaign(place: _Place, row: object, known: frozenset[str] | None) -> Campaign:
    said = _mapping(row, place)
    named = _Place(place.path, (str(said.get("name_zh") or said.get("code") or place.path)[:_LONGEST_NAME],))
    begin, end = _window(said, named)
    made = Campaign(
        code=_text(said, "code", named, _LONGEST_NAME), **_names(said, named), begin=begin, end=end,
        document=_text(said, "document", named, _LONGEST_DOCUMENT),
        programme=_text(said, "programme", named, _LONGEST_DOCUMENT),
        baseline_of=_text(said, "baseline_of", named, _LONGEST_NAME),
        phases=tuple(_parts(said, "phases", MOST_PHASES, named, known, _phase)),
        targets=tuple(_parts(said, "targets", MOST_TARGETS, named, known, _target)),
    )  # fmt: skip
    if made.days > LONGEST_DAYS:
        raise named.wrong(msg("It lasts longer than {limit} days.", limit=LONGEST_DAYS), "end")
    _check_phases(made, named)
    _check_targets(made, named)
    return made


def _parts(
    said: Mapping[str, Any], name: str, most: int, place: _Place, known: frozenset[str] | None, make: Any
) -> list[Any]:  # fmt: skip
    try:
        listed = _list([] if said.get(name) is None else said[name], name, most)
    except BadInput as error:
        raise place.wrong(error.message, name) from error
    made = []
    for i, row in enumerate(listed):
        title = str(row.get("name_zh") or "")[:_LONGEST_NAME] if isinstance(row, Mapping) else ""
        made.append(make(place.part(f"{name}.{i}", title or i + 1), row, known))
    return made


def _phase(place: _Place, row: object, known: frozenset[str] | None) -> Phase:
    said = _mapping(row, place)
    begin, end = _window(said, place)
    return Phase(**_names(said, place), begin=begin, end=end, categories=_categories(said, place, known))


def _target(place: _Place, row: object, known: frozenset[str] | None) -> Target:
    said = _mapping(row, place)
    what, aim = said.get("what"), said.get("aim")
    if what not in TARGET_KINDS:
        choices = ", ".join(TARGET_KINDS)
        raise place.wrong(msg("“{value}” is none of: {choices}.", value=str(what)[:40], choices=choices), "what")
    if isinstance(aim, bool) or not isinstance(aim, int | float) or not 0 < aim <= 1:
        raise place.wrong(msg("The aim is a share above 0 and at most 1."), "aim")
    categories = _categories(said, place, known)
    if categories and what != "closed":
        raise place.wrong(msg("Only a share of problems has kinds of problems."), "categories")
    return Target(**_names(said, place), by=_day(said, "by", place), what=what, categories=categories, aim=float(aim))


def _check_phases(one: Campaign, place: _Place) -> None:
    for i, phase in enumerate(one.phases):
        mine = place.part(f"phases.{i}", phase.name_zh)
        if phase.begin < one.begin:
            raise mine.wrong(msg("It begins before the campaign."), "begin")
        if phase.end > one.end:
            raise mine.wrong(msg("It ends after the campaign."), "end")
        if i and phase.begin <= one.phases[i - 1].end:
            raise mine.wrong(msg("It begins before the phase before it has ended."), "begin")


def _check_targets(one: Campaign, place: _Place) -> None:
    for i, target in enumerate(one.targets):
        if target.by < one.begin:
            raise place.part(f"targets.{i}", target.name_zh).wrong(msg("Its day lies before the campaign."), "by")


def _check_code(one: Campaign, before: Sequence[Campaign], place: _Place) -> None:
    if not _CODE.fullmatch(one.code):
        raise place.wrong(msg("A code is made of up to 40 letters, digits, “-” and “_”."), "code")
    if one.code in {other.code for other in before}:
        raise place.wrong(msg("There are two campaigns with the code “{code}”.", code=one.code), "code")


def _check_baseline(one: Campaign, campaigns: Sequence[Campaign], place: _Place) -> None:
    if not one.baseline_of:
        return
    older = next((other for other in campaigns if other.code == one.baseline_of), None)
    if older is None:
        raise place.wrong(msg("There is no campaign “{code}”.", code=one.baseline_of), "baseline_of")
    if older.begin >= one.begin:  # so no campaign follows itself either
        raise place.wrong(msg("A baseline is carried over from an earlier campaign."), "baseline_of")


def _mapping(row: object, place: _Place) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise place.wrong(msg("A campaign, a phase and a target are objects with a name and days."))
    return row


def _list(value: object, name: str, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise BadInput(msg("“{field}” must be a list.", field=name), field=name)
    if len(value) > most:
        raise BadInput(msg("At most {limit} of these.", limit=most), field=name)
    return value


def _names(said: Mapping[str, Any], place: _Place) -> dict[str, str]:
    names = {name: _text(said, name, place, _LONGEST_NAME) for name in ("name_zh", "name_en")}
    if not names["name_zh"]:
        raise place.wrong(msg("A name is needed."), "name_zh")
    return names


def _text(said: Mapping[str, Any], name: str, place: _Place, longest: int) -> str:
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise place.wrong(msg("“{field}” must be a text.", field=name), name)
    text = (value or "").strip()
    if len(text) > longest:
        raise place.wrong(msg("At most {limit} characters.", limit=longest), name)
    return text


def _window(said: Mapping[str, Any], place: _Place) -> tuple[date, date]:
    begin, end = _day(said, "begin", place), _day(said, "end", place)
    if end < begin:
        raise place.wrong(msg("It ends before it begins."), "end")
    return begin, end


def _day(said: Mapping[str, Any], name: str, place: _Place) -> date:
    try:
        day = date.fromisoformat(str(said.get(name)))
    except ValueError as error:
        raise place.wrong(msg("“{field}” must be a day like 2026-11-23.", field=name), name) from error
    if day.year not in _YEARS:
        raise place.wrong(msg("The year must lie between {first} and {last}.", first=_YEARS[0], last=_YEARS[-1]), name)
    return day


def _categories(said: Mapping[str, Any], place: _Place, known: frozenset[str] | None) -> tuple[str, ...]:
    given = [] if said.get("categories") is None else said["categories"]
    if not isinstance(given, list) or not all(isinstance(code, str) for code in given):
        raise place.wrong(msg("“{field}” must be a list of texts.", field="categories"), "categories")
    strange = [] if known is None else sorted(set(given) - known)
    if strange:
        raise place.wrong(msg("There is no category “{code}”.", code=strange[0][:40]), "categories")
    return tuple(dict.fromkeys(given))
