"""Signing in and out; one's own sessions, password and tokens."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as Param

from geo_service.bodies import flag, needed_text, text, whole_number
from geo_service.dependencies import CallerDep, JsonBody, NowDep, WholeStoreDep, WordsDep
from geo_service.schemas.accounts import session as session_json
from geo_service.schemas.accounts import token as token_json
from geo_service.schemas.accounts import whoami
from geo_service.schemas.features import JsonResponse
from geo_service.security import session_cookie
from geo_service.security.callers import Caller, client_of, cookie_of
from layers import accounts, sign_ins, tokens
from layers.errors import Denied, NotSignedIn
from layers.people import roles_on
from layers.rules.passwords import TOKEN_DAYS
from layers.sign_ins import Credentials
from layers.tokens import NewToken
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["accounts"])


@router.post("/session")
def sign_in(request: Request, store: WholeStoreDep, words: WordsDep, now: NowDep, body: JsonBody) -> Response:
    """Sign in: {"username", "password", "remember"?}. The answer bears the session's cookie."""
    given = Credentials(
        name=needed_text(body, "username"),
        password=needed_text(body, "password"),
        remember="remember" in body and flag(body, "remember"),
    )
    client = client_of(request)
    begun = sign_ins.sign_in(store, given, client=client, now=now, replaces=cookie_of(request))
    with store.reading() as session:
        found = sign_ins.identify(session, begun.secret, way="session", now=now)
        if found is None:
            raise NotSignedIn(msg("Please sign in."))
        caller: Caller = request.state.caller
        here = Caller(found, roles_on(session, found.person, on=caller.on), client, caller.on)
        answer = JsonResponse(whoami(session, here, words), headers={"Cache-Control": "no-store"})
    session_cookie.give(request, answer, begun)
    return answer


@router.get("/session")
def who_am_i(store: WholeStoreDep, caller: CallerDep, words: WordsDep) -> Response:
    """Who has signed in: account, person, name, roles, must_change. 401 where nobody has."""
    with store.reading() as session:
        return JsonResponse(whoami(session, caller, words), headers={"Cache-Control": "no-store"})


@router.delete("/session", status_code=204)
def sign_out(request: Request, store: WholeStoreDep, caller: CallerDep, now: NowDep) -> Response:
    """End the session, here and on the server."""
    sign_ins.sign_out(store, cookie_of(request), client=caller.client, now=now)
    answer = Response(status_code=204)
    session_cookie.take_back(request, answer)
    return answer


@router.get("/sessions")
def list_sessions(store: WholeStoreDep, caller: CallerDep, now: NowDep) -> Response:
    """Where one is signed in: device, address, since when, last used; `current` is the session that asks."""
    found = sign_ins.sessions_of(store, caller.identity, now=now)
    said = [session_json(one, current=sign_ins.is_of(one, caller.identity)) for one in found]
    return JsonResponse(said, headers={"Cache-Control": "no-store"})


@router.delete("/sessions/{id_}", status_code=204)
def end_session(store: WholeStoreDep, caller: CallerDep, now: NowDep, id_: int) -> Response:
    """End one of them."""
    sign_ins.end_session(store, id_, now=now, by=caller.by)
    return Response(status_code=204)


@router.post("/password", status_code=204)
def change_password(store: WholeStoreDep, caller: CallerDep, now: NowDep, body: JsonBody) -> Response:
    """Take a new password: {"old", "password"}; all one's other sessions end."""
    old, new = needed_text(body, "old"), needed_text(body, "password")
    accounts.change_password(store, old, new, now=now, by=caller.by)
    return Response(status_code=204)


@router.get("/tokens")
def list_tokens(
    store: WholeStoreDep, caller: CallerDep,
    every: Annotated[bool, Param(description="those of everybody; for administrators")] = False,
) -> Response:  # fmt: skip
    """One's own tokens; their secrets are kept nowhere."""
    if every and not caller.is_administrator:
        raise Denied(msg("This is for others."))
    found = tokens.tokens_of(store, "" if every else caller.identity.account)
    return JsonResponse([token_json(one) for one in found], headers={"Cache-Control": "no-store"})


@router.post("/tokens", status_code=201)
def create_token(store: WholeStoreDep, caller: CallerDep, now: NowDep, body: JsonBody) -> Response:
    """Make one: {"label"?, "scope": "read"|"write", "days"?}; the answer alone tells the secret (`token`)."""
    if caller.identity.way != "session":
        raise Denied(msg("A token makes no tokens: sign in for that."))
    days = whole_number(body, "days")
    wish = NewToken(
        account=caller.identity.account, scope=text(body, "scope") or "read", label=text(body, "label"),
        days=TOKEN_DAYS if days is None else days,
    )  # fmt: skip
    issued = tokens.create(store, wish, now=now, by=caller.by)
    said = {**token_json(issued.token), "token": issued.secret}
    return JsonResponse(said, 201, headers={"Cache-Control": "no-store"})


@router.delete("/tokens/{id_}", status_code=204)
def revoke_token(store: WholeStoreDep, caller: CallerDep, now: NowDep, id_: int) -> Response:
    """Take one back: one's own, an administrator anybody's."""
    only_of = "" if caller.is_administrator else caller.identity.account
    tokens.revoke(store, id_, now=now, by=caller.by, only_of=only_of)
    return Response(status_code=204)
