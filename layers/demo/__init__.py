"""A town to look at: `build(as_of)` gives its layers, people, problems and patrols as plain values.

The streets are real streets of Shenzhen's Futian District (OpenStreetMap); everything else is invented.
"""

from layers.demo.histories import DemoHistory, Move
from layers.demo.town import DEFAULT_SEED, DemoTown, build

__all__ = ["DEFAULT_SEED", "DemoHistory", "DemoTown", "Move", "build"]
