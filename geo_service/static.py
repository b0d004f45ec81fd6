"""Our own built files: kept by browsers for a year (their folder bears the build's hash), sent ready-compressed."""

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_YEAR = "public, max-age=31536000, immutable"


class StaticAssets(StaticFiles):
    """The built front end."""

    def __init__(self, folder: Path):
        super().__init__(directory=folder, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, in the best form that the browser takes."""
        accepted = Headers(scope=scope).get("accept-encoding", "")
        for encoding, suffix in _ENCODINGS:
            if encoding in accepted and not path.endswith((".br", ".gz")):
                full, found = self.lookup_path(path + suffix)
                if found is not None:
                    return self._encoded(path, Path(full), encoding)
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = _YEAR
        return answer

    def _encoded(self, path: str, full: Path, encoding: str) -> Response:
        plain = FileResponse(full, media_type=_media_type(path))
        MutableHeaders(raw=plain.raw_headers).update(
            {"Content-Encoding": encoding, "Vary": "Accept-Encoding", "Cache-Control": _YEAR}
        )
        return plain


_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


def _media_type(path: str) -> str:
    return _TYPES.get(Path(path).suffix, "application/octet-stream")
