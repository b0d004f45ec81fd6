"""The basemaps as pages show them: those whose tiles can come, kept as long as the store has not changed."""

from collections.abc import Iterator

from geo_service.schemas.features import Json
from geo_service.words import Words
from layers.basemap_files import BasemapFiles
from layers.basemaps import BasemapSheet, basemap_sheet
from layers.errors import FileUnreadable, NotFound
from layers.rules.basemaps import FILE, Basemap
from layers.store import Store
from layers.tile_archive import RASTER, TileArchive


class Basemaps:
    """Finds basemaps and their files; safe to be used from many threads at once."""

    def __init__(self, store: Store, files: BasemapFiles):
        self.files = files
        self._store = store
        self._kept: tuple[int, BasemapSheet] = -1, BasemapSheet()

    def sheet(self) -> BasemapSheet:
        """All of them, as an administrator has set them."""
        stamp = self._store.change_stamp()
        if self._kept[0] != stamp:
            with self._store.reading() as session:
                self._kept = stamp, basemap_sheet(session)
        return self._kept[1]

    def archive(self, key: str) -> TileArchive:
        """The file of a basemap. NotFound where no basemap of that key has one, FileUnreadable where it is damaged."""
        found = next((one for one in self.sheet().basemaps if one.key == key and one.kind == FILE), None)
        if found is None:
            raise NotFound("basemap", key)
        return self.files.get(found.file)

    def shown(self, words: Words) -> list[Json]:
        """What a page needs to draw each of them; one whose file cannot be read is left out."""
        return list(self._shown(words))

    def origins(self) -> tuple[str, ...]:
        """Whose pictures a page with a map may load beside our own."""
        return tuple(dict.fromkeys(origin for one in self.sheet().basemaps for origin in one.origins))

    def fault(self, basemap: Basemap) -> FileUnreadable | None:
        """Why it is not shown, None where it is."""
        if basemap.kind != FILE:
            return None
        try:
            self.files.get(basemap.file)
        except FileUnreadable as error:
            return error
        return None

    def _shown(self, words: Words) -> Iterator[Json]:
        for one in self.sheet().basemaps:
            said = {"key": one.key, "name": one.name_in(words.language), "attribution": one.attribution}
            if one.kind != FILE:
                yield {**said, **_picture(one), "tiles": list(one.templates), "subdomains": list(one.subdomains)}
            elif self.fault(one) is None:
                yield {**said, **_of_file(one, self.files.get(one.file))}


def stamp_text(archive: TileArchive) -> str:
    """What changes with a file's content, as part of an address."""
    return "-".join(f"{part:x}" for part in archive.stamp)


def _of_file(basemap: Basemap, archive: TileArchive) -> Json:
    facts = archive.facts
    tiles = {
        "tiles": [f"/basemaps/{basemap.key}/{{z}}/{{x}}/{{y}}?v={stamp_text(archive)}"],
        "min_zoom": max(basemap.min_zoom, facts.min_zoom), "max_zoom": min(basemap.max_zoom, facts.max_zoom),
        "bounds": list(facts.bounds),
    }  # fmt: skip
    if facts.kind == RASTER:
        return {**_picture(basemap), **tiles}
    return {"kind": facts.kind, "layers": list(facts.layers), **tiles}


def _picture(basemap: Basemap) -> Json:
    return {
        "kind": RASTER, "datum": basemap.datum, "min_zoom": basemap.min_zoom, "max_zoom": basemap.max_zoom,
        "quiet": basemap.quiet, "dark": basemap.dark,
    }  # fmt: skip
