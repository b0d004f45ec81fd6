"""What stands below a picture's title: its moment, and the filters of the page in words."""

from collections.abc import Callable, Mapping

from geo_service.problem_answers import kinds_of, names_of
from geo_service.standalone import Saving
from layers.errors import NotFound
from layers.rules.deadlines import STAGE_TITLES
from layers.rules.escalation import STEP_TITLES
from layers.rules.lifecycle import STATE_TITLES
from layers.rules.roles import SOURCE_TITLES
from layers.values import TOWN_TIME
from layers.words import Message, msg
from maps import styles

_COLON = {"zh": "：", "en": ": "}
Tell = Callable[[Saving, str], str]


def lines(saving: Saving) -> tuple[str, ...]:
    """The moment, then every filter that the page knows."""
    moment = saving.as_of.astimezone(TOWN_TIME).strftime("%Y-%m-%d %H:%M")
    filters = " · ".join(filters_in_words(saving))
    return (msg("As of {time}", time=moment).in_(saving.words), *([filters] if filters else []))


def filters_in_words(saving: Saving) -> list[str]:
    """Such as "Category: litter"; empty where nothing is filtered."""
    known = {**_EVERYWHERE, **_OF_PAGE.get(saving.page, {})}
    asked = [(title, tell(saving, saving.say(name))) for name, (title, tell) in known.items() if saving.say(name)]
    return [_pair(title.in_(saving.words), text, _COLON[saving.words.language]) for title, text in asked]


def _pair(title: str, text: str, colon: str) -> str:
    return f"{title}{colon}{text}" if text else title


def _each(tell: Tell) -> Tell:
    return lambda saving, text: saving.words(", ").join(tell(saving, one) for one in text.split(","))


def _state(saving: Saving, code: str) -> str:
    return saving.words(STATE_TITLES.get(code, "Open" if code == "open" else code))


def _category(saving: Saving, code: str) -> str:
    return kinds_of(saving.session, saving.words).category(code)


def _place(saving: Saving, text: str) -> str:
    layer, _, code = text.rpartition(":")
    try:
        found = saving.session.features.by_code(layer or "areas", code)
    except NotFound:
        return text
    return str(found.values.get("name") or code)


def _person(saving: Saving, code: str) -> str:
    return code if saving.is_public else names_of(saving.session, saving.words).person(code)


def _look(group: str) -> Tell:
    return _look_of({look.key: look.title for look in styles.GROUPS[group].looks})


def _look_of(titles: Mapping[str, str]) -> Tell:
    return lambda saving, code: saving.words(titles.get(code, code))


def _word(titles: Mapping[str, Message]) -> Tell:
    return lambda saving, code: titles.get(code, Message("{code}", {"code": code})).in_(saving.words)


def _plain(_: Saving, text: str) -> str:
    return text


def _nothing(_: Saving, __: str) -> str:
    return ""


def _days(saving: Saving, text: str) -> str:
    return msg("{n} days", n=text).in_(saving.words)


def _station(saving: Saving, code: str) -> str:
    return _place(saving, f"stations:{code}")


def _segment(saving: Saving, code: str) -> str:
    return _place(saving, f"road_segments:{code}")


_STEPS = {"any": msg("Any step").template, **STEP_TITLES}
_FLAGS = {
    "overlap": msg("Areas overlap here"), "gap": msg("No area covers this place"),
    "nobody": msg("Nobody is named for this place"),
}  # fmt: skip
_Known = Mapping[str, tuple[Message, Tell]]
_EVERYWHERE: _Known = {
    "area": (msg("Area"), _place),
    "category": (msg("Category"), _each(_category)),
    "since": (msg("Since"), _plain),
}
_OF_PAGE: Mapping[str, _Known] = {
    "open-problems": {
        "state": (msg("State"), _each(_state)),
        "assignee": (msg("Responsible"), _person),
        "source": (msg("Source"), _each(_look_of(SOURCE_TITLES))),
        "overdue": (msg("Only overdue"), _nothing),
        "rebound": (msg("Only rebounds"), _nothing),
        "recheck": (msg("Only what a higher level must re-check"), _nothing),
        "flag": (msg("Flag"), _each(_word(_FLAGS))),
        "stage": (msg("Stage"), _each(_look_of(STAGE_TITLES))),
        "escalation": (msg("Escalation"), _each(_look_of(_STEPS))),
        "tag": (msg("Tag"), _plain),
        "q": (msg("Search"), _plain),
    },
    "my-road": {"person": (msg("Road chief"), _person)},
    "coverage": {"person": (msg("Responsible"), _person), "days": (msg("Not seen for"), _days)},
    "parcels": {
        "state": (msg("State"), _look("parcels")),
        "treatment": (msg("Planned treatment"), _look_of(styles.TREATMENTS)),
    },
    "frontages": {"state": (msg("State"), _look("frontages")), "segment": (msg("Segment name"), _segment)},
    "rebounds": {"radius_m": (msg("Radius (m)"), _plain), "days": (msg("Within"), _days)},
    "work-faces": {
        "level": (msg("Level"), _look("areas")),
        "kind": (msg("Fault"), _look("work_faces")),
        "on": (msg("Day"), _plain),
    },
    "hotspots": {"station": (msg("Station"), _station)},
}
