"""A package that is not genstudio's brings a model of a new family, an objective, a measure, a data set, and a pane in a
new group with a Qt view and an export of its own; all of them are used by command line and in the window."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(900)  # programs of their own, which import all of torch on a machine under load
ROOT = Path(__file__).resolve().parents[2]
SOURCES = Path(__file__).parent / "another_package"
RECIPE = """
[model]
name = "{model}"
{knobs}
[data]
name = "bars"
[plan]
steps = 6
batch_size = 16
save_every = 0
sample_every = 0
evaluate_every = 3
log_every = 1
"""
COMMANDS = """
import contextlib, io, json, sys
from genstudio.cli import main
answers = []
for arguments in json.loads(sys.argv[1]):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        try:
            main(arguments)
        except SystemExit as end:
            assert not end.code, (arguments, end.code)
    answers.append(text.getvalue())
print(json.dumps(answers))
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a program that finds the package installed, as pip would leave it."""
    site = tmp_path / "site"
    shutil.copytree(SOURCES, site / "festoon", ignore=shutil.ignore_patterns("__pycache__"))
    (site / "festoon" / "__init__.py").touch()
    about = site / "festoon-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: festoon\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[genstudio.plugins]\nthings = festoon.things\n[genstudio.studio]\nviews = festoon.views\n"
    )
    paths = os.pathsep.join([str(ROOT), str(site)])
    return os.environ | {"PYTHONPATH": paths, "GENSTUDIO_HOME": str(tmp_path / "home")}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_all_of_it_is_used_by_command_line(environment: dict[str, str], tmp_path: Path) -> None:
    def recipe(model: str, knobs: str = "") -> str:
        path = tmp_path / f"{model}.toml"
        path.write_text(RECIPE.format(model=model, knobs=knobs), encoding="utf-8")
        return str(path)

    gan = recipe("renamed-gan", 'objective = "soft"\nhidden = 8\nlatent_dim = 2')
    commands = {
        "train": ["train", recipe("logits"), "--out", str(tmp_path / "run"), "--json"],
        "play": ["train", gan, "--out", str(tmp_path / "game"), "--json"],
        "sample": ["sample", str(tmp_path / "run"), "--out", str(tmp_path / "s.png")],
        "evaluate": ["evaluate", str(tmp_path / "run"), "--measure", "brightness", "--json"],
        "export": ["export", str(tmp_path / "run"), "wall", "--as", "line", "--set", "seed=3", "--out",
                   str(tmp_path / "line.txt")],
        "models": ["models", "--json"],
        "panes": ["panes", "--json"],
        "data": ["data", "list", "--json"],
    }  # fmt: skip
    done = run(environment, "-c", COMMANDS, json.dumps(list(commands.values())))
    said: dict[str, str] = dict(zip(commands, json.loads(done.stdout), strict=True))

    def answer(command: str) -> dict[str, Any]:
        return json.loads(said[command].splitlines()[-1])

    measured = answer("evaluate")
    assert "lux" in json.dumps(measured) or "brightness" in json.dumps(measured)
    assert [alarm["message"] for alarm in answer("train")["alarms"]] == ["The bananas are uneven."]
    rows = [json.loads(line) for line in (tmp_path / "game" / "metrics.jsonl").read_text().splitlines()]
    assert {"train/doubt", "train/effort"} <= {key for row in rows for key in row["values"]}
    assert (tmp_path / "s.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "line.txt").read_text() == "four samples of seed 3, step 6\nThat is all.\n"
    assert {one["name"]: one["family"] for one in answer("models")["models"]}["logits"] == "factorised"
    listed = {one["name"]: one for one in answer("panes")["panes"]}
    assert (listed["wall"]["group"], listed["wall"]["exports"]) == (
        "festive",
        ["picture", "training", "line", "numbers"],
    )
    assert "bars" in {one["name"] for one in answer("data")["data"]}


def test_all_of_it_is_used_in_the_window(environment: dict[str, str]) -> None:
    run(environment, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/studio/window_with_another_package.py")
