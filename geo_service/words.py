"""One source of words for Python and JavaScript: the catalogues in `locale`, keyed by the English template."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

LANGUAGES = {"zh": "zh_CN", "en": "en"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language; a template that is not in the catalogue is its own text."""

    language: str
    entries: Mapping[str, str]

    def __call__(self, template: str) -> str:
        """The text of an English template in this language."""
        return self.entries.get(template, template)

    @property
    def tag(self) -> str:
        """The language tag of a page."""
        return LANGUAGES[self.language].replace("_", "-")


@cache
def words_of(language: str) -> Words:
    """The words of "zh" or "en"."""
    if language == "en":
        return Words("en", {})
    text = files("geo_service").joinpath("locale", f"{LANGUAGES[language]}.po")
    with text.open("rb") as file:
        catalogue = read_po(file, locale=LANGUAGES[language])
    return Words(language, {str(m.id): str(m.string) for m in catalogue if m.id and m.string})


def preferred(*wishes: str | None, default: str) -> str:
    """The first wish that names one of our languages ("zh-Hans-CN", "en;q=0.8, zh" …), else the default."""
    for wish in wishes:
        for part in (wish or "").split(","):
            code = part.split(";")[0].strip().lower().split("-")[0].split("_")[0]
            if code in LANGUAGES:
                return code
    return default
