"""The store is opened when the service starts. Where that fails the service starts all the same: it says why at
every address (503) but /healthz and the static files, and tries again until the store is there.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from threading import Event
from typing import Self

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from geo_service.console import errors
from geo_service.errors import answer_error
from geo_service.settings import Settings
from geo_service.words import words_of
from geo_service.workers.beside import beside
from geo_service.workers.ticker import ticking
from layers.accounts import first_administrator
from layers.errors import StoreUnavailable
from layers.store import Store, open_store
from layers.town import furnish
from layers.words import msg

_log = logging.getLogger("geo_service.opening")
_AGAIN_S = 1.0
_LONGEST_WAIT_S = 30.0
_OPEN_TO_ALL = ("/healthz", "/static/")


class Opening:
    """The store of the settings for the time of a `with` block; `attach` is entered with the open store."""

    def __init__(self, settings: Settings, attach: Callable[[Store], AbstractContextManager[None]]):
        self.fault: StoreUnavailable | None = None
        self._settings = settings
        self._attach = attach
        self._held = ExitStack()
        self._trying = ExitStack()

    def __enter__(self) -> Self:
        self._try()
        if self.fault is not None:
            _log.error("the store cannot be opened: %s", self.fault)
            self._trying.enter_context(beside(self._keep_trying, name="opening"))
        return self

    def __exit__(self, *_: object) -> None:
        self._trying.close()
        self._held.close()

    def _keep_trying(self, stop: Event) -> None:
        wait_s = _AGAIN_S
        while not stop.wait(wait_s):
            self._try()
            if self.fault is None:
                _log.warning("the store is open now")
                return
            wait_s = min(wait_s * 1.5, _LONGEST_WAIT_S)  # the check of a large file takes its time

    def _try(self) -> None:
        with ExitStack() as held:
            try:
                store = open_store(self._settings.store_url)
                held.callback(store.close)
                furnish(store)
                self._welcome(store)
            except StoreUnavailable as error:
                self.fault = error
                return
            held.enter_context(self._attach(store))
            held.enter_context(ticking(store, self._settings))
            self._held = held.pop_all()
            self.fault = None

    def _welcome(self, store: Store) -> None:
        """Say, once in the life of a town, with what its first administrator signs in."""
        words = words_of(self._settings.language)
        made = first_administrator(store, now=datetime.now(UTC), title=words("Administrator"))
        if made is not None:
            said = msg(
                "First administrator: sign in as “{name}” with the password {password} (shown only now).",
                name=made.account.name, password=made.one_time,
            )  # fmt: skip
            errors.print(f"\n{said.in_(words)}\n", style="bold yellow", markup=False, highlight=False, soft_wrap=True)


class Doorkeeper:
    """ASGI middleware: while the store cannot be opened, the answer is why."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 503, or hand on."""
        fault = scope["app"].state.opening.fault if scope["type"] == "http" else None
        if fault is None or scope["path"].startswith(_OPEN_TO_ALL):
            await self.app(scope, receive, send)
        else:
            await answer_error(Request(scope), fault)(scope, receive, send)
