"""What a problem's papers say of other problems: of those that the reader may not see, only that there is something."""

from collections.abc import Collection, Iterator, Mapping

from layers.model import Event
from layers.photos.photo import Photo

Payload = Mapping[str, object]
_KEYS = ("problem_id", "previous_id")
_OF_THE_OTHER = (*_KEYS, "code", "description", "reported_by")
_DOUBTS = "warnings"  # those of a photo name the problems that have the same one
_UNNAMED = "…"


def mentioned(about: Event | Photo) -> list[int]:
    """The keys of the problems that an event or a photo's doubts name."""
    payload = about.payload or {} if isinstance(about, Event) else {_DOUBTS: about.warnings}
    return [key for part in (payload, *_doubts(payload)) for key in _keys(part)]


def seen_of(payload: Payload, known: Collection[int]) -> Payload:
    """The payload of an event without what it tells of problems that are not among the `known` ones."""
    told = payload if _is_known(payload, known) else _without(payload)
    return {**told, _DOUBTS: seen_doubts(list(_doubts(told)), known)} if _DOUBTS in told else told


def seen_doubts(doubts: Collection[Payload], known: Collection[int]) -> list[Payload]:
    """The doubts of a photo; a problem that is not among the `known` ones is not named."""
    return [one if _is_known(one, known) else {**_without(one), "code": _UNNAMED} for one in doubts]


def _doubts(payload: Payload) -> Iterator[Payload]:
    found = payload.get(_DOUBTS)
    return (one for one in (found if isinstance(found, list | tuple) else ()) if isinstance(one, dict))


def _keys(payload: Payload) -> list[int]:
    return [key for name in _KEYS if isinstance(key := payload.get(name), int)]


def _is_known(payload: Payload, known: Collection[int]) -> bool:
    return all(key in known for key in _keys(payload))


def _without(payload: Payload) -> Payload:
    return {name: value for name, value in payload.items() if name not in _OF_THE_OTHER}
