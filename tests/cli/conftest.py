"""Commands run in this process, on small drawn images and in temporary folders."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from genstudio.cli import main

RECIPE = """
title = "Squares"
help = "For tests."
[model]
name = "vae"
latent_dim = 2
hidden = 8
[data]
name = "folder"
path = "{path}"
size = 8
colour = "grey"
binarisation = "threshold"
[plan]
steps = 12
batch_size = 10
save_every = 6
sample_every = 0
evaluate_every = 0
log_every = 2
"""


@dataclass
class Answer:
    """Result of a command: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The object on the last line of stdout."""
        return json.loads(self.out.splitlines()[-1])

    @property
    def complaint(self) -> str:
        """Error line on stderr, without the progress of reading images."""
        lines = [line for line in self.err.splitlines() if not line.endswith("%")]
        assert len(lines) == 1, f"one line was promised: {self.err}"
        return lines[0]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary home, cache and data folders."""
    monkeypatch.setenv("GENSTUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GENSTUDIO_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def genstudio(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run a command as the shell would, without starting another Python."""

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(one) for one in arguments])
        captured = capsys.readouterr()
        return Answer(int(left.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """150 PNG files of 8×8 grey squares."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for number in range(150):
        image = random.integers(0, 60, (8, 8), dtype=np.uint8)
        y, x = random.integers(0, 5, 2)
        image[y : y + 3, x : x + 3] += 180
        Image.fromarray(image).save(folder / f"{number:03d}.png")
    return folder


@pytest.fixture
def recipe(tmp_path: Path, pictures: Path) -> Path:
    """A recipe that trains in an instant."""
    path = tmp_path / "squares.toml"
    path.write_text(RECIPE.format(path=pictures.as_posix()))
    return path


@pytest.fixture
def trained(genstudio: Callable[..., Answer], recipe: Path) -> Path:
    """A run of that recipe, twelve steps long, named squares-1."""
    answer = genstudio("train", recipe, "--json")
    assert answer.code == 0, answer.err
    return Path(answer.json["run"])
