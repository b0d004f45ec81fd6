"""Notices in words: for the inbox, for a mail, and as the JSON that a web address gets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from geo_service.schemas.features import Json, plain
from geo_service.schemas.problems import Names
from layers.rules.escalation import STEP_TITLES
from layers.rules.notices import said
from layers.store.notices import Notice
from layers.values import TOWN_TIME
from layers.words import Message, msg

_OFFICE = msg("The office")  # who acts without a name
_MOMENTS = {"due_at": "due", "until": "until", "decide_by": "decide_by"}  # fact → its name in the texts
_PAGES = {"digest": "/bulletin", "channel_off": "/admin/channels", "test": "/inbox"}


def notice(one: Notice, names: Names) -> Json:
    """A notice as the inbox shows it."""
    text = said(one.kind, _values(one.facts, names))
    return {
        "id": one.id, "kind": one.kind, "title": text.title.in_(names.words), "text": text.text.in_(names.words),
        "urgency": one.urgency, "at": plain(one.at), "read_at": plain(one.read_at), "problem_id": one.problem_id,
        "code": one.facts.get("code", ""), "link": link(one),
    }  # fmt: skip


def link(one: Notice) -> str:
    """The page where one sees what the notice is about."""
    if one.problem_id is not None:
        return f"/maps/open-problems?id={one.problem_id}"
    day = f"?person={one.person}&on={one.facts['day']}" if one.kind == "digest" else ""
    return _PAGES.get(one.kind, "/inbox") + day


def subject(one: Notice, names: Names, town: str) -> str:
    """The line of a mail that is read first."""
    title = said(one.kind, {}).title.in_(names.words)
    about = " ".join(str(one.facts[name]) for name in ("code",) if one.facts.get(name))
    return " ".join(part for part in (f"【{town}】" if town else "", title, about) if part)


def body(one: Notice, names: Names, base_url: str) -> str:
    """A mail as plain text."""
    text = said(one.kind, _values(one.facts, names)).text.in_(names.words)
    code = one.facts.get("code")
    lines = [text, code and msg("Case {code}", code=code).in_(names.words), base_url and base_url + link(one)]
    return "\n\n".join(str(line) for line in lines if line) + "\n"


def event(one: Notice, people: list[str], names: Names, base_url: str) -> Json:
    """What a web address gets: the notice, and the persons whom it goes to."""
    shown = notice(one, names)
    return {
        "kind": one.kind, "title": shown["title"], "text": shown["text"], "urgency": one.urgency, "at": shown["at"],
        "problem_id": one.problem_id, "code": shown["code"], "category": one.facts.get("category", ""),
        "people": [{"code": code, "name": names.person(code)} for code in people if code],
        "link": base_url + shown["link"] if base_url else shown["link"],
    }  # fmt: skip


def moment(value: object) -> str:
    """A moment that is kept as text, as the town's people read it: 12-03 14:20."""
    return f"{datetime.fromisoformat(str(value)).astimezone(TOWN_TIME):%m-%d %H:%M}"


def _values(facts: Mapping[str, Any], names: Names) -> dict[str, object]:
    """The facts in the reader's language."""
    made = {name: _SAID[name](value, names) for name, value in facts.items() if name in _SAID}
    dates = {out: moment(facts[name]) for name, out in _MOMENTS.items() if facts.get(name)}
    by = names.person(facts["by"]) if facts.get("by") else _OFFICE
    place = facts.get("place") or facts.get("code")
    return {**facts, **made, **dates, "by": by, "place": place}


def _reason(value: object, _names: Names) -> object:
    return Message.from_json(value) if isinstance(value, dict) else value


_SAID: Mapping[str, Any] = {
    "category": lambda value, names: names.category(value),
    "step": lambda value, _names: msg(STEP_TITLES[value]),
    "reason": _reason,
    "days": lambda value, _names: f"{float(value):.1f}",
}
