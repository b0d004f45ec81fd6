"""Builds the front end before a wheel is made, so that the wheel needs neither npm nor a network."""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEndHook(BuildHookInterface[Any]):
    """Calls `maps.frontend.build`, which does nothing when the build is current."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the built files where pyproject.toml's `artifacts` finds them."""
        del version, build_data
        sys.path.insert(0, self.root)
        from maps.frontend.build import build

        build()
