"""Problems compared with what their events say."""

from layers.model import Feature
from layers.query import Query
from layers.rules import replay as rules
from layers.rules import requests
from layers.store import Session, Store


def differences(session: Session, problem: Feature) -> list[str]:
    """The fields in which the row is not what its events say."""
    events, asked = session.history.events(problem.id), session.requests.of(problem.id)
    return [
        f"{problem.code} {name}" for name in rules.differences(problem, events) + requests.differences(asked, events)
    ]


def all_differences(store: Store, *ids: int) -> list[str]:
    with store.reading() as session:
        problems = session.features.read("problems", Query(ids=ids or None))
        assert len(problems) >= max(len(ids), 1)
        return [one for problem in problems for one in differences(session, problem)]
