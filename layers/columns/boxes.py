"""A packed index over boxes: each node covers sixteen boxes or nodes that follow each other.

It serves best when neighbours in the array are neighbours on the ground (Morton
order). Boxes are west, north, east, south in world units, all inclusive.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.columns.compiled import Ints, frozen, kernel

FAN = 16
Boxes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class BoxIndex:
    """`nodes` (m, 4): the boxes themselves, then level upon level of nodes; `levels`: where each level begins."""

    nodes: Boxes
    levels: Ints

    def search(self, box: tuple[int, int, int, int]) -> Ints:
        """The numbers, ascending, of the boxes that meet west ≤ x < east, north ≤ y < south."""
        found: Ints = search(self.nodes, self.levels, box)
        return found


def pack(boxes: Boxes) -> BoxIndex:
    """The index over boxes (n, 4)."""
    nodes, levels = [boxes], [0, len(boxes)]
    while len(nodes[-1]) > 1:
        firsts = np.arange(0, len(nodes[-1]), FAN)
        least = np.minimum.reduceat(nodes[-1][:, :2], firsts, axis=0)
        greatest = np.maximum.reduceat(nodes[-1][:, 2:], firsts, axis=0)
        nodes.append(np.hstack([least, greatest]))
        levels.append(levels[-1] + len(firsts))
    return BoxIndex(frozen(np.concatenate(nodes)), frozen(np.array(levels, np.int64)))


@kernel
def search(nodes: Boxes, levels: Ints, box: tuple[int, int, int, int]) -> Ints:
    """See BoxIndex.search: from the top level down, keep the nodes that meet the box."""
    west, north, east, south = box
    top = len(levels) - 2
    found = np.arange(levels[top + 1] - levels[top])
    for level in range(top, -1, -1):
        size = levels[level + 1] - levels[level]
        below = levels[level] - levels[level - 1] if level else size
        fan = FAN if level else 1
        children = np.empty(len(found) * fan, np.int64)
        used = 0
        for number in found:
            node = nodes[levels[level] + number]
            if node[0] >= east or node[2] < west or node[1] >= south or node[3] < north:
                continue
            for child in range(number * fan, min((number + 1) * fan, below)):
                children[used] = child
                used += 1
        found = children[:used]
    return found
