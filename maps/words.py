"""The words that a page's scripts show: their templates, and a page's dictionary of them."""

from collections.abc import Mapping

from layers.schema import LAYERS
from layers.words import Translate
from maps import styles
from maps.assets import Assets, load_assets
from maps.compose import PAGES
from maps.element import dumps_for_html
from maps.elements.selection import FIELDS


def templates(assets: Assets | None = None) -> tuple[str, ...]:
    """Every English template of scripts, looks, pop-ups, titles and layer fields, sorted."""
    said = {*(assets or load_assets()).words, *styles.words(), *(page.title for page in PAGES.values())}
    for fields in FIELDS.values():
        said |= {word for _, title, _, unit in fields for word in (title, unit) if word}
    for layer in LAYERS.values():
        said |= {layer.title, *(field.title for field in layer.fields)}
    return tuple(sorted(said))


def script(words: Mapping[str, str]) -> str:
    """A dictionary as the script that the pages of a language share."""
    return f"window.geoWords={dumps_for_html(words)};"


def dictionary(translate: Translate, assets: Assets | None = None) -> dict[str, str]:
    """Template → translation, for `page["words"]`; what stays as it is, is left out."""
    both = ((template, translate(template)) for template in templates(assets))
    return {template: said for template, said in both if said != template}
