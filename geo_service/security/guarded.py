"""The application with its guards outside of everything, so that they hold for its errors too."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp

from geo_service.openapi import documented
from geo_service.security.gate import Gate
from geo_service.security.headers import GuardHeaders
from geo_service.security.parameters import kinds_of
from geo_service.security.slow_clients import Patience
from geo_service.settings import Settings

_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}  # nobody collects it
_UNREAD_S = 60.0
_SLOWEST_BYTES_PER_S = 1024


class Guarded(FastAPI):
    """A FastAPI whose every answer has passed the gate and bears the headers that guard a browser."""

    def __init__(self, settings: Settings, *, first: Callable[[ASGIApp, FastAPI], ASGIApp], **options: Any):
        super().__init__(title="geo-service", docs_url=None, redoc_url=None, telemetry=_NO_TELEMETRY, **options)
        self.state.settings = settings
        self._first = first
        self._routes: list[APIRoute] = []
        self._exact: dict[str, frozenset[str]] = {}
        self._parameters: dict[str, Mapping[str, object]] = {}

    def describe(self, router: APIRouter) -> None:
        """Take the routes of a router into the document of the API."""
        routes = [route for route in router.routes if isinstance(route, APIRoute) and route.include_in_schema]
        self._routes += routes
        for route in routes:
            self._exact[route.path] = self._exact.get(route.path, frozenset()) | (route.methods or set())

    def takes(self, method: str, path: str) -> bool:
        """Whether an address takes a method; one with a name of its own is not taken for an object's number."""
        return path not in self._exact or method in self._exact[path]

    def parameters_of(self, route: APIRoute) -> Mapping[str, object]:
        """What may stand in the query of an address that is read, with its types; looked up once."""
        if route.path not in self._parameters:
            self._parameters[route.path] = dict(kinds_of(route.dependant))
        return self._parameters[route.path]

    def methods_at(self, path: str) -> str:
        """The methods that an address of the API takes, separated by commas; "" where it is not one."""
        found = [route.methods or set() for route in self._routes if route.path_regex.match(path)]
        return ", ".join(sorted(self._exact.get(path) or set().union(*found)))

    def build_middleware_stack(self) -> ASGIApp:
        """The usual stack inside of what is asked first, inside the gate."""
        settings = self.state.settings
        gate = Gate(self._first(super().build_middleware_stack(), self), settings=settings)
        return GuardHeaders(gate, behind_tls=settings.base_url.startswith("https://"))

    def openapi(self) -> dict[str, Any]:
        """The document of the API, made once; with what FastAPI cannot see of our routes."""
        if self.openapi_schema is None:
            self.openapi_schema = documented(super().openapi(), self._routes)
        return self.openapi_schema


def patience(settings: Settings) -> Patience:
    """How long clients are waited for."""
    return Patience(
        head_s=settings.request_head_s, body_s=settings.request_body_s, bytes_per_s=_SLOWEST_BYTES_PER_S,
        unread_s=_UNREAD_S, connections_per_client=settings.connections_per_client,
        proxies=tuple(part.strip() for part in settings.trusted_proxies.split(",") if part.strip()),
    )  # fmt: skip
