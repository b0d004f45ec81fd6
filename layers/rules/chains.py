"""Chains of rebounds: how often in a row a place has come back, and which places are chronic (怪病点)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.rules.grid import Floats, Ints
from layers.rules.rebound import DAY_S, Rebounds

CHRONIC_REBOUNDS = 2
CHRONIC_DAYS = 90.0


@dataclass(frozen=True, eq=False)
class Chains:
    """For each rebound: its `order` in its chain (1 = the first time that the place came back), and the `root`, the
    row of the case with which the chain begins."""

    order: Ints
    root: Ints


def chains(found: Rebounds) -> Chains:
    """Follow every link back to the case that began it.

    >>> none = np.zeros(3)
    >>> two_in_a_row_and_one = Rebounds(np.array([1, 2, 9]), np.array([0, 1, 7]), none, none, none.astype(bool))
    >>> chains(two_in_a_row_and_one).order, chains(two_in_a_row_and_one).root
    (array([1, 2, 1]), array([0, 0, 7]))
    """
    link_of = dict(zip(found.new.tolist(), range(len(found)), strict=True))
    order, root = np.ones(len(found), dtype=np.int64), found.previous.astype(np.int64)
    for link, previous in enumerate(found.previous.tolist()):  # by finding, so that the link before is done already
        before = link_of.get(previous)
        if before is not None:
            order[link], root[link] = order[before] + 1, root[before]
    return Chains(order, root)


@dataclass(frozen=True, slots=True)
class ChronicPlace:
    """A chain in which the place came back too often: its links (numbers of rebounds, by finding), and how many of
    them are rebounds within the worst 90 days."""

    root: int
    links: tuple[int, ...]
    worst: int


def chronic(found: Rebounds, made: Chains, found_at: Floats) -> list[ChronicPlace]:
    """The chains with at least two rebounds within [t, t + 90 d), the worst first.

    `found_at`: seconds, of all cases. What was never fixed is counted apart and makes no place chronic by itself.
    """
    return sorted(
        (
            ChronicPlace(int(made.root[links[0]]), tuple(links.tolist()), worst)
            for links in _by_root(made)
            if (worst := _worst(found_at[found.new[links]][~found.never_fixed[links]])) >= CHRONIC_REBOUNDS
        ),
        key=lambda place: (-place.worst, -len(place.links), place.root),
    )


def _by_root(made: Chains) -> list[NDArray[np.int64]]:
    by_root = np.argsort(made.root, kind="stable")
    return [links for links in np.split(by_root, np.flatnonzero(np.diff(made.root[by_root])) + 1) if len(links)]


def _worst(moments_s: Floats) -> int:
    """The most moments, in rising order, within any 90 days."""
    ends = np.searchsorted(moments_s, moments_s + CHRONIC_DAYS * DAY_S, side="left")
    return int((ends - np.arange(len(moments_s))).max(initial=0))
