"""Whether what is kept fits together, beyond the store in itself: rows, photos' files, history."""

from collections.abc import Iterator

from layers import frontage_checks, photo_sweep
from layers.photos.files import PhotoFiles
from layers.query import Query
from layers.rules import requests
from layers.rules.replay import differences
from layers.store import Session, Store
from layers.words import Message, msg

_AT_ONCE = 500
_MOST_TOLD = 20


def faults(store: Store, files: PhotoFiles, *, deep: bool = False) -> list[Message]:
    """What is wrong, one line each; empty when all is well. `deep`: every problem is rebuilt from its history too."""
    found = photo_sweep.faults(store, files)
    return [*found, *_history_faults(store), *_check_faults(store)] if deep else found


def weaknesses(store: Store) -> list[Message]:
    """Settings of the store's server that others chose and that endanger what is kept."""
    return [
        msg("“{setting}” is “{value}”: a power cut may take what was saved.", setting=name, value=value)
        for name, value in store.weak_settings().items()
    ]


def _history_faults(store: Store) -> list[Message]:
    with store.reading() as session:
        wrong = list(_unlike_their_history(session))
    told = [
        msg("Problem {code} is not what its history says: {fields}.", code=code, fields=", ".join(fields))
        for code, fields in wrong[:_MOST_TOLD]
    ]
    more = len(wrong) - len(told)
    return [*told, msg("… and {count} more", count=more)] if more else told


def _check_faults(store: Store) -> list[Message]:
    with store.reading() as session:
        codes = list(frontage_checks.unlike_their_checks(session))
    told = [msg("Frontage {code} is not what its checks say.", code=code) for code in codes[:_MOST_TOLD]]
    more = len(codes) - len(told)
    return [*told, msg("… and {count} more", count=more)] if more else told


def _unlike_their_history(session: Session) -> Iterator[tuple[str, list[str]]]:
    ids = sorted(id_ for (id_,) in session.features.columns("problems", ("id",)))
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        events, asked = session.history.events_of(some), session.requests.of_many(some)
        for problem in session.features.read("problems", Query(ids=tuple(some))):
            told = events.get(problem.id, [])
            fields = differences(problem, told) + requests.differences(asked.get(problem.id, []), told)
            if fields:
                yield problem.code, fields
