"""A photo as it comes in: a form with a file, or the bare picture with everything else in the query.

The body is counted while it streams: what is over the limit is refused before it is read to its end.
"""

from collections.abc import AsyncGenerator, Mapping

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from geo_service.dependencies import TooLarge
from layers.errors import BadInput, UnknownFormat
from layers.photo_keeping import NewPhoto
from layers.values import as_time
from layers.words import msg

_FORM_BYTES = 64 << 10  # for everything in the form beside the file
_MOST_FIELDS = 16
_TEXTS = ("role", "by", "note")


async def received(request: Request, *, limit_bytes: int, key: str | None) -> NewPhoto:
    """The photo and what is said of it. TooLarge, UnknownFormat or BadInput (with its field) otherwise."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit_bytes + _FORM_BYTES:
        raise TooLarge(limit_bytes)
    said = dict(request.query_params)
    if kind == "multipart/form-data":
        data, fields = await _form(request, limit_bytes)
        said |= fields
    elif kind.startswith("image/"):
        data = b"".join([part async for part in _limited(request, limit_bytes)])
    else:
        raise UnknownFormat(msg("Send the photo as a form with a file, or as the picture itself."), field="file")
    return _new_photo(data, said, key)


async def _form(request: Request, limit_bytes: int) -> tuple[bytes, dict[str, str]]:
    stream = _limited(request, limit_bytes + _FORM_BYTES, told_bytes=limit_bytes)
    try:
        form = await MultiPartParser(
            request.headers, stream, max_files=1, max_fields=_MOST_FIELDS, max_part_size=_FORM_BYTES
        ).parse()
    except MultiPartException as error:
        raise BadInput(msg("The form cannot be read."), field="body") from error
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise BadInput(msg("A file is missing in the form."), field="file")
        return await file.read(), {name: text for name, text in form.items() if isinstance(text, str)}
    finally:
        await form.close()


async def _limited(request: Request, limit_bytes: int, told_bytes: int = 0) -> AsyncGenerator[bytes, None]:
    taken = 0
    async for part in request.stream():
        taken += len(part)
        if taken > limit_bytes:
            raise TooLarge(told_bytes or limit_bytes)
        yield part


def _new_photo(data: bytes, said: Mapping[str, str], key: str | None) -> NewPhoto:
    role, by, note = (_text(said, name) for name in _TEXTS)
    return NewPhoto(
        data=data, role=role, by=by, note=note, place=_place(said), taken_at=as_time(said.get("taken_at"), "taken_at"),
        request_key=key,
    )  # fmt: skip


def _text(said: Mapping[str, str], name: str) -> str:
    text = said.get(name, "")
    if "\0" in text or len(text) > 2000 or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadInput(msg("“{field}” must be a text.", field=name), field=name)
    return text


def _place(said: Mapping[str, str]) -> tuple[float, float] | None:
    lon, lat = (_degrees(said, name, largest) for name, largest in (("lon", 180), ("lat", 90)))
    if (lon is None) != (lat is None):
        raise BadInput(msg("A place needs both its longitude and its latitude."), field="lat" if lat is None else "lon")
    return None if lon is None or lat is None else (lon, lat)


def _degrees(said: Mapping[str, str], name: str, largest: int) -> float | None:
    if not said.get(name):
        return None
    try:
        value = float(said[name])
    except ValueError:
        value = float("nan")
    if not -largest <= value <= largest:  # NaN fails here too
        raise BadInput(msg("“{field}” must be a number.", field=name), field=name)
    return value
