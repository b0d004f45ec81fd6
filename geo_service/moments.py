"""The moment that an address asks for."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query

from geo_service.dependencies import NowDep
from layers.past import end_of
from layers.values import as_time

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def moment_of(text: str | None, now: datetime) -> datetime | None:
    """The moment of `as_of`: an RFC 3339 time, or a day, which means its end, but not what is still to come.

    In whole seconds, so that tiles (which keep no more) and lists tell the same.
    """
    asked = as_time(text, "as_of")
    if asked is None:
        return None
    if _DAY.fullmatch(str(text)):
        soon = now.replace(microsecond=0) + timedelta(seconds=1)
        return min(end_of(date.fromisoformat(str(text))), soon)
    return asked.replace(microsecond=0)


def _as_of(
    now: NowDep,
    as_of: Annotated[
        str | None, Query(description="a moment (RFC 3339), or a day = its end, for which to answer; now by default")
    ] = None,
) -> datetime | None:
    return moment_of(as_of, now)


AsOfDep = Annotated[datetime | None, Depends(_as_of)]
