"""Daily reports and bulletins as text to paste into a group chat: short lines, figures, numbers of cases, links."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from geo_service.schemas.problems import Names
from layers.digests import Letter
from layers.rules.bulletin import Bulletin, CampaignDay, Figure, Village
from layers.rules.digest import SECTION_TITLES, Case, Digest, Span
from layers.rules.roles import ROLE_TITLES
from layers.values import TOWN_TIME, town_day
from layers.words import Message, msg

MOST_CASES = 5  # of a section; the rest is counted
_ALWAYS = ("new", "open", "overdue")
_COUNTED = (*_ALWAYS, "due_tomorrow", "returned", "look_backs", "rebounds", "closed")
_LISTED = ("overdue", "returned", "due_today", "due_tomorrow", "look_backs", "rebounds", "to_check", "new")
_MARKS = {"overdue": "⚠️ ", "rebounds": "🔁 ", "praised": "👍 "}  # sparingly: what asks for attention
_WEEKDAYS = (msg("Mon"), msg("Tue"), msg("Wed"), msg("Thu"), msg("Fri"), msg("Sat"), msg("Sun"))
_PERIODS = {1: msg("Environment daily"), 7: msg("Environment weekly"), 30: msg("Environment monthly")}
_PERIOD = msg("Environment bulletin")
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: the words, the town's name, where links lead ("" = none)."""

    names: Names
    town: str
    base_url: str = ""

    def say(self, message: Message) -> str:
        """In the reader's language."""
        return message.in_(self.names.words)

    def head(self, title: Message) -> str:
        """The first line."""
        return f"【{self.town} · {self.say(title)}】" if self.town else f"【{self.say(title)}】"

    def day(self, day: date) -> str:
        """12-03 Fri, as the reader writes it."""
        weekday = _WEEKDAYS[day.weekday()]
        return self.say(msg("{month:02}-{day:02} {weekday}", month=day.month, day=day.day, weekday=weekday))

    def case(self, case: Case) -> str:
        """Place, kind and number of a case."""
        return " ".join(part for part in (case.place, self.names.category(case.category), case.code) if part)

    def link(self, path: str) -> list[str]:
        """A line with a link, where the base address is known."""
        return [self.base_url + path] if self.base_url else []


# ---------------------------------------------------------------- one person's day


def digest(one: Digest, person: str, writer: Writer) -> Letter:
    """A person's report: subject and text."""
    title = msg("Daily report")
    name = writer.names.person(person)
    subject = f"{writer.head(title)}{name} {one.span.day.isoformat()}"
    return Letter(subject, "\n".join(_digest_lines(one, person, writer, title)))


def _digest_lines(one: Digest, person: str, writer: Writer, title: Message) -> Iterator[str]:
    yield writer.head(title)
    yield f"{writer.day(one.span.day)} · {_who(person, writer)}"
    counts = one.counts
    told = (name for name in _COUNTED if counts[name] or name in _ALWAYS)
    yield " · ".join(f"{writer.say(msg(SECTION_TITLES[name]))} {counts[name]}" for name in told)
    for name in _LISTED:
        lines = _section(one, name, writer)
        if lines:
            yield ""
            yield from lines
    more = writer.link(f"/bulletin?person={person}&on={one.span.day.isoformat()}")
    yield from (["", *more] if more else [])


def _who(person: str, writer: Writer) -> str:
    known = writer.names.people.get(person)
    roles = [writer.say(msg(ROLE_TITLES[role])) for role in (known.roles if known else ()) if role in ROLE_TITLES]
    return " ".join([writer.names.person(person), " / ".join(roles)]).strip()


def _section(one: Digest, name: str, writer: Writer) -> list[str]:
    if name == "look_backs":
        lines = [f"{writer.case(case)} {_moment(due)}" for due, case in one.look_backs]
    else:
        lines = [" ".join(part for part in (writer.case(case), _tail(case, name, one.span, writer)) if part)
                 for case in one.sections[name]]  # fmt: skip
    if not lines:
        return []
    head = f"{_MARKS.get(name, '')}{writer.say(msg(SECTION_TITLES[name]))} {len(lines)}"
    return [head, *_numbered(lines, writer)]


def _tail(case: Case, section: str, span: Span, writer: Writer) -> str:
    """What matters most about a case in that section."""
    if section == "rebounds" and case.rebound_days is not None:
        return writer.say(msg("after {days} days", days=f"{case.rebound_days:.1f}"))
    if case.is_late(span.at) and case.due_at is not None:
        return _late(case.due_at, span, writer)
    return f"{_moment(case.due_at)}" if case.due_at and section.startswith("due_") else ""


def _late(due_at: datetime, span: Span, writer: Writer) -> str:
    days = late_days(due_at, span)
    return writer.say(msg("{days} days late", days=days) if days else msg("less than a day late"))


