"""The built front end: which files there are, under which address, what they need.

`python -m maps.frontend.build` writes them; the service serves the folder `STATIC` under
`/static/`, and since every build has its own folder there, a browser may keep a file for a year.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"


@dataclass(frozen=True, slots=True)
class Assets:
    """One build. `base` is the address of its folder, with a slash at the end."""

    folder: Path
    base: str
    files: frozenset[str]
    imports: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...]

    def url(self, name: str) -> str:
        """The address of a file; FileNotFoundError when the build has no such file."""
        if name not in self.files:
            raise FileNotFoundError(f"the front end has no file {name!r}")
        return self.base + name

    def text(self, name: str) -> str:
        """The content of a text file of the build."""
        if name not in self.files:
            raise FileNotFoundError(f"the front end has no file {name!r}")
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def fonts(self) -> Path:
        """The folder of the fonts that pictures are written with."""
        return self.folder / "fonts"

    def with_imports(self, names: Iterable[str]) -> tuple[str, ...]:
        """The files and all that they import, in a stable order, each once."""
        found: dict[str, None] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop(0)
            if name not in found:
                found[name] = None
                waiting += self.imports.get(name, ())
        return tuple(found)

    def matching(self, beginning: str) -> tuple[str, ...]:
        """The scripts whose name begins so (chunks carry a hash in their name)."""
        return tuple(sorted(n for n in self.files if n.startswith(beginning) and n.endswith(".js")))


def load_assets(static: Path = STATIC) -> Assets:
    """The current build; FileNotFoundError, saying what to run, when there is none."""
    pointer = static / "manifest.json"
    if not pointer.exists():
        raise FileNotFoundError("the front end is not built: run python -m maps.frontend.build")
    digest = json.loads(pointer.read_text(encoding="utf-8"))["hash"]
    manifest = json.loads((static / digest / "manifest.json").read_text(encoding="utf-8"))
    return Assets(
        folder=static / digest,
        base=f"/static/{digest}/",
        files=frozenset(manifest["files"]),
        imports={name: tuple(others) for name, others in manifest["imports"].items()},
        words=tuple(manifest["words"]),
    )
