"""Every error that the layers raise on purpose.

LayersError
├── BadInput            what was sent cannot be used          (field, row or vertex named)
│   ├── BadGeometry     a geometry breaks a rule              (vertex named)
│   ├── BadFile         a file cannot be read as what it should be
│   │   └── UnknownFormat   it is of a kind that is not taken
│   └── BadMove         the lifecycle does not allow the move
├── NotFound            no such layer, feature, category, person
├── Gone                it was there, and was removed on purpose
├── Conflict            somebody else was faster              (current version given)
│   └── AlreadyThere    the code is taken
├── Denied              the person may not do that
├── NotSignedIn         nobody, or not who they say they are
├── TooMany             too often in too short a time       (seconds to wait given)
├── FileUnreadable      a file beside the store cannot be read
└── StoreUnavailable    the store cannot serve now
    ├── StoreDamaged
    ├── StoreFull
    ├── StoreInUse
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
    """A file cannot be read as what it should be: a layer, a photo."""


class UnknownFormat(BadFile):
    """A file is of a kind that is not taken."""


class BadMove(BadInput):
    """The lifecycle does not allow the move."""


class NotFound(LayersError):
    """There is no such thing."""

    def __init__(self, kind: str, key: object):
        super().__init__(msg("There is no {kind} “{key}”.", kind=msg(kind), key=str(key)))
        self.kind = kind
        self.key = key


class Gone(LayersError):
    """It was there, and was removed on purpose."""


class Conflict(LayersError):
    """Somebody else was faster; `current` is the version that stands now."""

    def __init__(self, message: Message, *, current: int | None = None):
        super().__init__(message)
        self.current = current


class AlreadyThere(Conflict):
    """The code is taken."""


class Denied(LayersError):
    """The person may not do that."""


class NotSignedIn(LayersError):
    """Nobody has signed in, or not with what proves who they are."""


class TooMany(LayersError):
    """Too often in too short a time; it is taken again in so many `seconds`."""

    def __init__(self, message: Message, *, seconds: int):
        super().__init__(message)
        self.seconds = seconds


class FileUnreadable(LayersError):
    """A file beside the store, which somebody put there, is missing, damaged or of another kind."""


class StoreUnavailable(LayersError):
    """The store cannot serve now."""


class StoreDamaged(StoreUnavailable):
    """The store's file fails its own check."""


class StoreFull(StoreUnavailable):
    """No space is left for writing."""


class StoreInUse(StoreUnavailable):
    """Another program works with the store that must not."""


class StoreReadOnly(StoreUnavailable):
    """The store's folder or file cannot be written."""
