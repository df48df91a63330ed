"""Start of the program: fast, without torch or Qt where they are not needed, with or without a display."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from genstudio.training.recipe.recipe import load_recipe
from genstudio.training.run.run import Run

SLOW = ("torch", "PySide6", "pyqtgraph", "sklearn", "matplotlib", "av", "PIL", "numpy", "rich")
ROOT = Path(__file__).parents[2]
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["train", "--help"], ["recipes"], ["runs"], ["--version"], ["trian"]]
)
def test_nothing_slow_is_imported_before_its_need(arguments):
    code = (
        "import sys, json, contextlib, io\n"
        "from genstudio.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main({arguments})\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not set(SLOW) & set(json.loads(done.stdout.splitlines()[-1]))


def test_help_lists_every_command(genstudio):
    out = genstudio("--help").out
    for command in ("train", "resume", "sample", "evaluate", "recipes", "models", "data", "runs", "demo", "window"):
        assert f"\n  {command} " in out


def test_version(genstudio):
    from genstudio import __version__

    assert f"genstudio {__version__}" in genstudio("--version").out


def test_closed_pipe_is_silent():
    command = f"{sys.executable} -m genstudio recipes | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""


@pytest.mark.parametrize(
    "start",
    ["import runpy; runpy.run_module('genstudio', run_name='__main__')", "from {module} import {name}; {name}()"],
    ids=["module", "script"],
)
def test_ctrl_c_during_start_shows_no_traceback(start: str):
    """Started by ``python -m genstudio`` or by the script that pip installs."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, name = scripts["genstudio"].split(":")
    code = "import sys\nclass Finder:\n    def find_spec(self, name, *rest):\n"
    code += "        if name == 'genstudio.cli': raise KeyboardInterrupt\n"
    code += "sys.meta_path.insert(0, Finder())\n" + start.format(module=module, name=name)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "")


def test_unwritable_report_is_reported_and_the_window_closes(tmp_path):
    """Run as the process that a benchmark starts and waits for."""
    command = [sys.executable, "-m", "genstudio", "window", "--report", str(tmp_path / "not there" / "report.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, env=os.environ | OFFSCREEN)
    assert done.returncode == 1
    assert "report.json: No such file" in done.stderr
    assert "Name a file in a folder" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def no_display(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def small_demo(recipe, monkeypatch):
    """The demo with a recipe that trains in an instant, and a short walk."""
    monkeypatch.setattr("genstudio.cli.demo.RECIPE", str(recipe))
    monkeypatch.setattr("genstudio.cli.demo.WALK", 6)


def test_without_a_display_the_demo_runs_with_a_message(genstudio, tmp_path, small_demo, no_display):
    answer = genstudio()
    assert answer.code == 0, answer.err
    assert "no display" in answer.err
    for name in ("samples.png", "manifold.png", "manifold-walk.mp4", "manifold-training.gif", "curves.png"):
        assert (tmp_path / "genstudio-demo" / name).stat().st_size > 0
        assert name in answer.out, "it says where they are"


def test_demo_takes_a_folder_and_a_number_of_steps(genstudio, tmp_path, small_demo):
    answer = genstudio("demo", "--out", tmp_path / "shown", "--steps", 3, "--seed", 4, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["step"] == 3
    assert all(path.startswith(str(tmp_path / "shown")) for path in answer.json["files"])
    assert (tmp_path / "shown" / "recipe.toml").is_file()


def test_the_window_asked_for_without_a_display_is_an_error(genstudio, no_display):
    answer = genstudio("window")
    assert answer.code == 1
    assert "display" in answer.complaint


def test_no_command_opens_the_window_and_returns_its_exit_code(genstudio, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.setattr("genstudio.cli.display.open_window", lambda: 5)
    assert genstudio().code == 5


def test_window_opens_the_named_run(genstudio, recipe, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("genstudio.cli.window.open_window", lambda **what: opened.append(what))
    Run.create(load_recipe(recipe), tmp_path / "run")
    assert genstudio("window", "run", "--report", tmp_path / "report.json").code == 0
    assert (Path(opened[0]["run"]).resolve(), opened[0]["report"]) == (tmp_path / "run", tmp_path / "report.json")
