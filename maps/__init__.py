"""Turns layers into pictures: interactive pages, tiles, standalone files."""
