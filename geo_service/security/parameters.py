"""What an address may say, held to more strictly than the framework does.

A parameter that a route does not know is refused by name: a filter with a slip would show everything. Whole numbers
stay within what a store and a browser can hold, and a day is written as one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import get_args

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from layers.errors import BadInput
from layers.words import Message, msg

EVERYWHERE = frozenset({"lang"})
LARGEST_NUMBER = 2**53 - 1
_DAY = re.compile(r"(19|20|21)\d\d-\d\d-\d\d", re.ASCII)


class BadParameter(BadInput):
    """A parameter that means nothing at this address."""

    def __init__(self, name: str, why: Message | None = None):
        name = name[:80]
        super().__init__(why or msg("There is no parameter “{name}” here.", name=name), field=name)


async def known_method(request: Request) -> None:
    """Refuse a method that the address does not take, whoever asks: a name of its own is no object's number."""
    route = request.scope.get("route")
    is_of_the_api = isinstance(route, APIRoute) and route.include_in_schema
    if is_of_the_api and not request.app.takes(request.method, request.url.path):
        raise HTTPException(405)


async def strict_address(request: Request) -> None:
    """Refuse a parameter or a number that is not meant; pages keep what they are given."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not route.include_in_schema:
        return
    numbers = [field.alias for field in route.dependant.path_params if field.field_info.annotation is int]
    if not all(_is_small(request.path_params[name]) for name in numbers):
        raise HTTPException(404)
    if request.method == "GET" and request.query_params:
        _check(request.app.parameters_of(route), request.query_params)


def _check(known: Mapping[str, object], given: Mapping[str, str]) -> None:
    unknown = given.keys() - known.keys() - EVERYWHERE
    if unknown:
        raise BadParameter(min(unknown))
    for name, text in given.items():
        for kind in _kinds_of(known.get(name)):
            holds, why = _FORMS[kind]
            if not holds(text):
                raise BadParameter(name, msg(why, field=name))


def kinds_of(dependant: Dependant) -> Iterator[tuple[str, object]]:
    """The parameters of a route and of all that it depends on, with their types."""
    for field in dependant.query_params:
        yield field.alias, field.field_info.annotation
    for one in dependant.dependencies:
        yield from kinds_of(one)


def _kinds_of(annotation: object) -> list[type]:
    return [kind for kind in (annotation, *get_args(annotation)) if kind in _FORMS]


def _is_small(text: str) -> bool:
    digits = text.lstrip("+-")
    return not (digits.isascii() and digits.isdigit()) or (len(digits) < 17 and int(digits) <= LARGEST_NUMBER)


def _is_day(text: str) -> bool:
    return _DAY.fullmatch(text) is not None


_FORMS: dict[object, tuple[Callable[[str], bool], str]] = {
    int: (_is_small, msg("“{field}” must be a whole number.").template),
    date: (_is_day, msg("“{field}” must be a day like 2026-11-23.").template),
}
