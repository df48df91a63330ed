from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from genstudio.core import paths


def test_shipped_files_exist() -> None:
    assert (paths.resources() / "recipes" / "mnist-vae-2d.toml").is_file()
    assert paths.checkpoints().is_dir()


def test_wheel_contains_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_shipped").mkdir()
    monkeypatch.setattr(paths, "PACKAGE", tmp_path)
    paths._shipped.cache_clear()
    try:
        assert paths.resources() == tmp_path / "_shipped" / "resources"
    finally:
        paths._shipped.cache_clear()


def test_environment_variables_set_the_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_HOME", str(tmp_path / "h"))
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "c"))
    monkeypatch.setenv("GENSTUDIO_DATA", os.pathsep.join(["a", "", "b"]))
    assert paths.runs_dir() == tmp_path / "h" / "runs"
    assert paths.data_dirs("given") == [Path("given"), Path("a"), Path("b"), tmp_path / "c" / "data"]
    assert not list(tmp_path.iterdir())  # asking makes no folder


def test_core_imports_nothing_slow() -> None:
    """The window must be on screen before torch is: core is imported first of all."""
    code = (
        "import sys, pkgutil, importlib, genstudio.core as core\n"
        "for m in pkgutil.iter_modules(core.__path__): importlib.import_module('genstudio.core.' + m.name)\n"
        "slow = {'torch', 'numpy', 'PIL', 'PySide6', 'matplotlib', 'sklearn', 'av', 'pyqtgraph'} & set(sys.modules)\n"
        "assert not slow, slow\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
