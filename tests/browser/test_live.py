"""What one person reports, another's open page shows without being reloaded, whatever draws its map."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visit, profile
from tests.conftest import Service

pytestmark = pytest.mark.browser

HERE = [114.0231918, 22.529098]
AT = f"{HERE[1]},{HERE[0]},17"
FEATURE = {"type": "Feature", "geometry": {"type": "Point", "coordinates": HERE}}
TILE = "/tiles/problems/"
SHOWN = """async (id) => {
  const surface = await geo.surface();
  await surface.idle();
  const map = await geo.map;
  const at = map.latLngToContainerPoint([%f, %f]);
  return surface.query(at, 'touch').some((one) => one.layer === 'problems' && Number(one.id) === id);
}""" % (HERE[1], HERE[0])  # noqa: UP031 (the braces are JavaScript's)


@pytest.fixture
def report(api: httpx.Client) -> Callable[[], int]:
    """Somebody else reports a problem; its id."""

    def made() -> int:
        body = {**FEATURE, "properties": {"category": "0102", "description": "live"}}
        answer = api.post("/problems", json=body, params={"lang": "zh"})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    return made


@pytest.fixture(params=["canvas", "soft", "hard"])
def drawn_by(request: pytest.FixtureRequest, service_url: str) -> Iterator[Visit]:
    """A map page in each of the three ways of drawing."""
    browser: Browser = request.getfixturevalue("light_chromium" if request.param == "canvas" else "chromium")
    context = profile(browser)
    one = Visit(context.new_page(), service_url)
    one.page.goto(f"{one.base}/maps/open-problems?at={AT}#draw={request.param}")
    listens(one)
    yield one
    assert one.faults == []
    context.close()


def listens(one: Visit, how: str = "listening") -> None:
    """Wait until the page has been greeted: from then on it is told."""
    one.page.locator(".row").first.wait_for(state="attached")  # an open card may lie over the list
    one.until(f"document.documentElement.dataset.live === '{how}'")


def until_shown(one: Visit, id_: int) -> None:
    for _ in range(100):
        if one.page.evaluate(SHOWN, id_):
            return
        one.page.wait_for_timeout(50)
    raise AssertionError("the map never shows it")


def test_a_report_shows_on_a_map_that_is_open(drawn_by: Visit, report: Callable[[], int]) -> None:
    drawn_by.page.evaluate("async () => { await (await geo.surface()).idle(); }")
    id_ = report()
    drawn_by.see(".updated")
    until_shown(drawn_by, id_)
    drawn_by.gone(".updated")


def test_the_list_and_its_numbers_follow(visit: Visit, report: Callable[[], int], api: httpx.Client) -> None:
    visit.go("/maps/open-problems")
    listens(visit)
    before = api.get("/problems/summary").json()["open"]
    report()
    visit.until(f"document.querySelector('[data-tile=open] b').textContent.replace(/\\D/g, '') === '{before + 1}'")
    assert visit.faults == []


def test_the_slider_stays_under_the_hand_that_moves_it(visit: Visit, report: Callable[[], int]) -> None:
    last = "[...document.querySelectorAll('.geo-days-found')].at(-1).dataset.count"
    visit.go("/maps/open-problems", days="1")
    listens(visit)
    visit.see(".geo-days-range").focus()
    visit.page.evaluate("window.held = document.activeElement")
    before = int(visit.page.evaluate(last))
    report()
    visit.until(f"{last} === '{before + 1}'")
    assert visit.page.evaluate("window.held.isConnected && document.activeElement === window.held")
    assert visit.faults == []


@pytest.mark.parametrize(
    ("path", "number"),
    [("/", "#headline a.tile b"), ("/dashboard", "#content tr.whole td:nth-child(2)")],
    ids=["home", "dashboard"],
)
def test_the_numbers_of_pages_without_a_map_follow(
    visit: Visit, report: Callable[[], int], path: str, number: str
) -> None:
    said = f"document.querySelector('{number}').textContent.replace(/\\D/g, '')"
    visit.go(path)
    visit.until(f"document.documentElement.dataset.live === 'listening' && document.querySelector('{number}')")
    before = int(visit.page.evaluate(said))
    report()
    visit.until(f"{said} === '{before + 1}'")
    assert visit.faults == []


def test_the_list_stays_where_it_was_read(visit: Visit, report: Callable[[], int]) -> None:
    visit.go("/maps/open-problems", at=AT)
    listens(visit)
    visit.see(".list-foot .btn").click()
    visit.until("document.querySelectorAll('.rows .row').length > 30")
    shown = visit.page.locator(".rows .row").count()
    row = visit.page.locator(".rows .row").nth(shown - 3)
    row.focus()
    id_ = row.get_attribute("data-id")
    top = visit.page.evaluate("document.querySelector('#panel-body').scrollTop")
    assert top > 0
    report()
    visit.see(".updated")
    visit.until("!document.querySelector('.rows').hasAttribute('aria-busy')")
    assert visit.page.locator(".rows .row").count() == shown
    assert visit.page.evaluate("document.querySelector('#panel-body').scrollTop") == top
    assert visit.page.evaluate("document.activeElement.dataset.id") == id_


def test_an_open_card_shows_what_another_has_done(visit: Visit, report: Callable[[], int], api: httpx.Client) -> None:
    id_ = report()
    visit.go("/maps/open-problems", id=str(id_))
    listens(visit)
    visit.see(f".problem[data-id='{id_}']")
    assert api.post(f"/problems/{id_}/moves", json={"to": "filed"}).status_code == 200
    visit.until("document.querySelector('.problem .timeline-box').textContent.includes('立案')")
    assert visit.page.locator(f".problem[data-id='{id_}']").count() == 1


def test_a_form_that_is_written_in_is_left_alone(visit: Visit, report: Callable[[], int]) -> None:
    visit.go("/maps/open-problems")
    listens(visit)
    visit.see("#report-button").click()
    written = visit.see("#view-detail textarea")
    written.fill("half a sentence")
    report()
    visit.see(".updated")
    assert written.input_value() == "half a sentence"
    assert visit.page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_where_nothing_is_told_the_page_asks(visit: Visit, report: Callable[[], int]) -> None:
    """A proxy that keeps event streams to itself."""
    visit.page.route("**/api/v1/events*", lambda route: route.abort())
    visit.go("/maps/open-problems", at=AT)
    listens(visit, "asking")
    until_shown(visit, report())
    visit.page.unroute("**/api/v1/events*")


def test_a_hidden_page_rests_and_catches_up(visit: Visit, report: Callable[[], int]) -> None:
    visit.go("/maps/open-problems", at=AT)
    listens(visit)
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    hide(visit, hidden=True)
    id_ = report()
    visit.page.wait_for_timeout(1500)
    assert asked == []
    hide(visit, hidden=False)
    until_shown(visit, id_)


def hide(one: Visit, *, hidden: bool) -> None:
    """What a browser does when another tab comes to the front."""
    one.page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def test_a_service_that_is_away_is_told_and_its_return_too(light_chromium: Browser, tmp_path: Path) -> None:
    running = Service(tmp_path, f"gpkg://{tmp_path}/town.gpkg", demo=False)
    context = profile(light_chromium)
    one = Visit(context.new_page(), running.url)
    one.go("/maps/open-problems")
    one.see(".empty")
    running.stop()
    assert "连接不上服务" in one.text("#away")
    with running.log.open("ab") as log:
        command = running.command("serve", "--port", str(running.port))
        running.process = subprocess.Popen(command, env=running.environment, stdout=log, stderr=log)
    one.page.locator("#away").wait_for(state="detached", timeout=60_000)  # a start takes its time
    assert "恢复" in one.text(".toast:not(.error)")
    context.close()
    assert running.stop() in (0, -15)
