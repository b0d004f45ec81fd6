"""What is left of a person who was erased: a pseudonym, wherever something names them.

The same rule is asked for a row and for the events that made it, so that a problem stays the sum of its events.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from layers.rules.roles import ROLES

PREFIX = "X-"  # of every pseudonym
PERSON_KEYS = frozenset(
    {"person", "by", "reported_by", "handled_by", "verified_by", "lead_person", "asked_by", "decided_by",
     "fallback_person", "changed_by", "created_by", "people", "handler", "to"}
)  # fmt: skip
ACCOUNT_KEYS = frozenset({"account"})
FORGOTTEN_KEYS = frozenset({"inspector"})  # of tracks no pseudonym stays either: where somebody went tells who it was
BESIDE_AN_ACCOUNT = frozenset({"device", "address"})  # theirs, where the account beside is
_UNTOUCHED = frozenset({"id", "town", "code", "geom", "key", "sha256", "phash", "digest", "mark", "template"})
_REASON = "why"  # somebody leads a problem: the text names them
_SHORTEST_NAME, _SHORTEST_PHONE = 2, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What somebody can be known by, and what comes in its place.

    `name` and `phone` are looked for in texts, "" where they would not tell the person from others; `longer` are
    names of others that hold the name; `called` is the name where it is known to be meant.
    """

    code: str
    pseudonym: str
    accounts: frozenset[str] = frozenset()
    name: str = ""
    phone: str = ""
    longer: tuple[str, ...] = ()
    called: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """What is looked for in texts."""
        return tuple(word for word in (self.name, self.phone) if word)


def is_pseudonym(code: str) -> bool:
    """Whether a code stands for somebody who was erased.

    >>> is_pseudonym("X-8f3a2c"), is_pseudonym("R012")
    (True, False)
    """
    return code.startswith(PREFIX)


def telling_name(name: str, code: str, others: Iterable[str]) -> str:
    """The name, if it can be looked for in texts: it is no code, no role, and nobody else's.

    >>> telling_name("何志成", "R001", ["陈凤霞"]), telling_name("何志成", "R001", ["何志成"])
    ('何志成', '')
    >>> telling_name("planner", "R001", [])
    ''
    """
    plain = len(name) < _SHORTEST_NAME or name == code or name.lower() in ROLES or name in set(others)
    return "" if plain else name


def telling_phone(phone: str) -> str:
    """The number, if it is long enough to be nobody else's."""
    return phone if sum(letter.isdigit() for letter in phone) >= _SHORTEST_PHONE else ""


def forgotten(value: Any, who: Traces, key: str = "") -> Any:
    """A row, or whatever is in it, without the person; the same where it does not name them.

    >>> who = Traces(code="R1", pseudonym="X-1", accounts=frozenset({"he"}), name="何志成", longer=("何志成林",))
    >>> forgotten({"by": "R1", "state": "R1", "note": "何志成 saw 何志成林", "account": "he", "device": "phone"}, who)
    {'by': 'X-1', 'state': 'R1', 'note': 'X-1 saw 何志成林', 'account': 'X-1', 'device': ''}
    """
    if isinstance(value, Mapping):
        return _mapping(value, who)
    if isinstance(value, list | tuple):
        return [forgotten(one, who, key) for one in value]
    return _text(value, who, key) if isinstance(value, str) else value


def disclosed(value: Any, who: Traces, key: str = "") -> Any:
    """What a person may read of a row that names them: who else it names, and from where, is left out.

    >>> who = Traces(code="R1", pseudonym="", accounts=frozenset({"he"}))
    >>> disclosed({"by": "R2", "handled_by": "R1", "account": "li", "device": "phone", "note": "x"}, who)
    {'by': '', 'handled_by': 'R1', 'account': '', 'device': '', 'note': 'x'}
    """
    if isinstance(value, Mapping):
        others = any(value.get(name) and value[name] not in who.accounts for name in ACCOUNT_KEYS)
        return {
            name: "" if others and name in BESIDE_AN_ACCOUNT and one else disclosed(one, who, name)
            for name, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [disclosed(one, who, key) for one in value]
    is_other = (key in PERSON_KEYS | FORGOTTEN_KEYS and value != who.code) or (
        key in ACCOUNT_KEYS and value not in who.accounts
    )
    return "" if isinstance(value, str) and is_other else value


def _mapping(value: Mapping[str, Any], who: Traces) -> dict[str, Any]:
    theirs = any(value.get(key) in who.accounts for key in ACCOUNT_KEYS if isinstance(value.get(key), str))
    lead = replace(who, name=who.called) if value.get("lead_person") == who.code else who
    return {
        key: "" if theirs and key in BESIDE_AN_ACCOUNT and one else forgotten(one, lead if key == _REASON else who, key)
        for key, one in value.items()
    }


def _text(text: str, who: Traces, key: str) -> str:
    if key in _UNTOUCHED:
        return text
    if key in FORGOTTEN_KEYS and text == who.code:
        return ""
    if (key in PERSON_KEYS and text == who.code) or (key in ACCOUNT_KEYS and text in who.accounts):
        return who.pseudonym
    return _words(text, who)


def _words(text: str, who: Traces) -> str:
    """Longer names of others are matched first, and stay."""
    if not any(word in text for word in who.words):
        return text
    pattern = "|".join(map(re.escape, sorted((*who.longer, *who.words), key=len, reverse=True)))
    return re.sub(pattern, lambda found: who.pseudonym if found[0] in who.words else found[0], text)
