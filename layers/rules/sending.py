"""How messages leave the house: which addresses are taken, and when a failed sending is tried again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from layers.errors import BadInput
from layers.words import Message, msg

CHANNEL_TITLES = {"mail": "E-mail", "webhook": "Webhook"}
CHANNELS = tuple(CHANNEL_TITLES)
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
SPREAD = 0.2  # of the wait, either way
_LONGEST_TARGET = 500
_METADATA = frozenset({"100.100.100.200", "192.0.0.192", "fd00:ec2::254"})  # Alibaba, Oracle, Amazon; others link-local
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
                   r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try: `error` "" = delivered; `gone` = nobody will ever take it there again; `final` = no use."""

    error: str = ""
    gone: bool = False
    final: bool = False


def next_try(attempts: int, *, now: datetime, chance: float) -> datetime | None:
    """When to try again after so many failed attempts; None = give up.

    The wait doubles from FIRST_WAIT to LONGEST_WAIT and is spread by `chance` in [0, 1), so that what failed together
    does not come back together.

    >>> noon = datetime(2021, 12, 3, 12)
    >>> [str(next_try(n, now=noon, chance=0.5) - noon) for n in (1, 2, 7)], next_try(8, now=noon, chance=0.5)
    (['0:01:00', '0:02:00', '1:04:00'], None)
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    wait = min(FIRST_WAIT * 2.0 ** (attempts - 1), LONGEST_WAIT)
    return now + wait * (1 + SPREAD * (2 * chance - 1))


def check_target(channel: str, target: str) -> str:
    """The address, fit for its channel; BadInput (`target`) otherwise."""
    target = target.strip()
    if channel not in CHANNELS:
        raise BadInput(
            msg("“{value}” is none of: {choices}.", value=channel[:40], choices=", ".join(CHANNELS)), field="channel"
        )
    if len(target) > _LONGEST_TARGET or not _FIT[channel](target):
        raise BadInput(_REFUSED[channel], field="target")
    return target


def is_closed(address: str) -> bool:
    """Whether nothing is ever sent to an IP address: link-local ones, those of clouds' metadata, and what is no host's.

    Addresses of an intranet are open: an administrator may want to be told there.

    >>> [is_closed(one) for one in ("169.254.169.254", "::ffff:169.254.1.1", "fe80::1%eth0", "0.0.0.0")]
    [True, True, True, True]
    >>> [is_closed(one) for one in ("10.1.2.3", "192.168.1.5", "8.8.8.8", "127.0.0.1", "hook.town.example")]
    [False, False, False, False, False]
    """
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(known, IPv6Address):
        known = known.ipv4_mapped or known
    nobodys = known.is_link_local or known.is_unspecified or known.is_multicast
    return nobodys or str(known) in _METADATA or str(known) == "255.255.255.255"


def _is_mail(target: str) -> bool:
    return _MAIL.fullmatch(target) is not None


def _is_address(target: str) -> bool:
    """http or https, a host, no password in it, nothing that could break a header."""
    if not target.isascii() or any(ord(letter) <= ord(" ") or ord(letter) == 0x7F for letter in target):
        return False
    try:
        parts = urlsplit(target)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_open = bool(parts.hostname) and not is_closed(parts.hostname or "")
    return parts.scheme in ("http", "https") and is_open and "@" not in parts.netloc and port_is_fine


_FIT = {"mail": _is_mail, "webhook": _is_address}
_REFUSED: Mapping[str, Message] = {
    "mail": msg("This is no e-mail address."),
    "webhook": msg(
        "The address must begin with http:// or https://, name a host that may be sent to, and hold no password."
    ),
}
