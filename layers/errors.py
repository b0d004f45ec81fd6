"""Every error that the layers raise on purpose.

LayersError
├── BadInput            what was sent cannot be used          (field, row or vertex named)
│   ├── BadGeometry     a geometry breaks a rule              (vertex named)
│   ├── BadFile         a file cannot be read as a layer
│   └── BadMove         the lifecycle does not allow the move
├── NotFound            no such layer, feature, category, person
├── Conflict            somebody else was faster              (current version given)
│   └── AlreadyThere    the code is taken
├── Denied              the person may not do that
└── StoreUnavailable    the store cannot serve now
    ├── StoreDamaged
    ├── StoreFull
    └── StoreReadOnly
"""

from layers.words import Message, msg


class LayersError(Exception):
    """The root: carries a Message for people and the name of what it is about."""

    def __init__(self, message: Message, *, field: str | None = None):
        super().__init__(str(message))
        self.message = message
        self.field = field


class BadInput(LayersError):
    """What was sent cannot be used."""


class BadGeometry(BadInput):
    """A geometry breaks a rule; `vertex` is the zero-based vertex where it does, if one can be named."""

    def __init__(self, message: Message, *, field: str = "geometry", vertex: int | None = None):
        super().__init__(message, field=field)
        self.vertex = vertex


class BadFile(BadInput):
    """A file cannot be read as a layer."""


class BadMove(BadInput):
    """The lifecycle does not allow the move."""


class NotFound(LayersError):
    """There is no such thing."""

    def __init__(self, kind: str, key: object):
        super().__init__(msg("There is no {kind} “{key}”.", kind=msg(kind), key=str(key)))
        self.kind = kind
        self.key = key


class Conflict(LayersError):
    """Somebody else was faster; `current` is the version that stands now."""

    def __init__(self, message: Message, *, current: int | None = None):
        super().__init__(message)
        self.current = current


class AlreadyThere(Conflict):
    """The code is taken."""


class Denied(LayersError):
    """The person may not do that."""


class StoreUnavailable(LayersError):
    """The store cannot serve now."""


class StoreDamaged(StoreUnavailable):
    """The store's file fails its own check."""


class StoreFull(StoreUnavailable):
    """No space is left for writing."""


class StoreReadOnly(StoreUnavailable):
    """The store's folder or file cannot be written."""
