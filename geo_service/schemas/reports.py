"""A person's report and the town's bulletin as JSON, with the text to paste."""

from geo_service import report_texts
from geo_service.report_texts import Writer, late_days
from geo_service.schemas.features import Json, plain
from layers.rules.bulletin import COUNT_TITLES, Bulletin, Figure, Village
from layers.rules.digest import SECTION_TITLES, Case, Digest, Span


def digest(one: Digest, person: str, writer: Writer) -> Json:
    """A person's day: counts, the cases of every section but the open ones in full, the text."""
    words = writer.names.words
    listed = {name: cases for name, cases in one.sections.items() if name != "open"}
    return {
        "person": person, "person_name": writer.names.person(person), "town": writer.town,
        "on": one.span.day.isoformat(), "as_of": plain(one.span.at),
        "counts": [{"key": key, "title": words(SECTION_TITLES[key]), "value": n} for key, n in one.counts.items()],
        "sections": {name: [_case(case, one.span, writer) for case in cases] for name, cases in listed.items()},
        "look_backs": [{**_case(case, one.span, writer), "look_at": plain(due)} for due, case in one.look_backs],
        "text": report_texts.digest(one, person, writer).text,
    }  # fmt: skip


def bulletin(one: Bulletin, writer: Writer) -> Json:
    """The town's bulletin: figures beside those of the period before, rankings, the text."""
    words = writer.names.words
    return {
        "town": writer.town, "title": writer.say(report_texts.period_title(one)),
        "period": report_texts.period(one, writer),
        "from": plain(one.span.start), "to": plain(one.span.end), "on": one.span.day.isoformat(),
        "as_of": plain(one.span.at),
        "figures": [
            {"key": key, "title": words(title), **_figure(one.figures[key])} for key, title in COUNT_TITLES.items()
        ],
        "categories": [
            {"code": code, "name": writer.names.category(code), **_figure(figure)} for code, figure in one.categories
        ],
        "villages": [_village(line) for line in one.villages],
        "praised": [_village(line) for line in one.praised],
        "overdue": [_case(case, one.span, writer) for case in one.overdue],
        "rebounds": [_case(case, one.span, writer) for case in one.rebounds],
        "text": report_texts.bulletin(one, writer),
    }  # fmt: skip


def _figure(figure: Figure) -> Json:
    return {"value": figure.value, "previous": figure.previous, "change": figure.change}


def _village(line: Village) -> Json:
    return {"code": line.code, "name": line.name, "reported": line.reported, "closed": line.closed,
            "open": line.open, "overdue": line.overdue}  # fmt: skip


def _case(case: Case, span: Span, writer: Writer) -> Json:
    late = late_days(case.due_at, span) if case.due_at is not None and case.is_late(span.at) else None
    return {
        "id": case.id, "code": case.code, "category": case.category, "state": case.state,
        "category_name": writer.names.category(case.category), "place": case.place,
        "person": case.person, "person_name": writer.names.person(case.person),
        "due_at": plain(case.due_at), "late_days": late, "rebound_days": case.rebound_days,
    }  # fmt: skip
