"""From what was uploaded to data sets: unpacking, telling the kind by content, gathering parts.

Nothing is ever written under a name that a user gave: every file becomes `<folder>/<number>/layer<suffix>`.
"""

import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath

from layers.errors import BadFile
from layers.formats.table import Limits
from layers.words import msg

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_TABLE_SUFFIXES = (".csv", ".tsv", ".txt")
_SKIPPED = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$)")
_ZIP = b"PK\x03\x04"
_MAGIC = (
    (b"PAR1", "parquet"),
    (b"SQLite format 3\x00", "gpkg"),
    (b"\x00\x00\x27\x0a", "shp"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "excel"),
)
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Item:
    """One file in the work folder, and the name its owner gave it."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Dataset:
    """Something that can be read: its kind, the name it had, its main file and (shapefile) its parts by suffix."""

    kind: str
    name: str
    path: Path
    parts: dict[str, Path] = field(default_factory=dict)


def copy_in(paths: Iterable[Path], folder: Path, limits: Limits) -> list[Item]:
    """Copies of the files in the work folder: a reader never touches the original.

    Raises BadFile where they are too large.
    """
    paths = list(paths)
    if sum(path.stat().st_size for path in paths) > limits.unpacked_bytes:
        raise _too_large(limits)
    items = []
    for number, path in enumerate(paths):
        target = folder / f"given{number}" / f"layer{_suffix(path.name)}"
        target.parent.mkdir(parents=True)
        shutil.copyfile(path, target)
        items.append(Item(path.name, target))
    return items


def gather(items: Iterable[Item], folder: Path, limits: Limits) -> list[Item]:
    """The items with every zip among them unpacked into `folder` under safe names.

    Raises BadFile for a zip that leads outside, lies about sizes, or is larger than the limits.
    """
    numbers = count(1)
    gathered: list[Item] = []
    for item in items:
        if _is_plain_zip(item):
            gathered += _unpacked(item, folder, limits, numbers)
        else:
            gathered.append(item)
    return gathered


def datasets(items: list[Item]) -> list[Dataset]:
    """What can be read among the items; tables of text only where nothing else is there.

    Raises BadFile where nothing is.
    """
    kinds = [(item, _kind(item)) for item in items if _suffix(item.name) not in SHAPEFILE_PARTS[1:]]
    parts = [item for item in items if _suffix(item.name) in SHAPEFILE_PARTS]
    found = [
        Dataset(kind, _stem(item.name), item.path, _parts(item, parts) if kind == "shp" else {})
        for item, kind in kinds
        if kind
    ]
    mapped = [dataset for dataset in found if dataset.kind not in ("table", "excel")]
    if not found:
        raise _not_readable(items)
    return mapped or found


def may_need_gdal(items: list[Item]) -> bool:
    """Whether GDAL may be wanted for these (before anything is unpacked)."""
    return any(_is_plain_zip(item) or _kind(item) in ("gpkg", "shp", "geojson", "kml") for item in items)


def choose(found: list[Dataset], layer: str | None) -> Dataset:
    """The only data set, or the one of that name; raises BadFile listing them where it is not clear."""
    if len(found) == 1:
        return found[0]
    named = [dataset for dataset in found if dataset.name == layer]
    if len(named) != 1:
        raise several_layers([dataset.name for dataset in found])
    return named[0]


def several_layers(names: Iterable[str]) -> BadFile:
    """The refusal of a file that holds more than one layer."""
    return BadFile(
        msg("The file holds several layers: {names}. Please name one.", names=", ".join(names)), field="layer"
    )


def _kind(item: Item) -> str:
    """The kind by content; "" for a file beside the data (readme, metadata)."""
    with item.path.open("rb") as file:
        head = file.read(4096)
    magic = next((kind for start, kind in _MAGIC if head.startswith(start)), "")
    return magic or ("excel" if head.startswith(_ZIP) else _kind_of_text(head, item.name))


def _kind_of_text(head: bytes, name: str) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    is_table = _suffix(name) in _TABLE_SUFFIXES
    if text.startswith((b"{", b"[")) and not is_table:
        return "geojson"
    if text.startswith(b"<"):
        return "kml" if re.search(rb"<(\w+:)?kml\b", head) and not is_table else ""
    return "table" if is_table and text else ""


def _parts(main: Item, parts: list[Item]) -> dict[str, Path]:
    """The parts of a shapefile: those of its stem, or all where it is the only one."""
    alone = sum(_suffix(item.name) == ".shp" for item in parts) == 1
    stem = _stem_with_folder(main.name)
    return {_suffix(item.name): item.path for item in parts if alone or _stem_with_folder(item.name) == stem}


def _not_readable(items: list[Item]) -> BadFile:
    suffixes = {_suffix(item.name) for item in items}
    if suffixes & set(SHAPEFILE_PARTS):
        return BadFile(msg("The .shp part of the shapefile is missing or damaged."), field="file")
    return BadFile(
        msg(
            "“{name}” cannot be imported: it is no GeoPackage, Shapefile, GeoJSON, KML, CSV, Excel or GeoParquet.",
            name=", ".join(_base(item.name) for item in items[:3]),
        ),
        field="file",
    )


def _is_plain_zip(item: Item) -> bool:
    if not zipfile.is_zipfile(item.path):
        return False
    with item.path.open("rb") as file:
        if file.read(4) != _ZIP:
            return False
    try:
        with zipfile.ZipFile(item.path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _bad_zip(item.name) from None
    return not names & {"[Content_Types].xml", "mimetype"}


def _unpacked(item: Item, folder: Path, limits: Limits, numbers: Iterator[int]) -> list[Item]:
    with zipfile.ZipFile(item.path) as archive:
        members = archive.infolist()
        _check_members(members, limits)
        unpacked = []
        for member in members:
            name = _member_name(member)
            if member.is_dir() or _SKIPPED.search(name):
                continue
            target = folder / f"{next(numbers)}" / f"layer{_suffix(name)}"
            _extract(archive, member, target)
            unpacked.append(Item(name, target))
    return unpacked


def _check_members(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.zip_entries:
        raise BadFile(
            msg("The zip holds {count} files; at most {limit} are allowed.",
                count=len(members), limit=limits.zip_entries), field="file")  # fmt: skip
    if sum(member.file_size for member in members) > limits.unpacked_bytes:
        raise _too_large(limits)
    for member in members:
        name = _member_name(member)
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if name.startswith(("/", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", name):
            raise BadFile(msg("The zip holds a file that leads outside: “{name}”.", name=name), field="file")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise BadFile(msg("The zip holds a link: “{name}”.", name=name), field="file")
        if member.flag_bits & 1:
            raise BadFile(msg("The zip is locked with a password."), field="file")


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Never more than the stated size, which was counted before; where that is a lie the checksum tells."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open(member) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink, _BLOCK)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError, zlib.error) as error:
        raise _bad_zip(member.filename) from error


def _member_name(member: zipfile.ZipInfo) -> str:
    """The name as its owner saw it: Windows writes GBK without saying so, and zipfile takes it for CP437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _too_large(limits: Limits) -> BadFile:
    return BadFile(
        msg("The file unpacks to more than {limit_mb} MB.", limit_mb=limits.unpacked_bytes >> 20), field="file"
    )


def _bad_zip(name: str) -> BadFile:
    return BadFile(msg("The zip is damaged at “{name}”.", name=name), field="file")


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name.lower()).suffix
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,12}", suffix) else ""


def _base(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name


def _stem(name: str) -> str:
    return PurePosixPath(_base(name)).stem


def _stem_with_folder(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/")).with_suffix("")).casefold()
