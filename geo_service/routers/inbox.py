"""What people are told: the inbox, subscriptions to mail and web addresses, daily reports and the bulletin."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Query as Param

from geo_service.bodies import needed_text, text
from geo_service.dependencies import CallerDep, JsonBody, NowDep, SettingsDep, StoreDep, WordsDep
from geo_service.notice_texts import notice
from geo_service.problem_answers import names_of
from geo_service.report_texts import Writer
from geo_service.schemas import reports
from geo_service.schemas.channels import channel, deliveries_of, kinds_table
from geo_service.schemas.features import JsonResponse
from geo_service.settings import Settings
from geo_service.words import Words
from geo_service.workers.delivery import send
from layers import channels, deliveries, digests, inbox
from layers.channels import Subscription
from layers.errors import BadInput
from layers.store import Session
from layers.values import town_day
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["notices"])
MOST = 200
Day = Annotated[date | None, Param(description="the day (YYYY-MM-DD), today by default")]
Person = Annotated[str, Param(description="code of the person whose inbox it is; one's own by default")]


@router.get("/inbox")
def read_inbox(
    caller: CallerDep, store: StoreDep, words: WordsDep, person: Person = "", unread: bool = False, kind: str = "",
    after: Annotated[int, Param(ge=0)] = 0, limit: Annotated[int, Param(ge=1, le=MOST)] = 50,
) -> Response:  # fmt: skip
    """A person's notices, the newest first; `kind` may name several (a,b); `next` is the `after` of the next page."""
    kinds = [one for one in kind.split(",") if one]
    person = caller.may_see_of(person, office=caller.is_administrator)
    with store.reading() as session:
        page = inbox.inbox(session, person, unread=unread, kinds=kinds, after=after, limit=limit)
        names = names_of(session, words)
        found = [notice(one, names) for one in page.notices]
    return JsonResponse({"person": person, "unread": page.unread, "notices": found, "next": page.next or None})


@router.post("/inbox/read")
def mark_read(caller: CallerDep, store: StoreDep, now: NowDep, body: JsonBody) -> Response:
    """Mark notices as read, one's own or a person's: {"person"?, "ids": […]} or {"person"?, "all": true}."""
    person = caller.may_see_of(text(body, "person"), office=caller.is_administrator)
    ids = None if body.get("all") is True else _ids(body)
    return JsonResponse({"person": person, "unread": inbox.mark_read(store, person, ids, now=now)})


@router.get("/notice-kinds")
def kinds(words: WordsDep) -> Response:
    """Every kind of notice with its title and urgency."""
    return JsonResponse(kinds_table(words))


# ---------------------------------------------------------------- subscriptions


@router.get("/subscriptions")
def subscriptions(store: StoreDep, words: WordsDep) -> Response:
    """Where notices are sent beside the inbox, each with its last deliveries; secrets are never told again."""
    with store.reading() as session:
        names = names_of(session, words)
        found = [channel(one, names, session.deliveries.of(one.id, 10)) for one in session.channels.all()]
    return JsonResponse(found)


@router.post("/subscriptions", status_code=201)
def subscribe(caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody) -> Response:
    """Add one: {"channel": mail|webhook, "target", "person", "kinds": [], "by"}; the answer alone tells the secret."""
    wish = Subscription(
        channel=needed_text(body, "channel"), target=needed_text(body, "target"),
        **{"person": "", "kinds": (), **_changes(body, "person", "kinds", "active")},
    )  # fmt: skip
    made = channels.subscribe(store, wish, now=now, by=caller.acts_as(text(body, "by")))
    with store.reading() as session:
        answer = channel(made, names_of(session, words), ())
    return JsonResponse({**answer, "secret": made.secret or None}, 201)


@router.put("/subscriptions/{id_}")
def change_subscription(store: StoreDep, words: WordsDep, body: JsonBody, id_: int) -> Response:
    """Change target, person, kinds or active; {"new_secret": true} makes and tells a new secret."""
    anew = body.get("new_secret") is True
    made = channels.change(store, id_, _changes(body, "target", "person", "kinds", "active"), new_secret=anew)
    with store.reading() as session:
        answer = channel(made, names_of(session, words), session.deliveries.of(id_, 10))
    return JsonResponse({**answer, **({"secret": made.secret} if anew and made.secret else {})})


@router.delete("/subscriptions/{id_}", status_code=204)
def unsubscribe(store: StoreDep, id_: int) -> Response:
    """Remove one, with what is still to go there."""
    channels.unsubscribe(store, id_)
    return Response(status_code=204)


@router.post("/subscriptions/{id_}/test")
def try_subscription(store: StoreDep, settings: SettingsDep, now: NowDep, id_: int) -> Response:
    """Send a test message at once and tell what came of it: {"delivered", "error"}."""
    made = channels.test(store, id_, now=now, keep_until=now + deliveries.LEASE)
    with store.reading() as session:
        parcel = deliveries.parcel(session, made)
    outcome = send(store, settings, parcel, now=now)
    return JsonResponse({"delivered": not outcome.error, "error": outcome.error})


@router.get("/subscriptions/{id_}/deliveries")
def sent(store: StoreDep, id_: int) -> Response:
    """The last deliveries of a subscription, the newest first."""
    with store.reading() as session:
        session.channels.get(id_)
        return JsonResponse(deliveries_of(session.deliveries.of(id_, 50)))


# ---------------------------------------------------------------- reports


@router.get("/people/{code}/digest")
def person_digest(
    caller: CallerDep, store: StoreDep, words: WordsDep, settings: SettingsDep, now: NowDep, code: str, on: Day = None
) -> Response:
    """A person's day: what is new, open, overdue, due, returned, to look back at; `text` is ready to paste."""
    caller.may_see_of(code, office=caller.sees_all)
    with store.reading() as session:
        found = digests.person_day(session, code, on or town_day(now), now=now)
        return JsonResponse(reports.digest(found, code, _writer(session, words, settings)))


@router.get("/bulletin")
def town_bulletin(
    store: StoreDep, words: WordsDep, settings: SettingsDep, now: NowDep, on: Day = None,
    days: Annotated[int, Param(ge=1, le=366)] = 1,
) -> Response:  # fmt: skip
    """The town's bulletin for the `days` that end with `on`, beside the period before; `text` is ready to paste."""
    with store.reading() as session:
        found = digests.bulletin(session, on or town_day(now), days=days, now=now)
        return JsonResponse(reports.bulletin(found, _writer(session, words, settings)))


def _writer(session: Session, words: Words, settings: Settings) -> Writer:
    return Writer(names_of(session, words), session.town.get().name, settings.base_url)


def _ids(body: Mapping[str, Any]) -> list[int]:
    ids = body.get("ids")
    if not isinstance(ids, list) or not all(type(one) is int for one in ids) or len(ids) > MOST:
        raise BadInput(msg("“ids” is a list of at most {most} numbers.", most=MOST), field="ids")
    return ids


def _changes(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The named fields that the body gives, each of its kind."""
    return {name: _READ[name](body, name) for name in names if name in body}


def _kinds(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = body[name] or []
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise BadInput(msg("“{field}” must be a list of texts.", field=name), field=name)
    return tuple(given)


def _flag(body: Mapping[str, Any], name: str) -> bool:
    if not isinstance(body[name], bool):
        raise BadInput(msg("“{field}” must be true or false.", field=name), field=name)
    return bool(body[name])


_READ = {"target": needed_text, "person": text, "kinds": _kinds, "active": _flag}
