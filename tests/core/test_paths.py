from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from genstudio.core import paths


def test_what_ships_is_there() -> None:
    assert (paths.resources() / "recipes" / "mnist-vae-2d.toml").is_file()
    assert paths.checkpoints().is_dir()


def test_a_wheel_carries_it_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_shipped").mkdir()
    monkeypatch.setattr(paths, "PACKAGE", tmp_path)
    paths._shipped.cache_clear()
    try:
        assert paths.resources() == tmp_path / "_shipped" / "resources"
    finally:
        paths._shipped.cache_clear()


def test_the_person_says_where_things_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_HOME", str(tmp_path / "h"))
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "c"))
    monkeypatch.setenv("GENSTUDIO_DATA", os.pathsep.join(["a", "", "b"]))
    assert paths.runs_dir() == tmp_path / "h" / "runs"
    assert paths.data_dirs("given") == [Path("given"), Path("a"), Path("b"), tmp_path / "c" / "data"]
    assert not list(tmp_path.iterdir())  # asking makes no folder


def test_the_ground_floor_imports_nothing_slow() -> None:
    """The window must be on screen before torch is: core is imported first of all."""
    code = (
        "import sys, pkgutil, importlib, genstudio.core as core\n"
        "for m in pkgutil.iter_modules(core.__path__): importlib.import_module('genstudio.core.' + m.name)\n"
        "slow = {'torch', 'numpy', 'PIL', 'PySide6', 'matplotlib', 'sklearn', 'av', 'pyqtgraph'} & set(sys.modules)\n"
        "assert not slow, slow\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
