"""The problems of the demo town as features, and their histories."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from numpy.random import Generator

from layers.demo.chains import Calendar, Episode, live
from layers.demo.corners import Terrain
from layers.demo.ground import degrees
from layers.demo.histories import DemoHistory, Finding, Scribe
from layers.demo.land import draw
from layers.demo.people import Roster
from layers.demo.rhythm import SHANGHAI, Rhythm
from layers.demo.sites import SiteFinder
from layers.model import Category, Feature

SOURCES = {
    "self": 0.47, "village": 0.14, "subdistrict": 0.14, "county": 0.06, "city": 0.05, "public": 0.12,
    "sensor": 0.02,
}  # fmt: skip
DOCUMENTS = {"county": "区环境整治督查交办单（演示）", "city": "市第三方考评反馈单（演示）"}
REPORTER = {"self": "grid_worker", "village": "village_head", "subdistrict": "inspector"}  # else: dispatcher
SEVERITY = {"1": 0.68, "2": 0.25, "3": 0.07}
SAID_OF_REBOUNDS = ("又反弹了：", "清理后反弹，", "", "")


@dataclass(frozen=True)
class Words:
    """What people write: for places, by setting; for problems, by category; for moves, by state."""

    near: Mapping[str, Sequence[str]]
    texts: Mapping[str, Sequence[str]]
    notes: Mapping[str, Sequence[str]]


def read_words() -> Words:
    """The packaged phrases (data/phrases.json)."""
    data = json.loads(files("layers.demo").joinpath("data/phrases.json").read_text(encoding="utf-8"))
    return Words(data["near"], data["texts"], data["notes"])


@dataclass(frozen=True)
class Life:
    """What a problem needs to be told: the town's people, its rhythm, its words."""

    roster: Roster
    rhythm: Rhythm
    words: Words


def problems(
    terrain: Terrain, life: Life, categories: Sequence[Category], rng: Generator
) -> tuple[list[Feature], list[DemoHistory]]:
    """Some nine hundred problems in the order in which they were found, and the moves of each."""
    minors = {category.code: category for category in categories if category.parent}
    episodes = live(SiteFinder(terrain, life.words.near, rng), Calendar(life.rhythm, minors, rng), rng)
    order = sorted(range(len(episodes)), key=lambda i: (episodes[i].found, i))
    codes = {i: _code(number, episodes[i], life) for number, i in enumerate(order, start=1)}
    scribe = Scribe(life.roster, life.rhythm, life.words.notes, rng)
    features, histories = [], []
    for i in order:
        first = episodes[i].original
        original = "" if first is None else codes[first]
        finding = _finding(episodes[i], original, life, rng)
        history = DemoHistory(codes[i], scribe.moves(finding), original)
        features.append(_feature(history, finding, life, rng))
        histories.append(history)
    return features, histories


def _code(number: int, episode: Episode, life: Life) -> str:
    """As a store codes problems that are put into it in this order: so notes can name one another."""
    return f"WT{life.rhythm.at(episode.found).astimezone(SHANGHAI):%Y%m%d}-{number:05d}"


def _finding(episode: Episode, original: str, life: Life, rng: Generator) -> Finding:
    source = draw(SOURCES, rng)
    return Finding(episode, source, _reporter(source, episode, life, rng), original)


def _feature(history: DemoHistory, finding: Finding, life: Life, rng: Generator) -> Feature:
    episode, found_at = finding.episode, life.rhythm.at(finding.episode.found)
    values = {
        "category": episode.site.category,
        "description": _description(episode, life.words, rng),
        "state": episode.state,
        "source_level": finding.source,
        "reported_by": finding.reporter,
        "severity": int(draw(SEVERITY, rng)),
        "found_at": found_at,
    }
    extra = _document(finding.source, found_at, rng)
    return Feature(code=history.code, geometry=degrees(episode.site.geometry), values=values, extra=extra)


def _document(source: str, found_at: datetime, rng: Generator) -> dict[str, str]:
    """The paper that an upper level's finding comes with."""
    if source not in DOCUMENTS:
        return {}
    return {"document": f"{DOCUMENTS[source]}〔{found_at.year}〕{rng.integers(10, 99)}号"}


def _description(episode: Episode, words: Words, rng: Generator) -> str:
    text = str(rng.choice(words.texts[episode.site.category])).format(at=episode.site.where)
    return (str(rng.choice(SAID_OF_REBOUNDS)) if episode.rebound else "") + text


def _reporter(source: str, episode: Episode, life: Life, rng: Generator) -> str:
    role = REPORTER.get(source, "dispatcher")
    if role in life.roster.staff:
        return str(rng.choice(life.roster.staff[role]))
    grid = episode.site.grid
    place = grid.code if role == "grid_worker" else grid.parent
    return life.roster.holder("areas", place, life.rhythm.at(episode.found).astimezone(SHANGHAI).date())
