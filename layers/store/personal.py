"""Whatever the store holds of a person: found, replaced by a pseudonym, removed; in every table that there is."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Table, Text, cast, delete, false, or_, select, update

from layers.rules.erasure import ACCOUNT_KEYS, FORGOTTEN_KEYS, PERSON_KEYS, Traces, forgotten
from layers.store.accounts import ACCOUNTS, AUDIT, SIGN_INS, TOKENS
from layers.store.notices import CHANNELS, DELIVERIES, NOTICES
from layers.store.registry import LayerRegistry, Shelf
from layers.store.tables import METADATA, PEOPLE, layer_table
from layers.store.types import Json

_ROWS_AT_ONCE = 500
# Rows that are about one person and nothing else: the table, and the column that says whose they are.
_OWN: tuple[tuple[Table, str], ...] = (
    (PEOPLE, "code"), (ACCOUNTS, "person"), (SIGN_INS, "account"), (TOKENS, "account"), (NOTICES, "person"),
    (CHANNELS, "person"),
)  # fmt: skip
_SECRET = frozenset({"password", "digest", "secret", "subject"})
_OF_SOMEBODY = ("account", "password", "token", "export", "erased")  # acts of the audit whose object may be a person
_NOBODYS = frozenset({"layers", "changes", "days_done", "column_marks"})
_OWN_NAMES = frozenset(table.name for table, _ in _OWN)

Row = dict[str, Any]


class Personal(Shelf):
    """The traces of a person in all tables."""

    def own(self, who: Traces) -> Iterator[tuple[str, Row]]:
        """The rows that are about nobody else, by their table, without secrets."""
        for table, column in _OWN:
            rows = self.connection.execute(select(table).where(*self._theirs(table, column, who))).mappings()
            yield from ((table.name, _open(row)) for row in rows)

    def named(self, who: Traces) -> Iterator[tuple[str, Row]]:
        """The other rows that name the person, by their table."""
        for table in self._tables():
            if table.name not in _OWN_NAMES:
                yield from ((table.name, _open(old)) for old, _ in self._naming(table, who))

    def replace(self, who: Traces) -> int:
        """Put the pseudonym in place of the person, in every row that names them; how many rows.

        Asked for after `remove_own`: what others were told of the person names them too.
        """
        count = self._replace_in_audit(who)
        for table in self._tables():
            for old, new in list(self._naming(table, who)):
                changed = {name: new[name] for name in old if new[name] != old[name]}
                self.connection.execute(update(table).where(table.c.id == old["id"]).values(**changed))
                count += 1
        return count

    def remove_own(self, who: Traces) -> None:
        """Remove the rows that are about nobody else, and what was to be sent because of them."""
        for table, column in ((CHANNELS, "channel_id"), (NOTICES, "notice_id")):
            keys = select(table.c.id).where(table.c.town == self.town_code, table.c.person == who.code)
            self.connection.execute(delete(DELIVERIES).where(DELIVERIES.c[column].in_(keys)))
        for table, column in reversed(_OWN):
            self.connection.execute(delete(table).where(*self._theirs(table, column, who)))

    def texts_with(self, name: str) -> set[str]:
        """What other things bear as their name, and hold this one: places, and people."""
        found: set[str] = set()
        for table in self._tables():
            columns = [table.c[one] for one in ("name", "road_name") if one in table.c]
            for column in columns:
                holds = (column.contains(name, autoescape=True), column != name)
                found |= set(self.connection.scalars(select(column).where(*holds).distinct()))
        return found

    def forget_tracks(self, *, before: datetime) -> int:
        """Who went where is no longer known of patrols that began before that time; how many."""
        table = METADATA.tables["patrols"]
        match = (table.c.town == self.town_code, table.c.started_at < before, table.c.inspector != "")
        return self.connection.execute(update(table).where(*match).values(inspector="", note="")).rowcount

    def forget_audit(self, *, before: datetime) -> int:
        """Remove the lines of the audit that are older; how many."""
        match = (AUDIT.c.town == self.town_code, AUDIT.c.at < before)
        return self.connection.execute(delete(AUDIT).where(*match)).rowcount

    def forget_keys(self, *, before: datetime) -> int:
        """Remove tokens that ended before that time, by their age or taken back, and ended sessions; how many."""
        ended = or_(TOKENS.c.expires_at < before, TOKENS.c.revoked_at < before)
        tokens = self.connection.execute(delete(TOKENS).where(TOKENS.c.town == self.town_code, ended)).rowcount
        match = (SIGN_INS.c.town == self.town_code, SIGN_INS.c.expires_at < before)
        return tokens + self.connection.execute(delete(SIGN_INS).where(*match)).rowcount

    def _tables(self) -> list[Table]:
        """Those of the service, and of the layers that the town has now, whoever made or dropped one."""
        plain = [table for table in METADATA.sorted_tables if "layer" not in table.info and table.name not in _NOBODYS]
        return plain + [layer_table(schema) for schema in LayerRegistry(self.store, self.connection).all()]

    def _theirs(self, table: Table, column: str, who: Traces) -> tuple[ColumnElement[bool], ...]:
        values = who.accounts if column == "account" else {who.code}
        return table.c.town == self.town_code, table.c[column].in_(sorted(values))

    def _naming(self, table: Table, who: Traces) -> Iterator[tuple[Row, Row]]:
        """Rows that name the person, each as it is and as it is without them."""
        columns = [column for column in table.columns if column.name != "geom"]
        statement = select(*columns).where(table.c.town == self.town_code, _may_name(table, who))
        for row in self.connection.execute(statement.execution_options(yield_per=_ROWS_AT_ONCE)).mappings():
            old = dict(row)
            new = forgotten(old, who)
            if new != _plain(old):
                yield old, new

    def _replace_in_audit(self, who: Traces) -> int:
        """Names of accounts among the objects; and the keys by which wrong passwords of a name are counted."""
        mine = (AUDIT.c.town == self.town_code, AUDIT.c.object.in_([who.code, *sorted(who.accounts)]))
        named = update(AUDIT).where(*mine, AUDIT.c.act.in_(_OF_SOMEBODY)).values(object=who.pseudonym)
        failed = (AUDIT.c.town == self.town_code, AUDIT.c.act == "sign_in_failed", AUDIT.c.person == who.code)
        tried = update(AUDIT).where(*failed).values(object="")
        return self.connection.execute(named).rowcount + self.connection.execute(tried).rowcount


def _may_name(table: Table, who: Traces) -> ColumnElement[bool]:
    """A quick look in SQL, which lets through somewhat more than is meant."""
    return or_(false(), *(condition for column in table.columns for condition in _looks(column, who)))


def _looks(column: Any, who: Traces) -> Iterator[ColumnElement[bool]]:
    keys = {PERSON_KEYS: (who.code,), FORGOTTEN_KEYS: (who.code,), ACCOUNT_KEYS: tuple(sorted(who.accounts))}
    if isinstance(column.type, Json):
        wanted = (*(f'"{one}"' for one in (who.code, *sorted(who.accounts))), *map(_in_json, who.words))
        yield from (cast(column, Text).contains(one, autoescape=True) for one in wanted)
    elif isinstance(column.type, Text):
        yield from (column.in_(values) for names, values in keys.items() if column.name in names and values)
        yield from (column.contains(word, autoescape=True) for word in who.words)


def _in_json(text: str) -> str:
    return orjson.dumps(text).decode()[1:-1]


def _plain(row: Row) -> Row:
    """The row as `forgotten` gives it back where nothing was found."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def _open(row: Mapping[Any, Any]) -> Row:
    return {str(name): value for name, value in row.items() if name not in _SECRET and name != "town"}
