"""The session's cookie: its secret goes to the browser only, and no script reads it."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from geo_service.security.callers import cookie_name, is_behind_tls
from layers.rules.passwords import REMEMBERED
from layers.sign_ins import Begun


def give(request: Request, answer: Response, begun: Begun) -> None:
    """Set the cookie; it ends with the browser, or after thirty days where the device is remembered."""
    age_s = int(REMEMBERED.total_seconds()) if begun.sign_in.remembered else None
    answer.set_cookie(
        cookie_name(request), begun.secret, max_age=age_s, path="/", httponly=True, samesite="lax",
        secure=is_behind_tls(request),
    )  # fmt: skip


def take_back(request: Request, answer: Response) -> None:
    """Remove the cookie, and what the browser has kept of pages and tiles."""
    answer.delete_cookie(cookie_name(request), path="/", httponly=True, samesite="lax", secure=is_behind_tls(request))
    answer.headers["Clear-Site-Data"] = '"cache"'


def own_path(text: str) -> str:
    r"""The path of ours to go on to after signing in; "/" for anything that could lead elsewhere.

    >>> own_path("/maps/my-road?person=R1"), own_path("//evil.example"), own_path("https://evil.example/")
    ('/maps/my-road?person=R1', '/', '/')
    >>> own_path("/\\evil.example"), own_path("/\t/evil.example"), own_path("javascript:alert(1)"), own_path("")
    ('/', '/', '/', '/')
    """
    if not text.startswith("/") or text.startswith(("//", "/login")):
        return "/"
    if "\\" in text or any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in text):
        return "/"
    parts = urlsplit(text)
    return text if not parts.scheme and not parts.netloc else "/"
