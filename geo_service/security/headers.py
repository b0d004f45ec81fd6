"""The headers that guard a browser, on every answer of the service, its errors too."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = tuple[tuple[bytes, bytes], ...]
_ALWAYS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(self), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_POLICY = b"content-security-policy"
_NOTHING = ((_POLICY, b"default-src 'none'; frame-ancestors 'none'"),)
_OWN_FILES = ((_POLICY, b"default-src 'self'; frame-ancestors 'none'"),)  # a script run as a worker obeys it
_NOT_SHARED = ((b"cache-control", b"private, no-cache"),)  # what depends on who asks is nobody else's
_TLS_ONLY = ((b"strict-transport-security", b"max-age=31536000"),)


class GuardHeaders:
    """ASGI middleware: adds what the answer does not say itself (pages bring a policy with their nonce)."""

    def __init__(self, app: ASGIApp, *, behind_tls: bool):
        self.app = app
        self._behind_tls = behind_tls
        self._tables = {
            (own, tls): table_of(own_files=own, secure=tls) for own in (False, True) for tls in (False, True)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, and add to the head of the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        secure = self._behind_tls or scope["scheme"] == "https"
        table = self._tables[scope["path"].startswith("/static/"), secure]

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in table if pair[0] not in said)]
            await send(message)

        await self.app(scope, receive, guarded)


def table_of(*, own_files: bool, secure: bool) -> Headers:
    """What is added to the answers of files of our own, or to all others; `secure` = over TLS."""
    return (*_ALWAYS, *(_OWN_FILES if own_files else (*_NOTHING, *_NOT_SHARED)), *(_TLS_ONLY if secure else ()))