def late_days(due_at: datetime, span: Span) -> int:
    """How many whole days late."""
    return int((span.at - due_at).total_seconds() // _DAY_S)


def _numbered(lines: Sequence[str], writer: Writer) -> Iterator[str]:
    yield from (f"{n}. {line}" for n, line in enumerate(lines[:MOST_CASES], 1))
    if len(lines) > MOST_CASES:
        yield writer.say(msg("… and {count} more", count=len(lines) - MOST_CASES))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(TOWN_TIME):%m-%d %H:%M}"


# ---------------------------------------------------------------- the town's bulletin


def bulletin(one: Bulletin, writer: Writer) -> str:
    """The whole town's text."""
    return "\n".join(_bulletin_lines(one, writer))


def period_title(one: Bulletin) -> Message:
    """Daily, weekly, monthly, or for any other length."""
    return _PERIODS.get((one.span.end - one.span.start).days, _PERIOD)


def period(one: Bulletin, writer: Writer) -> str:
    """The days that it is about, and until when they were looked at."""
    first = town_day(one.span.start)
    last = one.span.day
    days = writer.day(last) if first == last else f"{first.isoformat()} – {last.isoformat()}"
    if one.span.at < one.span.end:
        return writer.say(msg("{days}, as of {time}", days=days, time=f"{one.span.at.astimezone(TOWN_TIME):%H:%M}"))
    return days


def campaign_day(running: CampaignDay, writer: Writer) -> str:
    """Which day of a campaign it is, and how many are left."""
    is_english = writer.names.words.language == "en"
    name = running.name_en or running.name_zh if is_english else running.name_zh
    if not running.left:
        return writer.say(msg("{name}: day {day}, the last one", name=name, day=running.day))
    return writer.say(msg("{name}: day {day}, {left} days left", name=name, day=running.day, left=running.left))


def _bulletin_lines(one: Bulletin, writer: Writer) -> Iterator[str]:
    yield writer.head(period_title(one))
    yield period(one, writer)
    yield from (campaign_day(running, writer) for running in one.campaigns)
    yield ""
    yield from _figures(one, writer)
    for title, lines in _parts(one, writer):
        if lines:
            yield ""
            yield title
            yield from (f"{n}. {line}" for n, line in enumerate(lines, 1))
    more = writer.link(f"/bulletin?on={one.span.day.isoformat()}")
    yield from (["", *more] if more else [])


def _figures(one: Bulletin, writer: Writer) -> Iterator[str]:
    say, figures = writer.say, one.figures
    now = {name: figure.value for name, figure in figures.items()}
    yield say(msg("New {count} ({change})", count=now["reported"], change=_change(figures["reported"])))
    yield say(msg("Closed {count} ({change}), {on_time} of them in time", count=now["closed"],
                  change=_change(figures["closed"]), on_time=now["closed_on_time"]))  # fmt: skip
    yield say(msg("Open {count}, {overdue} of them overdue", count=now["open"], overdue=now["overdue"]))
    yield say(msg("Returned for rework {count}, rebounds {rebounds}", count=now["returned"], rebounds=now["rebounds"]))


def _change(figure: Figure) -> Message:
    """Beside the period before, in per cent where something changed and there was something before."""
    if not figure.change:
        return msg("before: {previous}", previous=figure.previous)
    return msg("before: {previous}, {change}", previous=figure.previous, change=f"{figure.change:+.0%}")


def _parts(one: Bulletin, writer: Writer) -> list[tuple[str, list[str]]]:
    say, names = writer.say, writer.names
    kinds = [
        say(msg("{name} {count} ({change})", name=names.category(code), count=new.value, change=_change(new)))
        for code, new in one.categories
    ]
    villages = [_village(line, writer) for line in one.villages[:MOST_CASES]]
    late = [_overdue(case, one.span, writer) for case in one.overdue]
    back = [f"{writer.case(case)} {_tail(case, 'rebounds', one.span, writer)}".strip() for case in one.rebounds]
    good = [
        say(msg("{name}: {closed} closed, none overdue", name=line.name, closed=line.closed)) for line in one.praised
    ]
    return [
        (say(msg("Most frequent kinds of new problems")), kinds),
        (say(msg("Villages with most open problems")), villages),
        (_MARKS["overdue"] + say(msg("Overdue for longest")), late),
        (_MARKS["rebounds"] + say(msg("Rebounds")), back),
        (_MARKS["praised"] + say(msg("Praise")), good),
    ]


def _village(line: Village, writer: Writer) -> str:
    if not line.overdue:
        return f"{line.name} {line.open}"
    return writer.say(msg("{name} {open}, {overdue} overdue", name=line.name, open=line.open, overdue=line.overdue))


def _overdue(case: Case, span: Span, writer: Writer) -> str:
    late = _late(case.due_at, span, writer) if case.due_at else ""
    return " ".join(part for part in (writer.case(case), late, writer.names.person(case.person)) if part)
