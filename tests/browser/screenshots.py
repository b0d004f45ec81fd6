"""Every page × light and dark × desk and phone × both languages: `python -m tests.browser.screenshots [FOLDER]`.

The first of them, on a desk in Chinese, is the README's picture; `make screenshots` puts it there.
"""

import itertools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import DESK, PHONE, WEBGL, launched
from tests.conftest import Service

PAGES = (
    "/maps/open-problems",
    "/maps/clean-zones",
    "/maps/my-road",
    "/maps/parcels",
    "/maps/hotspots",
    "/maps/work-faces",
    "/",
    "/progress",
    "/admin",
    "/admin/import",
    "/admin/rules",
    "/help",
)
SIZES = {"desk": DESK, "phone": PHONE}
SETTLED_MS = 4000


def names(url: str, language: str, theme: str, size: str) -> str:
    """The file of one picture."""
    return f"{url.strip('/').replace('/', '-') or 'home'}_{size}_{theme}_{language}.png"


def take(
    browser: Browser, base: str, folder: Path, pages: tuple[str, ...] = PAGES, **only: tuple[str, ...]
) -> Iterator[Path]:
    """Take the pictures; `only` narrows languages, themes and sizes."""
    kinds = (
        only.get("languages", ("zh", "en")),
        only.get("themes", ("light", "dark")),
        only.get("sizes", tuple(SIZES)),
    )
    for url, language, theme, size in itertools.product(pages, *kinds):
        phone = size == "phone"
        context = browser.new_context(
            viewport=SIZES[size], is_mobile=phone, has_touch=phone, device_scale_factor=2 if phone else 1
        )
        page = context.new_page()
        page.goto(f"{base}{url}?lang={language}&theme={theme}")
        page.wait_for_timeout(SETTLED_MS)
        path = folder / names(url, language, theme, size)
        page.screenshot(path=path)
        context.close()
        yield path


def main(folder: Path) -> None:
    """Serve a demo town and take every picture of it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        service = Service(Path(data), f"gpkg://{data}/town.gpkg", demo=True)
        browser = launched(playwright, *WEBGL)
        try:
            for path in take(browser, service.url, folder):
                print(path)
        finally:
            browser.close()
            service.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("tests/output"))
