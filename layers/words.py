"""Words that people read, kept apart from the language they are read in."""

from collections.abc import Callable
from dataclasses import dataclass, field

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Message:
    """An English template and the values that fill it.

    The template is the key of the catalogues in `geo_service/locale`; a value
    that is itself a Message is translated too.

    >>> str(Message("{count} rows were refused", {"count": 3}))
    '3 rows were refused'
    """

    template: str
    values: dict[str, object] = field(default_factory=dict)

    def in_(self, translate: Translate) -> str:
        """The text in the language of `translate` (template → translated template)."""
        said = {
            name: value.in_(translate) if isinstance(value, Message) else value for name, value in self.values.items()
        }
        return translate(self.template).format(**said)

    def __str__(self) -> str:
        return self.in_(lambda template: template)

    def to_json(self) -> dict[str, object]:
        """The message as plain JSON, for the store (`from_json` reads it back)."""
        values = {name: value.to_json() if isinstance(value, Message) else value for name, value in self.values.items()}
        return {"template": self.template, "values": values}

    @classmethod
    def from_json(cls, data: dict[str, object]) -> "Message":
        """The message that `to_json` wrote."""
        values = data["values"]
        assert isinstance(values, dict)  # noqa: S101 (our own writing)
        return cls(str(data["template"]), {name: _value(value) for name, value in values.items()})


def _value(value: object) -> object:
    if isinstance(value, dict) and value.keys() == {"template", "values"}:
        return Message.from_json(value)
    return value


def msg(template: str, /, **values: object) -> Message:
    """A Message; the extractor of the catalogues looks for this call."""
    return Message(template, values)
