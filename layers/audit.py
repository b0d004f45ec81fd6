"""The audit: who signed in, was refused, took data out, changed accounts. Lines are only ever added.

Whoever acts is an Identity; ANYBODY is the operator of the machine, on the command line.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from layers.accounts_model import ANYBODY, NO_CLIENT, Account, AuditEntry, Client, Identity
from layers.errors import StoreUnavailable
from layers.store import Session, Store


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and from where."""

    identity: Identity = ANYBODY
    client: Client = NO_CLIENT

    @classmethod
    def holder(cls, account: Account | None, client: Client) -> Self:
        """The one whose account it is; somebody unknown where there is none."""
        return cls(Identity(account=account.name, person=account.person) if account else ANYBODY, client)


OPERATOR_HERE = By()


def enter(session: Session, act: str, object_: str, *, by: By, now: datetime, **detail: object) -> None:
    """A line in the audit."""
    session.audit.append(
        AuditEntry(
            act=act, at=now, account=by.identity.account, person=by.identity.person, address=by.client.address,
            device=by.client.device, object=object_, detail=detail,
        )
    )  # fmt: skip


def note(store: Store, act: str, object_: str, *, by: By, now: datetime, **detail: object) -> None:
    """The same on its own; a store that cannot be written now keeps nobody from what they are doing."""
    with suppress(StoreUnavailable), store.writing() as session:
        enter(session, act, object_, by=by, now=now, **detail)
