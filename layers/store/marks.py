"""Which side file of columns belongs to the store as it stands: a random mark for each layer.

The mark is written when a side file has been saved, so a copy of the store made before that, another store, and a
store that was brought back or begun anew do not know it, and never believe the file.
"""

from sqlalchemy import Column, Text, UniqueConstraint, delete, insert, select

from layers.store.registry import Shelf
from layers.store.tables import plain_table

COLUMN_MARKS = plain_table(
    "column_marks",
    Column("layer", Text, nullable=False),
    Column("mark", Text, nullable=False),
    UniqueConstraint("town", "layer"),
)


class ColumnMarks(Shelf):
    """The marks of the side files."""

    def get(self, layer: str) -> str:
        """The mark of a layer; "" = it has none."""
        table = COLUMN_MARKS
        statement = select(table.c.mark).where(table.c.town == self.town_code, table.c.layer == layer)
        return self.connection.scalar(statement) or ""

    def put(self, layer: str, mark: str) -> None:
        """From now on this one, and no other."""
        table = COLUMN_MARKS
        self.connection.execute(delete(table).where(table.c.town == self.town_code, table.c.layer == layer))
        self.connection.execute(insert(table).values(town=self.town_code, layer=layer, mark=mark))
