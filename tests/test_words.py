"""Every word that a reader meets has its Chinese text, with the same values in it."""

import re

import pytest

from geo_service.words import preferred, words_of
from layers.words import Message, msg
from tests.words import every_template, missing

PLACEHOLDER = re.compile(r"\{(\w+)(?::[^}]*)?\}")


def test_nothing_is_left_untranslated() -> None:
    assert missing() == []


def test_translations_name_the_same_values() -> None:
    chinese = words_of("zh").entries
    used = every_template() & set(chinese)
    differ = {t: chinese[t] for t in used if set(PLACEHOLDER.findall(t)) != set(PLACEHOLDER.findall(chinese[t]))}
    assert differ == {}


def test_the_catalogue_has_no_words_that_nobody_uses() -> None:
    assert set(words_of("zh").entries) - every_template() == set()


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ((None, None, "zh-CN,zh;q=0.9,en;q=0.8"), "zh"),
        ((None, "en", "zh-CN"), "en"),
        (("en", "zh", "zh"), "en"),
        ((None, None, "fr-FR, de"), "zh"),
        (("xx", None, "en_GB"), "en"),
    ],
)
def test_the_first_language_that_we_speak_is_taken(wishes: tuple[str | None, ...], language: str) -> None:
    assert preferred(*wishes, default="zh") == language


def test_a_message_inside_a_message_is_translated_too() -> None:
    message = msg("There is no {kind} “{key}”.", kind=msg("layer"), key="x")
    assert message.in_(words_of("zh")) == "没有图层“x”。"
    assert Message.from_json(message.to_json()) == message
