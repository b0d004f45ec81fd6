"""A store made by an older release gets what is missing; nothing that people put into it is ever taken away.

Only plain statements that add: a rebuilt table would lose the R-tree triggers of a GeoPackage. The one exception
are columns of our own plain tables that hold nothing any more and would forbid new rows.
"""

from sqlalchemy import Connection, Table, inspect

from layers.store.tables import METADATA

_GONE = (("categories", "limit_days"),)  # release 0.1.0: a limit in calendar days, now a stage with its clock


def bring_up_to_date(connection: Connection) -> None:
    """Add the missing columns and indexes of every table that is there, and drop what is gone."""
    known = inspect(connection)
    present = set(known.get_table_names())
    for table in METADATA.tables.values():
        if table.name in present:
            _add_columns(connection, table, {column["name"] for column in known.get_columns(table.name)})
            _add_indexes(connection, table, {index["name"] for index in known.get_indexes(table.name)})
    for name, column in _GONE:
        if name in present and column in {one["name"] for one in known.get_columns(name)}:
            connection.exec_driver_sql(f'ALTER TABLE {name} DROP COLUMN "{column}"')


def _add_columns(connection: Connection, table: Table, present: set[str]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    for column in table.columns:
        if column.name not in present:
            kind = column.type.compile(connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} ADD COLUMN {quote(column.name)} {kind}")


def _add_indexes(connection: Connection, table: Table, present: set[str | None]) -> None:
    for index in table.indexes:
        if index.name not in present:
            index.create(connection)
