"""The command line's `user …` and `token …`: whoever is on the machine is its operator."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Column, Table

from geo_service.console import Opened, console, errors, say
from geo_service.settings import Settings
from layers import accounts, tokens
from layers.accounts import AccountChange, Made, NewAccount
from layers.people import roles_of_all
from layers.rules.passwords import TOKEN_DAYS, canonical
from layers.rules.roles import ROLE_TITLES, ROLES
from layers.tokens import NewToken
from layers.values import TOWN_TIME, town_day
from layers.words import msg

Name = Annotated[str, typer.Argument(parser=canonical, metavar="NAME")]

users = typer.Typer(no_args_is_help=True, help="Accounts: who can sign in.")
token = typer.Typer(no_args_is_help=True, help="Tokens: secrets for programs.")

_ON = {True: "✓", False: "–"}


@users.command("add")
def add_user(
    name: str,
    role: Annotated[str, typer.Option(help=", ".join(ROLE_TITLES))],
    password_stdin: Annotated[bool, typer.Option(help="Read the password from the standard input.")] = False,
    person: Annotated[str, typer.Option(help="Code of the person; made where there is none. NAME by default.")] = "",
    title: Annotated[str, typer.Option(help="Full name of a new person.")] = "",
) -> None:
    """Make an account; without --password-stdin a password is drawn and printed, to be changed at first sign-in."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    if password_stdin and not password:
        errors.print(say(msg("No password came from the standard input.")), style="red")
        raise typer.Exit(1)
    wish = NewAccount(name=name, role=role, person=person, title=title, password=password)
    with Opened() as store:
        made = accounts.create(store, wish, now=_now(), one_time_days=Settings().one_time_password_days)
    _print_made(made)


@users.command("list")
def list_users() -> None:
    """Show every account with its person and roles."""
    with Opened() as store, store.reading() as session:
        people = {one.code: one for one in session.duties.people()}
        held = roles_of_all(session, people.values(), on=town_day(_now()))
        found = session.accounts.all()
    titles = (msg("Account"), msg("Person"), msg("Roles"), msg("Active"), msg("Must change"))
    table = Table(*(Column(say(title), overflow="fold") for title in titles))
    for account in found:
        person = people[account.person]
        roles = ", ".join(say(msg(ROLE_TITLES[role])) for role in sorted(held[person.code], key=ROLES.index))
        row = (account.name, f"{person.name} ({person.code})", roles)
        table.add_row(*row, _ON[account.active], _ON[account.must_change])
    console.print(table)


@users.command("reset")
def reset_user(name: Name) -> None:
    """Draw a new password for somebody and print it; it must be changed at the next sign-in."""
    with Opened() as store:
        _print_made(accounts.reset(store, name, now=_now(), one_time_days=Settings().one_time_password_days))


@users.command("deactivate")
def deactivate_user(name: Name) -> None:
    """Switch an account off: its sessions end, its tokens are revoked."""
    _switch(name, active=False)


@users.command("activate")
def activate_user(name: Name) -> None:
    """Switch an account on again."""
    _switch(name, active=True)


@token.command("create")
def create_token(
    user: Name,
    scope: Annotated[str, typer.Option(help="write, or read for reading only")] = "write",
    days: Annotated[int, typer.Option(help="Until it expires; at most 366.")] = TOKEN_DAYS,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
) -> None:
    """Issue a token and print it, alone on the standard output; it is shown this once."""
    with Opened() as store:
        issued = tokens.create(store, NewToken(account=user, scope=scope, days=days, label=label), now=_now())
    print(issued.secret)
    ends = f"{issued.token.expires_at.astimezone(TOWN_TIME):%Y-%m-%d}"
    errors.print(say(msg("Token {id}, good until {day}.", id=issued.token.id, day=ends)), highlight=False)


@token.command("list")
def list_tokens() -> None:
    """Show every token; secrets are kept nowhere."""
    with Opened() as store:
        found = tokens.tokens_of(store)
    titles = ("ID", *map(say, (msg("Account"), msg("Purpose"), msg("Scope"), msg("Expires"), msg("Last used"))), "")
    table = Table(*titles)
    for one in found:
        revoked = say(msg("revoked")) if one.revoked_at else ""
        days = (one.expires_at, one.last_used_at)
        table.add_row(str(one.id), one.account, one.label, one.scope, *map(_day, days), revoked)
    console.print(table, markup=False)


@token.command("revoke")
def revoke_token(id_: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Take a token back."""
    with Opened() as store:
        tokens.revoke(store, id_, now=_now())
    console.print(say(msg("Token {id} is revoked.", id=id_)))


def _switch(name: str, *, active: bool) -> None:
    with Opened() as store:
        accounts.change(store, name, AccountChange(active=active), now=_now())
    said = msg("“{name}” is switched on.", name=name) if active else msg("“{name}” is switched off.", name=name)
    console.print(say(said), markup=False)


def _print_made(made: Made) -> None:
    console.print(say(msg("Account “{name}” is ready.", name=made.account.name)), markup=False)
    if made.one_time:
        said = say(msg("Password, to be changed at the next sign-in: {password}", password=made.one_time))
        console.print(said, markup=False, highlight=False, soft_wrap=True)
    if made.one_time and made.account.password_ends_at:
        console.print(say(msg("It is good until {day}.", day=_day(made.account.password_ends_at))), highlight=False)


def _day(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(TOWN_TIME):%Y-%m-%d}"


def _now() -> datetime:
    return datetime.now(UTC)
