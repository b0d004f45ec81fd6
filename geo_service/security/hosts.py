"""Which names the service answers to: a forged Host must not find its way into a link or a cache."""

import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import Request

ANY = "*"
_LOCAL = ("localhost", "127.0.0.1", "[::1]")


class Hosts:
    """The names of the service: those given, or by default this machine's and the one it was bound to.

    The address at which a connection arrived is always one of them.
    """

    def __init__(self, given: Iterable[str], *, bound_to: str = "", base_url: str = ""):
        names = {name.strip().lower() for name in given if name.strip()}
        known = names or {*_LOCAL, socket.gethostname().lower(), bound_to.lower()}
        self._names = known | ({(urlsplit(base_url).hostname or "").lower()} if base_url else set())

    def take(self, host: str, arrived_at: str) -> bool:
        """Whether a request that names this host, arrived at that address, is meant for us."""
        name = name_of(host)
        return ANY in self._names or (bool(name) and (name in self._names or name.strip("[]") == arrived_at))


def name_of(host: str) -> str:
    """The Host header without its port, in small letters; "" where it is not well formed.

    >>> name_of("Geo.example:8000"), name_of("[::1]:8000"), name_of("a b"), name_of("good@evil")
    ('geo.example', '[::1]', '', '')
    """
    name, separator, port = host.lower().rpartition(":")
    if not separator or "]" in port:
        name, port = host.lower(), "0"
    plain = name.strip("[]").replace(".", "").replace("-", "").replace("_", "").replace(":", "")
    return name if plain.isalnum() and plain.isascii() and port.isdigit() else ""


def base_of(request: Request) -> str:
    """Where people reach the service, without a slash at the end: the setting, else as this request did."""
    return str(request.app.state.settings.base_url or request.base_url).rstrip("/")


def next_page(request: Request, after: int) -> str:
    """The address of the next page of the list that was asked for."""
    query = request.url.include_query_params(after=after).query
    return f"{base_of(request)}{request.url.path}?{query}"
