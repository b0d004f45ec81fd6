"""Which character encoding a file of the office is in: UTF-8 or one of the GB family."""

import codecs
import re
from pathlib import Path

from layers.errors import BadFile, BadInput
from layers.words import msg

UTF8 = "UTF-8"
GB18030 = "GB18030"  # holds GBK, CP936 and GB2312

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SAID = {"utf-8-sig": UTF8, "utf-8": UTF8, "utf-16": "UTF-16", "gb18030": GB18030, "gbk": GB18030,
         "gb2312": GB18030, "cp936": GB18030, "936": GB18030, "ansi 936": GB18030, "65001": UTF8,
         "utf8": UTF8, "big5": "BIG5", "cp950": "BIG5", "950": "BIG5"}  # fmt: skip
_LANGUAGE_DRIVERS = {0x4D: GB18030, 0x7A: GB18030, 0x4F: "BIG5", 0x78: "BIG5", 0x03: "CP1252", 0x57: "CP1252"}
_BLOCK = 1 << 20
_WRONG_SHARE = 0.02  # of the characters: a dBase field may end in half a character


def known_encoding(name: str) -> str:
    """The one name of an encoding that a person or a .cpg file gave.

    >>> known_encoding("gbk"), known_encoding("utf8")
    ('GB18030', 'UTF-8')
    """
    key = name.strip().lower()
    try:
        return _SAID.get(key) or _SAID.get(codecs.lookup(key).name) or codecs.lookup(key).name.upper()
    except LookupError:
        raise BadInput(msg("“{encoding}” is not an encoding that we know.", encoding=name), field="encoding") from None


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text of a file and its encoding: the one given, else by its mark, else UTF-8, else GB18030."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    tried = [encoding] if encoding else [marked] if marked else [UTF8, GB18030]
    for name in tried:
        try:
            return data.decode(name).removeprefix("\ufeff"), _SAID.get(name.lower(), name)
        except UnicodeDecodeError:
            continue
    raise BadFile(msg("The text of the file is not {encoding}.", encoding=" / ".join(tried)), field="encoding")


def is_utf8(path: Path) -> bool:
    """Whether a file is UTF-8 throughout, read block by block."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def dbf_encoding(data: bytes, cpg: str) -> str:
    """The encoding of a dBase table: the .cpg file, the language driver, or the bytes themselves.

    A .cpg or driver that says UTF-8 is believed only where the bytes are UTF-8.
    """
    said = _known(cpg) or _LANGUAGE_DRIVERS.get(data[29] if len(data) > 29 else 0)
    if said and said not in (UTF8, "CP1252"):
        return said
    return UTF8 if _is_utf8(data[32:]) else said if said == "CP1252" and not _is_gb(data[32:]) else GB18030


def _known(cpg: str) -> str | None:
    name = cpg.strip().lower()
    digits = re.search(r"\d{3,5}$", name)
    return _SAID.get(name) or _SAID.get(digits[0] if digits else "")


def _is_utf8(data: bytes) -> bool:
    return _share_wrong(data, "utf-8") <= _WRONG_SHARE


def _is_gb(data: bytes) -> bool:
    return _share_wrong(data, "gb18030") <= _WRONG_SHARE


def _share_wrong(data: bytes, encoding: str) -> float:
    """The share of the characters beyond ASCII that are none in that encoding."""
    text = re.sub(r"[\x00-\x7f]+", "", data.decode(encoding, errors="replace"))
    return text.count("\ufffd") / len(text) if text else 0.0
