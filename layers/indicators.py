"""The indicators of a period by area, department, person, category or source, beside the period before and a year ago.

Load → rule → values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from layers.errors import BadInput
from layers.indicator_columns import columns, rows_of
from layers.indicator_units import belongs, counts_by
from layers.rules import indicators as rule
from layers.rules.periods import Span, a_year_ago, just_before
from layers.store import Session
from layers.units import UNITS
from layers.words import msg

WEIGHTS_KEY = "score_weights"


@dataclass(frozen=True, slots=True)
class Line:
    """One unit: its key, name, counts, rates and score; `before` is its score in the period before."""

    key: str
    name: str
    counts: Mapping[str, int]
    rates: Mapping[str, float | None]
    score: float | None
    before: float | None = None

    @property
    def change(self) -> float | None:
        """How much the score has changed against the period before; None where either has none."""
        return None if self.score is None or self.before is None else round(self.score - self.before, 2)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The whole town in an earlier period (half-open)."""

    span: Span
    total: Line


@dataclass(frozen=True, slots=True)
class Report:
    """The whole town, and each unit, the best score first; `weights` and their version are told with it.

    `previous` (环比) and `last_year` (同比) are None where nothing was known of those periods.
    """

    total: Line
    lines: list[Line]
    weights: Mapping[str, float]
    weights_version: int
    previous: Earlier | None = None
    last_year: Earlier | None = None


def report(session: Session, *, start: datetime, end: datetime, by: str = "area") -> Report:
    """The indicators of a period (half-open). BadInput for an unknown unit or an empty period."""
    if by not in UNITS:
        raise BadInput(msg("“{value}” is none of: {choices}.", value=by[:40], choices=", ".join(UNITS)), field="by")
    if end <= start:
        raise BadInput(msg("The period ends before it begins."), field="to")
    rows = rows_of(session, end)
    before, year = just_before(start, end), a_year_ago(start, end)
    cases, stages = columns(session, rows, since=min(before[0], year[0]))
    weights = session.rulesets.current(WEIGHTS_KEY, shipped=dict(rule.WEIGHTS))
    names, unit = UNITS[by](session, rows)
    now, then, long_ago = (rule.counts(cases, stages, _period(span)) for span in ((start, end), before, year))
    known = {key: rule.score(counts, weights.body) for key, counts in counts_by(by, unit, then, rows).items()}
    lines = [
        _line(key, names.get(key, key), counts, weights.body, known.get(key))
        for key, counts in counts_by(by, unit, now, rows).items()
    ]
    previous, last_year = _earlier(before, then, weights.body), _earlier(year, long_ago, weights.body)
    total = _line("", "", _sums(now), weights.body, previous.total.score if previous else None)
    return Report(total, sorted(lines, key=_turn), weights.body, weights.version, previous, last_year)


def cases_of(session: Session, *, count: str, start: datetime, end: datetime, by: str, unit: str) -> list[int]:
    """The keys of the cases behind one number of the report; of a number of places, all that were reported there."""
    if count not in rule.COUNT_TITLES or by not in UNITS:
        raise BadInput(msg("There is no indicator “{name}”.", name=count[:40]), field="count")
    rows = rows_of(session, end)
    cases, stages = columns(session, rows, since=start)
    counted = rule.counts(cases, stages, _period((start, end)))[count]
    if unit:
        counted = counted & belongs(by, count, UNITS[by](session, rows)[1], rows, unit)
    if count in rule.OF_PLACES:
        counted = rule.at_the_same_places(cases, stages, _period((start, end)), counted)
    return [id_ for id_, counts in zip(rows["id"], counted.tolist(), strict=True) if counts]


def _period(span: Span) -> rule.Period:
    return rule.Period(span[0].timestamp(), span[1].timestamp())


def _sums(counted: Mapping[str, rule.Flags]) -> dict[str, int]:
    return {name: int(flags.sum()) for name, flags in counted.items()}


def _earlier(span: Span, counted: Mapping[str, rule.Flags], weights: Mapping[str, float]) -> Earlier | None:
    sums = _sums(counted)
    return Earlier(span, _line("", "", sums, weights)) if any(sums.values()) else None


def _line(
    key: str, name: str, count: Mapping[str, int], weights: Mapping[str, float], before: float | None = None
) -> Line:
    return Line(key, name, count, rule.rates(count), rule.score(count, weights), before)


def _turn(line: Line) -> tuple[bool, float, str]:
    return line.score is None, -(line.score or 0.0), line.key
