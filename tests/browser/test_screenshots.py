"""The README's picture is made here."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.screenshots import take

pytestmark = pytest.mark.browser


def colours(browser: Browser, path: Path) -> int:
    """How many different colours a picture has, counted by the browser itself."""
    import base64

    page = browser.new_page()
    data = base64.b64encode(path.read_bytes()).decode()
    count = page.evaluate(
        """async (data) => {
            const image = new Image(); image.src = `data:image/png;base64,${data}`; await image.decode();
            const canvas = document.createElement('canvas'); canvas.width = image.width; canvas.height = image.height;
            const context = canvas.getContext('2d'); context.drawImage(image, 0, 0);
            return new Set(new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)).size;
        }""",
        data,
    )
    page.close()
    return int(count)


def test_the_readmes_picture_shows_a_drawn_map(chromium: Browser, service_url: str, tmp_path: Path) -> None:
    kinds = {"languages": ("zh",), "themes": ("light",), "sizes": ("desk",)}
    (picture,) = take(chromium, service_url, tmp_path, ("/maps/open-problems",), **kinds)
    assert colours(chromium, picture) > 500  # an empty map has a few dozen
