"""What stands along roads on a picture: frontages by state, samples of dust."""

from maps.frontage_looks import DUST_SAMPLES, FRONTAGES
from maps.pictures.drawing import SLOTS, Drawing, Label, Pen
from maps.pictures.ground import shapes
from maps.pictures.land import Found, by_look, names, spots
from maps.pictures.view import by_zoom
from maps.pictures.wish import Wish

NAMES_FROM, GRAMS_FROM, DOORS_FROM = 17.0, 15.0, 14.0


def frontages(drawing: Drawing, found: Found, wish: Wish) -> None:
    """Lines along the doors in the dash of their state, with its sign."""
    zoom, segment, state = drawing.view.zoom, wish.params.get("segment"), wish.params.get("state")
    held = [one for one in found["features"] if segment in (None, "", one["properties"]["segment"])]
    held = [one for one in held if state in (None, "", one["properties"]["state"])]
    for key, rows in by_look(held, "state", FRONTAGES).items():
        look = FRONTAGES.look(key)
        width = by_zoom(zoom, 14, 2.4, 18, look.width * 1.6)
        if zoom >= DOORS_FROM:
            pen = Pen(look.color(drawing.theme), width, tuple(part / 4 * width for part in look.dash), round=False)
            drawing.stroke(SLOTS["line"], shapes(rows), Pen(drawing.ground["case"], width + 2), pen)
        size = by_zoom(zoom, 11, 0.3, 16, 0.62, 18, 0.9)
        drawing.marks(SLOTS["mark"], spots(rows, drawing), "frontages", key, size)
    if zoom >= NAMES_FROM:
        names(drawing, held, 11.5, below=18)


def dust_samples(drawing: Drawing, found: Found, wish: Wish) -> None:
    """Samples within their limit and above it; the grams beside each from near."""
    zoom, segment = drawing.view.zoom, wish.params.get("segment")
    held = [one for one in found["features"] if segment in (None, "", one["properties"]["segment"])]
    for one in held:
        key = {True: "clean", False: "dusty"}.get(one["properties"]["passed"], DUST_SAMPLES.looks[-1].key)
        at = spots([one], drawing)
        drawing.marks(SLOTS["mark"] - 1, at, "dust_samples", key, by_zoom(zoom, 10, 0.4, 14, 0.66, 17, 0.95))
        if zoom >= GRAMS_FROM and one["properties"]["grams_m2"] is not None:
            for x, y in at.tolist():
                drawing.label(Label(f"{one['properties']['grams_m2']:g}", x, y + 17, 11.5, drawing.ground["text"], 60))
