"""From a page's data to its sheet: which painters, which box, which legend."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from maps.compose import PAGES
from maps.pictures import ground, land, legend, lines, problems, roadside, sheet
from maps.pictures.drawing import Drawing
from maps.pictures.problems import Problems
from maps.pictures.shapes import positions
from maps.pictures.view import EDGE, BBox, View, bounds_of
from maps.pictures.wish import Wish

Data = Mapping[str, Any]
PAINTERS: Mapping[str, Callable[[Drawing, Any, Wish], None]] = {
    "parcels": land.parcels,
    "measures": land.measures,
    "zones": land.zones,
    "hotspots": land.hotspots,
    "stations": land.stations,
    "dust": land.dust,
    "roads": lines.roads,
    "coverage": lines.coverage,
    "rebounds": lines.rebounds,
    "work_faces": lines.work_faces,
    "frontages": roadside.frontages,
    "dust_samples": roadside.dust_samples,
}
PROBLEMS_FROM = {"clean-zones": 13.5}  # further out, the cells tell of them
FITTED = {"my-road": "roads", "rebounds": "rebounds", "work-faces": "work_faces", "hotspots": "hotspots",
          "frontages": "frontages"}  # fmt: skip
EDGE_UNITS = 18.0


class Sheet:
    """A sheet of `width` × `height` units for a page: first laid out, then painted."""

    def __init__(self, wish: Wish, size: tuple[float, float], *, edge: float = EDGE_UNITS):
        self.wish, self.size, self.edge = wish, size, edge

    def view(self, bbox: BBox, *, exact: bool) -> View:
        """The view of that box; a box that nobody chose to the metre gets some room."""
        layout = self._layout(self._rows({}))
        return sheet.view_of(layout, bbox, edge=0.0 if exact else EDGE)

    def svg(self, view: View, data: Data, base: tuple[Sequence[Any], Sequence[Any]]) -> str:
        """The sheet with the page's data on `base`: the areas and the roads."""
        drawing = Drawing(view, self.wish.theme)
        ground.paint(drawing, *base)
        for element, found in data.items():
            if element in PAINTERS:
                PAINTERS[element](drawing, found, self.wish)
        found = data.get("problems")
        if found is not None:
            problems.paint(drawing, found, min_zoom=PROBLEMS_FROM.get(self.wish.name, 0.0))
        return sheet.document(self._layout(self._rows(self._counts(view, data))), drawing, self.wish)

    def _counts(self, view: View, data: Data) -> dict[str, dict[str, int]]:
        """How many of each look are in the picture, where the legend can say so."""
        found = data.get("problems")
        if found is None and "roads" in data:
            found = problems.of_features(data["roads"]["problems"]["features"])
        return {"problems": found.within(view).counts()} if isinstance(found, Problems) else {}

    def _rows(self, counts: Mapping[str, Mapping[str, int]]) -> list[legend.Row]:
        groups = {**PAGES[self.wish.name].legend, **self.wish.looks}
        return legend.rows_of(groups, counts, self.wish)

    def _layout(self, rows: Sequence[legend.Row]) -> sheet.Layout:
        return sheet.lay_out(self.size, self.edge, rows, self.wish)


def box_of(name: str, data: Data) -> BBox | None:
    """The box round what a page is about, where that is less than the town; None elsewhere."""
    element = FITTED.get(name)
    if element is None or element not in data:
        return None
    found = data[element]
    rows = (found.get("segments") or found)["features"]
    return bounds_of([at for one in rows for at in positions(one["geometry"])])
