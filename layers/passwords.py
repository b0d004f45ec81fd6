"""Passwords and secrets: argon2id for what people think of, SHA-256 for what this service drew itself."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from layers.errors import TooMany
from layers.words import msg

# OWASP's second choice for argon2id: 19 MiB, two passes; what it costs in memory is what an attacker can make us use.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_AT_ONCE = BoundedSemaphore(4)
_WAITING = BoundedSemaphore(16)  # more would keep every thread of the service waiting
_COME_BACK_S = 5
_SECRET_BYTES = 32
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_GROUPS, _GROUP = 4, 4


def hashed(password: str) -> str:
    """The argon2id hash to keep. TooMany where very many are asked for at this moment."""
    with _turn():
        return _HASHER.hash(_bytes(password))


def matches(hash_: str, password: str) -> bool:
    """Whether the password is the one; "" (no hash) costs the same time and never matches.

    TooMany where very many are asked for at this moment.
    """
    with _turn():
        try:
            return _HASHER.verify(hash_ or _nobodys(), _bytes(password))
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(hash_: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(hash_)


def one_time_password() -> str:
    """Sixteen letters and digits in four groups (79 bits), to be read out and typed once."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def new_secret() -> str:
    """What a session or a token is known by: 256 bits."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def digest(secret: str) -> str:
    """What is kept of a secret; 256 random bits need no salt."""
    return sha256(_bytes(secret)).hexdigest()


@contextmanager
def _turn() -> Iterator[None]:
    if not _WAITING.acquire(blocking=False):
        raise TooMany(msg("Too many are signing in at this moment. Please try again."), seconds=_COME_BACK_S)
    try:
        with _AT_ONCE:
            yield
    finally:
        _WAITING.release()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_bytes(_SECRET_BYTES))
