"""Administration of accounts, and the audit."""

from dataclasses import fields
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Query as Param

from geo_service.bodies import flag, needed_text, text, texts
from geo_service.dependencies import CallerDep, JsonBody, NowDep, SettingsDep, WholeStoreDep, WordsDep
from geo_service.schemas.accounts import ACT_TITLES, audit_entry
from geo_service.schemas.accounts import account as account_json
from geo_service.schemas.features import Json, JsonResponse
from geo_service.words import Words
from layers import accounts
from layers.accounts import AccountChange, Made, NewAccount
from layers.accounts_model import ACTS
from layers.errors import BadInput
from layers.people import roles_of_all, roles_on
from layers.rules.passwords import canonical
from layers.store import Store
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["accounts"])
_NOT_KEPT = {"Cache-Control": "no-store"}
MOST = 200


@router.get("/accounts")
def list_accounts(store: WholeStoreDep, caller: CallerDep, words: WordsDep) -> Response:
    """Every account with its person, their posts and all their roles of today."""
    with store.reading() as session:
        people = {person.code: person for person in session.duties.people()}
        roles = roles_of_all(session, people.values(), on=caller.on)
        found = [
            account_json(one, people.get(one.person), roles.get(one.person, ()), words)
            for one in session.accounts.all()
        ]
    return JsonResponse(found, headers=_NOT_KEPT)


@router.post("/accounts", status_code=201)
def create_account(
    store: WholeStoreDep, caller: CallerDep, words: WordsDep, now: NowDep, settings: SettingsDep, body: JsonBody
) -> Response:
    """Make one: {"name", "role", "person"?, "title"?, "password"?}; without a password the answer tells one."""
    wish = NewAccount(
        name=needed_text(body, "name"), role=needed_text(body, "role"), person=text(body, "person"),
        title=text(body, "title"), password=text(body, "password"),
    )  # fmt: skip
    days = settings.one_time_password_days
    made = accounts.create(store, wish, now=now, by=caller.by, one_time_days=days)
    return _told(store, made, on=caller.on, words=words, status=201)


@router.patch("/accounts/{name}")
def change_account(
    store: WholeStoreDep, caller: CallerDep, words: WordsDep, now: NowDep, body: JsonBody, name: str
) -> Response:
    """Change it: {"active"?: bool, "roles"?: […], "subject"?: text}; all of that or, where one is wrong, nothing."""
    wish = AccountChange(
        active=flag(body, "active") if "active" in body else None,
        roles=texts(body, "roles") if "roles" in body else None,
        subject=text(body, "subject") if "subject" in body else None,
    )
    if wish == AccountChange():
        choices = ", ".join(one.name for one in fields(wish))
        raise BadInput(msg("“{value}” is none of: {choices}.", value=", ".join(body)[:80], choices=choices))
    account = accounts.change(store, canonical(name), wish, now=now, by=caller.by)
    return _told(store, Made(account), on=caller.on, words=words)


@router.post("/accounts/{name}/reset")
def reset_account(
    store: WholeStoreDep, caller: CallerDep, words: WordsDep, now: NowDep, settings: SettingsDep, name: str
) -> Response:
    """Draw a password for somebody who lost theirs: `one_time_password`, to be changed at the next sign-in."""
    days = settings.one_time_password_days
    made = accounts.reset(store, canonical(name), now=now, by=caller.by, one_time_days=days)
    return _told(store, made, on=caller.on, words=words)


@router.get("/audit")
def read_audit(
    store: WholeStoreDep, words: WordsDep, act: str = "", account: str = "",
    after: Annotated[int, Param(ge=0)] = 0, limit: Annotated[int, Param(ge=1, le=MOST)] = 50,
) -> Response:  # fmt: skip
    """Lines of the audit, the newest first; `next` is the `after` of the next page."""
    if act and act not in ACTS:
        raise BadInput(msg("“{value}” is none of: {choices}.", value=act[:40], choices=", ".join(ACTS)), field="act")
    with store.reading() as session:
        found = session.audit.read(act=act, account=canonical(account), before=after, limit=limit + 1)
        names = {person.code: person for person in session.duties.people()}
    entries = [audit_entry(one, names, words) for one in found[:limit]]
    acts = [{"act": key, "title": words(title.template)} for key, title in ACT_TITLES.items()]
    following = found[limit - 1].id if len(found) > limit else None
    return JsonResponse({"entries": entries, "next": following, "acts": acts}, headers=_NOT_KEPT)


def _told(store: Store, made: Made, *, on: date, words: Words, status: int = 200) -> Response:
    with store.reading() as session:
        person = session.duties.person(made.account.person)
        roles = roles_on(session, person.code, on=on)
    said: Json = account_json(made.account, person, roles, words)
    if made.one_time:
        said["one_time_password"] = made.one_time
    return JsonResponse(said, status, headers=_NOT_KEPT)
