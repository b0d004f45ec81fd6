"""After the warm-up no first request waits for a compiler."""

import importlib
import pkgutil
from datetime import UTC, datetime
from types import ModuleType

import pytest
from numba.core.dispatcher import Dispatcher

import layers
import maps
from geo_service.compiling import compile_all
from tests.conftest import run

NOT_SERVED = ("maps.frontend", "layers.formats.worker")


def modules() -> list[ModuleType]:
    found = [
        one.name
        for package in (layers, maps)
        for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    return [importlib.import_module(name) for name in found if not name.startswith(NOT_SERVED)]


def loops(module: ModuleType) -> list[Dispatcher]:
    """The compiled loops that a module defines itself."""
    named = [one for one in vars(module).values() if isinstance(one, Dispatcher)]
    return [one for one in named if one.py_func.__module__ == module.__name__]


def test_every_module_with_inner_loops_is_compiled_by_the_warm_up() -> None:
    compile_all(now=datetime.now(UTC))
    with_loops = {module.__name__: loops(module) for module in modules() if loops(module)}
    assert len(with_loops) > 5
    assert [name for name, found in with_loops.items() if not any(one.signatures for one in found)] == []


def test_the_command_does_it(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEO_SERVICE_LANGUAGE", "en")
    said = run(tmp_path, f"gpkg://{tmp_path}/never.gpkg", "warm-up")
    assert "ready" in said.stdout
    assert not (tmp_path / "never.gpkg").exists()
