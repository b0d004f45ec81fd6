"""The streets of the demo town: real, named streets, from OpenStreetMap (see data/README.md)."""

import re
from ast import literal_eval
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO

import pyarrow.parquet as parquet
import shapely
from shapely.geometry import LineString

from layers.demo.centrelines import centrelines, reach_ends, without_doubles
from layers.demo.ground import metres

STREET_NAME = re.compile(r"(路|街|巷|道|坊)$")
NOT_A_STREET = re.compile(r"立交|通道|栈道|步道|支路")
DRIVEN = {
    "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "pedestrian",
    "service",
}  # fmt: skip
APART_M = {"trunk": 75.0, "primary": 75.0, "secondary": 60.0}  # carriageways of one street lie this near
APART_ELSEWHERE_M = 40.0
RANK = ("trunk", "primary", "secondary", "tertiary", "unclassified", "residential")


@dataclass(frozen=True)
class Edges:
    """The road network as it was mapped: one name, one kind and one line (metres) per edge."""

    names: Sequence[str]
    kinds: Sequence[str]
    lines: Sequence[LineString]


@dataclass(frozen=True)
class Street:
    """One street: its name, its kind (OpenStreetMap `highway`) and its centreline in metres."""

    name: str
    kind: str
    line: LineString

    @property
    def rank(self) -> int:
        """0 for an expressway, rising to the lane."""
        return RANK.index(self.kind) if self.kind in RANK else len(RANK)


def read_edges() -> Edges:
    """The packaged edges in metres; a name or kind that lists several is read as its first."""
    data = files("layers.demo").joinpath("data/futian_roads.parquet").read_bytes()
    table = parquet.read_table(BytesIO(data))
    lines = [metres(line) for line in shapely.from_wkb(table["wkb"].to_pylist())]
    names = [first_of(name or "") for name in table["name"].to_pylist()]
    return Edges(names, [first_of(kind) for kind in table["highway"].to_pylist()], lines)


def first_of(text: str) -> str:
    """The first of a list that was written as text.

    >>> first_of("['红荔西路', '竹子林一路']"), first_of("白石路")
    ('红荔西路', '白石路')
    """
    return str(literal_eval(text)[0]) if text.startswith("[") else text


def street_name(name: str) -> str:
    """The street to which an edge belongs: a side lane (辅路) is part of its main road; "" for none.

    >>> street_name("深南大道辅路"), street_name("车公庙立交"), street_name("折板桥")
    ('深南大道', '', '')
    """
    name = name.removesuffix("辅路")
    return name if STREET_NAME.search(name) and not NOT_A_STREET.search(name) else ""


def streets(edges: Edges) -> list[Street]:
    """The streets, most important and longest first."""
    found = [street for name, parts in _by_name(edges).items() for street in _street(name, parts)]
    found.sort(key=lambda street: (street.rank, -street.line.length, street.name))
    lines = reach_ends(without_doubles([street.line for street in found]))
    return [
        Street(street.name, street.kind, shapely.set_precision(line, 0.001))
        for street, line in zip(found, lines, strict=True)
    ]


def _by_name(edges: Edges) -> dict[str, list[tuple[str, LineString]]]:
    parts: dict[str, list[tuple[str, LineString]]] = defaultdict(list)
    for name, kind, line in zip(edges.names, edges.kinds, edges.lines, strict=True):
        if kind in DRIVEN and street_name(name):
            parts[street_name(name)].append((kind, line))
    return parts


def _street(name: str, parts: Sequence[tuple[str, LineString]]) -> list[Street]:
    length = Counter[str]()
    for kind, line in parts:
        length[kind] += line.length
    kind = "trunk" if length["trunk"] else length.most_common(1)[0][0]
    lines = centrelines([line for _, line in parts], apart_m=APART_M.get(kind, APART_ELSEWHERE_M))
    return [Street(name, kind, line) for line in lines]
