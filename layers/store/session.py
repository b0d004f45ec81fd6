"""One unit of work on the store: the shelves that a use case takes things from and puts them back on."""

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from layers.rules.permissions import PUBLIC, WHOLE, Scope, Viewer, scope_of
from layers.store.accounts import Accounts, Audit, SignIns, Tokens
from layers.store.deadlines import Deadlines, Escalations
from layers.store.duties import Duties
from layers.store.features import Features
from layers.store.frontage_checks import FrontageChecks
from layers.store.history import History
from layers.store.look_backs import LookBacks
from layers.store.marks import ColumnMarks
from layers.store.notices import Channels, Deliveries, Notices
from layers.store.patrol_links import PatrolLinks
from layers.store.personal import Personal
from layers.store.photos import Photos
from layers.store.public_reports import PublicReports
from layers.store.registry import LayerRegistry, TownRecord
from layers.store.requests import Requests
from layers.store.rulesets import Rulesets

if TYPE_CHECKING:
    from layers.store.base import Store


class Session:
    """Everything inside one transaction; made by `Store.reading` and `Store.writing` only.

    `scope` is what the store's viewer may see at this moment; a store without a viewer sees all.
    """

    def __init__(self, store: "Store", connection: Connection, scope: Scope | None = None):
        self._store, self._connection = store, connection
        self.scope = scope = scope or self._scope(store.viewer)
        self.duties = Duties(store, connection, scope)
        self.town = TownRecord(store, connection)
        self.layers = LayerRegistry(store, connection, scope)
        self.features = Features(store, connection, self.layers, scope)
        self.history = History(store, connection, scope)
        self.requests = Requests(store, connection, scope)
        self.rulesets = Rulesets(store, connection)
        self.deadlines = Deadlines(store, connection, scope)
        self.escalations = Escalations(store, connection, scope)
        self.patrol_links = PatrolLinks(store, connection, scope)
        self.frontage_checks = FrontageChecks(store, connection)
        self.photos = Photos(store, connection, scope)
        self.look_backs = LookBacks(store, connection, scope)
        self.notices = Notices(store, connection, scope)
        self.channels = Channels(store, connection)
        self.deliveries = Deliveries(store, connection)
        self.accounts = Accounts(store, connection)
        self.sign_ins = SignIns(store, connection)
        self.tokens = Tokens(store, connection)
        self.audit = Audit(store, connection)
        self.personal = Personal(store, connection)
        self.public_reports = PublicReports(store, connection)
        self.column_marks = ColumnMarks(store, connection)

    @cached_property
    def whole(self) -> "Session":
        """The same transaction without limits: for rules that must see everything, once it is known who may act."""
        return self if self.scope.sees_all else Session(self._store, self._connection, WHOLE)

    def _scope(self, viewer: Viewer | None) -> Scope:
        if viewer is None:
            return WHOLE
        if not viewer.person:
            return PUBLIC
        duties = Duties(self._store, self._connection)
        posts = duties.posts(viewer.person)
        held = duties.responsibilities(person=viewer.person)
        return scope_of(viewer.person, posts, held, on=viewer.on, organisation=duties.organisation(viewer.person))

    def seen_by(self, person: str, on: date) -> "Session":
        """The same transaction, with what that person may see on the day."""
        viewer = Viewer(account="", person=person, device="", on=on)
        return Session(self._store, self._connection, self._scope(viewer))
