"""The pages as documents: language, policy, nothing from elsewhere; the saved file; a second process sees writes."""

import html
import re
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from geo_service import pages
from geo_service.words import words_of
from layers.rules.acts import ACTS
from layers.rules.indicators import RATES
from layers.rules.lifecycle import MOVES
from layers.rules.notices import KINDS
from layers.rules.roles import ROLE_TITLES
from tests.conftest import Service, served

PAGES = tuple(page.path for page in pages.PAGES.values())
ELSEWHERE = re.compile(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", re.IGNORECASE)


@pytest.fixture
def get(service: Service):
    with httpx.Client(base_url=service.url, timeout=60) as client:
        yield client.get


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_a_page_is_whole_in_both_languages(service: Service, path: str, lang: str, tag: str) -> None:
    reader = service.web if path == "/login" else service.url  # who has signed in already is sent on from there
    answer = httpx.get(reader + path, params={"lang": lang}, timeout=60)
    assert answer.status_code == 200
    assert f'<html lang="{tag}"' in answer.text
    assert not ELSEWHERE.search(answer.text)
    assert "user-scalable=no" not in answer.text
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
    assert nonce
    scripts = re.findall(r"<script\b([^>]*)>", answer.text)
    assert all(f'nonce="{nonce[1]}"' in one or 'type="application/json"' in one for one in scripts)
    assert not re.search(r"\son\w+=", re.sub(r"<script.*?</script>", "", answer.text, flags=re.S))


def test_a_page_weighs_little_whatever_the_town_holds(get) -> None:
    for path in PAGES:
        wire = get(path, headers={"accept-encoding": "gzip"})
        assert int(wire.headers.get("content-length", 0)) <= 30_000


def test_the_language_is_remembered(service: Service) -> None:
    with httpx.Client(base_url=service.url) as client:
        client.get("/help?lang=en")
        assert '<html lang="en"' in client.get("/help").text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_help_says_of_roles_moves_notices_and_rates_what_the_rules_say(get, lang: str) -> None:
    page = get("/help", params={"lang": lang}).text
    tables = dict(re.findall(r'<table class="table" id="([\w-]+)">(.*?)</table>', page, flags=re.S))
    words = words_of(lang)

    def heads(name: str) -> set[str]:
        told = re.findall(r'<th scope="row">(.*?)(?:<small>.*?)?</th>', tables[name], flags=re.S)
        return {html.unescape(one).strip() for one in told}

    assert heads("posts") == {words(title) for role, title in ROLE_TITLES.items() if role != "administrator"}
    assert heads("moves") == {words(move.title) for move in MOVES}
    assert heads("acts") == {words(act.title) for act in ACTS.values()}
    assert heads("notice-kinds") == {kind.title.in_(words) for kind in KINDS.values() if kind.to}
    assert heads("rates") == {words(rate.title) for rate in RATES}
    passed = next(row for row in tables["moves"].split("<tr>") if words("Check passed: close") in row)
    assert words("Inspector") in passed
    assert words("Road chief") not in passed


@pytest.mark.parametrize(
    "name", ["open-problems", "clean-zones", "my-road", "parcels", "hotspots", "work-faces", "frontages"]
)
def test_a_saved_map_holds_everything_in_one_file(get, name: str) -> None:
    answer = get(f"/maps/{name}.html")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert not ELSEWHERE.search(answer.text)
    assert not re.search(r"<(?:script|link)[^>]+(?:src|href)=[\"']/", answer.text)


def test_static_files_are_kept_for_a_year_and_sent_compressed(get) -> None:
    loader = re.search(r'src="(/static/[^"]+/loader\.js)"', get("/maps/open-problems").text)
    assert loader
    answer = get(loader[1], headers={"accept-encoding": "br, gzip"})
    assert answer.headers["content-encoding"] == "br"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")


def test_every_worker_shows_a_write_in_its_next_tile(tmp_path: Path) -> None:
    """Two workers on one file: what one has written, the other's tiles show at once."""
    body = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [114.0231918, 22.529098]},
            "properties": {"category": "0102"}}  # fmt: skip
    with served(tmp_path, demo=True, workers=2) as running:
        for _ in range(5):
            code = httpx.post(f"{running.url}/api/v1/problems", json=body).json()["properties"]["code"]
            for _ in range(6):  # a new connection each time: either worker may take it
                tile = httpx.get(f"{running.url}/tiles/problems/14/13381/7139.mvt")
                assert code.encode() in tile.content


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_asked(tmp_path: Path, by: signal.Signals) -> None:
    running = Service(tmp_path, f"gpkg://{tmp_path}/town.gpkg", demo=False, fresh=True)
    running.process.send_signal(by)
    assert running.process.wait(20) in (0, -by)
    assert "Traceback" not in running.log.read_text()
    assert (
        subprocess.run(running.command("check"), env=running.environment, check=False, capture_output=True).returncode
        == 0
    )
