"""A layer as arrays: world coordinates in Morton order, attributes as codes; tiles and analysis read them."""

from layers.columns.cache import ColumnCache, TooManyRows
from layers.columns.layer import LayerColumns, build
from layers.columns.parts import Points, Shapes
from layers.columns.values import Dictionary

__all__ = ["ColumnCache", "Dictionary", "LayerColumns", "Points", "Shapes", "TooManyRows", "build"]
