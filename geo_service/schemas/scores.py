"""The report of indicators as JSON."""

from csv import writer
from datetime import datetime
from io import StringIO

from geo_service.schemas.features import Json, plain
from geo_service.schemas.problems import Names
from geo_service.words import Words
from layers.formats.export_table import guarded_text
from layers.indicators import Earlier, Line, Report
from layers.rules.indicators import COUNT_TITLES, RATES
from layers.rules.roles import SOURCE_TITLES
from layers.words import msg


def report(found: Report, names: Names, *, by: str, period: tuple[datetime, datetime]) -> Json:
    """The whole, the lines, and the definitions that they follow."""
    words = names.words
    return {
        "by": by,
        "from": plain(period[0]),
        "to": plain(period[1]),
        "as_of": plain(period[1]),
        "total": {**_line(found.total, names, by), "name": words("The whole town")},
        "previous": _earlier(found.previous, names),
        "last_year": _earlier(found.last_year, names),
        "lines": [_line(line, names, by) for line in found.lines],
        "counts": [{"key": key, "title": words(title)} for key, title in COUNT_TITLES.items()],
        "rates": [
            {"key": rate.key, "title": words(rate.title), "over": rate.over, "of": rate.of,
             "more_is_better": rate.more_is_better}
            for rate in RATES
        ],
        "parameters": {"weights": found.weights, "weights_version": found.weights_version},
    }  # fmt: skip


def _line(line: Line, names: Names, by: str) -> Json:
    rates = {key: None if rate is None else round(rate, 6) for key, rate in line.rates.items()}
    name = _NAMED.get(by, _as_stored)(line, names)
    return {"key": line.key, "name": name or msg("Without").in_(names.words), "counts": line.counts, "rates": rates,
            "score": line.score, "previous_score": line.before, "score_change": line.change}  # fmt: skip


def _earlier(one: Earlier | None, names: Names) -> Json | None:
    """The whole town in an earlier period; None where nothing is known of it."""
    if one is None:
        return None
    said = {key: value for key, value in _line(one.total, names, "").items() if key in ("counts", "rates", "score")}
    return {"from": plain(one.span[0]), "to": plain(one.span[1]), **said}


def _as_stored(line: Line, _names: Names) -> str:
    return line.name


def _source(line: Line, names: Names) -> str:
    return names.words(SOURCE_TITLES[line.key]) if line.key in SOURCE_TITLES else line.key


def _category(line: Line, names: Names) -> str:
    return names.category(line.key)


_NAMED = {"source": _source, "category": _category}


_SCORES = {
    "score": msg("Score"),
    "previous_score": msg("Score of the period before"),
    "score_change": msg("Change of the score"),
}
_PAST = {"previous": msg("The whole town, period before"), "last_year": msg("The whole town, a year ago")}


def _past_lines(found: Json, words: Words) -> list[Json]:
    return [{**found[key], "name": title.in_(words)} for key, title in _PAST.items() if found[key]]


def csv_of(found: Json, words: Words) -> bytes:
    """A report as CSV that spreadsheets open with the right letters (UTF-8 with its mark) and run no formula of."""
    numbers = (one["title"] for one in (*found["counts"], *found["rates"]))
    heads = [words("Unit judged"), *numbers, *(title.in_(words) for title in _SCORES.values())]
    file = StringIO()
    table = writer(file)
    table.writerow(heads)
    for line in (found["total"], *_past_lines(found, words), *found["lines"]):
        told = [*line["counts"].values(), *line["rates"].values(),
                *(line.get(name) for name in _SCORES)]  # fmt: skip
        table.writerow([guarded_text(line["name"]), *("" if n is None else n for n in told)])
    return b"\xef\xbb\xbf" + file.getvalue().encode()
