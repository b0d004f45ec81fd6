"""Tags of a problem: short labels of the town's own list, such as a project, and what dispatchers add to it."""

from collections.abc import Collection

from layers.errors import BadInput
from layers.words import msg

MOST = 10  # on one problem
MOST_KNOWN = 200  # in the town's list
LONGEST = 20


def checked_tags(value: object, *, most: int = MOST, field: str = "tags") -> list[str]:
    """The tags, each once, without blanks round them. BadInput where one is no short text, or there are too many.

    >>> checked_tags([" 双城同创 ", "双城同创"])
    ['双城同创']
    """
    given = value if isinstance(value, list | tuple) else [value]
    tags = list(dict.fromkeys(_tag(one, field) for one in given))
    if len(tags) > most:
        raise BadInput(msg("At most {most} tags.", most=most), field=field)
    return tags


def check_known(tags: Collection[str], known: Collection[str]) -> None:
    """BadInput for a tag that is not in the list: only dispatchers use others."""
    for tag in tags:
        if tag not in known:
            raise BadInput(msg("“{tag}” is not in the town’s list of tags.", tag=tag), field="tags")


def _tag(value: object, field: str) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or len(text) > LONGEST or "," in text or not text.isprintable():
        raise BadInput(msg("A tag is a text of at most {most} letters without a comma.", most=LONGEST), field=field)
    return text
