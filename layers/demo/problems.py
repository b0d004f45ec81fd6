"""The problems of the demo town as features, and their histories."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from numpy.random import Generator

from layers.demo.chains import Calendar, Episode, live
from layers.demo.corners import Terrain
from layers.demo.ground import degrees
from layers.demo.histories import DemoHistory, Scribe
from layers.demo.land import draw
from layers.demo.people import Roster
from layers.demo.rhythm import SHANGHAI, Rhythm
from layers.demo.sites import SiteFinder
from layers.model import Category, Feature

SOURCES = {
    "self": 0.47, "village": 0.14, "subdistrict": 0.14, "county": 0.06, "city": 0.05, "public": 0.12,
    "sensor": 0.02,
}  # fmt: skip
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
    limit_days = {category.code: category.limit_days for category in categories if category.parent}
    episodes = live(SiteFinder(terrain, life.words.near, rng), Calendar(life.rhythm, limit_days, rng), rng)
    order = sorted(range(len(episodes)), key=lambda i: (episodes[i].found, i))
    codes = {i: _code(number, episodes[i], life) for number, i in enumerate(order, start=1)}
    scribe = Scribe(life.roster, life.rhythm, life.words.notes, rng)
    features, histories = [], []
    for i in order:
        episode = episodes[i]
        original = "" if episode.original is None else codes[episode.original]
        history = DemoHistory(codes[i], scribe.moves(episode, original))
        features.append(_feature(history, episode, life, rng))
        histories.append(history)
    return features, histories


def _code(number: int, episode: Episode, life: Life) -> str:
    """As a store codes problems that are put into it in this order: so notes can name one another."""
    return f"WT{life.rhythm.at(episode.found).astimezone(SHANGHAI):%Y%m%d}-{number:05d}"


def _feature(history: DemoHistory, episode: Episode, life: Life, rng: Generator) -> Feature:
    found_at = life.rhythm.at(episode.found)
    source = draw(SOURCES, rng)
    closed = [move.at for move in history.moves if move.to == "closed"]
    values = {
        "category": episode.site.category,
        "description": _description(episode, life.words, rng),
        "state": episode.state,
        "source_level": source,
        "reported_by": _reporter(source, episode, life, rng),
        "severity": int(draw(SEVERITY, rng)),
        "found_at": found_at,
        "closed_at": closed[0] if closed else None,
    }
    return Feature(code=history.code, geometry=degrees(episode.site.geometry), values=values)


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
