"""The secret link of a public report: what one looks like, and what keeps it secret on its way."""

import re

from layers.errors import NotFound

RECEIPT_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
_RECEIPT = re.compile(r"[A-Za-z0-9_-]{22}")


def check_receipt(text: str) -> str:
    """The receipt, where it looks like one; NotFound otherwise, which does not repeat it."""
    if not _RECEIPT.fullmatch(text):
        raise NotFound("report", "…")
    return text
