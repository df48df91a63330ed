"""``pip install .``: the wheel has everything that the program needs, and works where pip installs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the wheel that hatchling built."""
    made, target = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("target")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(made)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = made.glob("genstudio-*.whl")
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(target), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    return target


def run_there(target: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=target,
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.parametrize("folder", ["resources", "checkpoints"])
def test_wheel_contains_resources_and_checkpoints(target: Path, folder: str) -> None:
    there = Path(
        run_there(target, "-c", f"from genstudio.core.paths import {folder}; print({folder}())").stdout.strip()
    )
    assert there.is_relative_to(target), "not those of the checkout"
    tracked = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True)
    names = {Path(line).relative_to(folder) for line in tracked.stdout.splitlines() if not line.endswith(".gitkeep")}
    assert names
    lacking = {str(name) for name in names if not (there / name).is_file()}
    assert not lacking


def test_the_command_line_works_from_the_wheel(target: Path) -> None:
    assert "mnist-vae-2d" in run_there(target, "-m", "genstudio", "recipes").stdout
    assert (target / "bin" / "genstudio").exists() or (target / "Scripts" / "genstudio.exe").exists()


def test_wheel_contains_no_tests_or_tools(target: Path) -> None:
    assert {place.name for place in target.iterdir()} - {"bin", "Scripts"} == {
        "genstudio",
        "genstudio-0.1.0.dist-info",
    }
