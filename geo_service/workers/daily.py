"""The daily reports: once a day, after the hour that is set, into everybody's inbox and on their way."""

from collections.abc import Mapping
from datetime import date, datetime

from geo_service import report_texts
from geo_service.problem_answers import names_of
from geo_service.report_texts import Writer
from geo_service.settings import Settings
from geo_service.words import words_of
from layers import digests
from layers.digests import Letter
from layers.rules.digest import Digest
from layers.store import Session, Store
from layers.values import TOWN_TIME, town_day


def report_daily(store: Store, settings: Settings, now: datetime) -> int:
    """Send the reports of today where its hour has come and they have not gone out; how many."""
    hour = settings.digest_hour
    if hour < 0 or now.astimezone(TOWN_TIME).hour < hour:
        return 0
    on = town_day(now)
    with store.reading() as session:
        if digests.is_sent(session, on):
            return 0
    made, letters = reports(store, settings, on, now)
    return digests.send_out(store, made, letters, on=on, now=now)


def reports(
    store: Store, settings: Settings, on: date, now: datetime, *, person: str = ""
) -> tuple[dict[str, Digest], dict[str, Letter]]:
    """Everybody's report of a day (or one person's, NotFound for a stranger), as values and in the service's words."""
    with store.reading() as session:
        if person:
            made = {person: digests.person_day(session, person, on, now=now)}
        else:
            made = digests.everybodys(session, on, now=now)
        return made, _letters(session, made, settings)


def send_again(store: Store, made: Mapping[str, Digest], letters: Mapping[str, Letter], *, now: datetime) -> None:
    """Send reports, whether or not they have gone out."""
    with store.writing() as session:
        for code, one in made.items():
            digests.send_one(session, code, one, letters[code], now=now)


def bulletin_text(store: Store, settings: Settings, on: date, now: datetime, *, days: int) -> str:
    """The town's bulletin in the service's language."""
    with store.reading() as session:
        found = digests.bulletin(session, on, days=days, now=now)
        return report_texts.bulletin(found, _writer(session, settings))


def _letters(session: Session, made: Mapping[str, Digest], settings: Settings) -> dict[str, Letter]:
    writer = _writer(session, settings)
    return {code: report_texts.digest(one, code, writer) for code, one in made.items()}


def _writer(session: Session, settings: Settings) -> Writer:
    return Writer(names_of(session, words_of(settings.language)), session.town.get().name, settings.base_url)
