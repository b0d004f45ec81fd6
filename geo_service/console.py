"""What every command of the command line needs: where it prints, its language, and the open store."""

import typer
from rich.console import Console

from geo_service.settings import Settings
from geo_service.words import words_of
from layers.errors import LayersError
from layers.loading import RefusedRows
from layers.store import Store, open_store
from layers.town import furnish
from layers.words import Message

console = Console()
errors = Console(stderr=True)
FAILED = 1  # exit status


class Opened:
    """The store of the settings, open for the time of a command; our own errors become one clear line."""

    def __enter__(self) -> Store:
        try:
            self.store = open_store(Settings().store_url)
            furnish(self.store)
        except LayersError as error:
            raise stop(error) from error
        return self.store

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.store.close()
        if isinstance(error, LayersError) and not isinstance(error, RefusedRows):
            raise stop(error) from error


def say(message: Message) -> str:
    """The text in the service's own language."""
    return message.in_(words_of(Settings().language))


def stop(error: LayersError) -> typer.Exit:
    """Print the error; what to raise to end the command."""
    errors.print(say(error.message), style="red", markup=False)
    return typer.Exit(FAILED)
