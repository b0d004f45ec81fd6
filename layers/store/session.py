"""One unit of work on the store: the shelves that a use case takes things from and puts them back on."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from layers.store.duties import Duties
from layers.store.features import Features
from layers.store.history import History
from layers.store.registry import LayerRegistry, TownRecord

if TYPE_CHECKING:
    from layers.store.base import Store


class Session:
    """Everything inside one transaction; made by `Store.reading` and `Store.writing` only."""

    def __init__(self, store: "Store", connection: Connection):
        self.town = TownRecord(store, connection)
        self.layers = LayerRegistry(store, connection)
        self.features = Features(store, connection, self.layers)
        self.duties = Duties(store, connection)
        self.history = History(store, connection)
