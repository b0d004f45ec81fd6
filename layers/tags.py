"""The town's own list of tags, which an administrator edits under the key `tags`; every version is kept."""

from dataclasses import dataclass
from datetime import datetime

from layers.rules.roles import DISPATCHERS, Actor
from layers.rules.tags import MOST_KNOWN, check_known, checked_tags
from layers.store import Session, Store
from layers.store.rulesets import Ruleset

KEY = "tags"
SHIPPED = ("八大提升工程", "双城同创", "门前五包", "以克论净")  # what the directive names


@dataclass(frozen=True, slots=True)
class TagList:
    """The tags that are offered; `version` 0 = as shipped."""

    tags: tuple[str, ...]
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""


def tag_list(session: Session) -> TagList:
    """The list that holds now."""
    return _list(session.rulesets.current(KEY, shipped=list(SHIPPED)))


def put_tags(store: Store, wish: object, *, now: datetime, by: str = "", expected: int | None = None) -> TagList:
    """Replace the list; problems keep the tags they have. BadInput for a bad tag, Conflict for a version."""
    tags = checked_tags(wish, most=MOST_KNOWN)
    with store.writing() as session:
        return _list(session.rulesets.put(KEY, tags, now=now, by=by, expected=expected))


def tags_for(session: Session, value: object, who: Actor) -> list[str]:
    """The tags that somebody gives to a problem: those of the list, from dispatchers any. BadInput for another one."""
    tags = checked_tags(value or [])
    if not who.may(DISPATCHERS):
        check_known(tags, tag_list(session).tags)
    return tags


def _list(rules: Ruleset) -> TagList:
    return TagList(tuple(rules.body), rules.version, rules.changed_at, rules.changed_by)
