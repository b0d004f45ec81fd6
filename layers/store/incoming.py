"""The place that a saved store is brought back to. What stands there is not touched before `put_in_place`."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self


class Incoming(ABC):
    """One restoring, as a `with` block that leaves nothing of its own behind; StoreInUse where somebody works there."""

    suffix: str
    folder: Path  # where the saved file is unpacked to

    @abstractmethod
    def is_there(self) -> bool:
        """Whether a store stands there already."""

    @abstractmethod
    def unpacked(self, file: Path) -> str:
        """Make the saved file a store in a temporary place; its address."""

    @abstractmethod
    def put_in_place(self, stamp: str) -> str:
        """Put it where it belongs in one step; the name under which what stood there is kept ("" = nothing did)."""

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(self, *_: object) -> None: ...
