"""Commands run in this process, on small drawn images and in temporary folders."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pytest
from PIL import Image

from genstudio.__main__ import main as start_program
from genstudio.cli import main
from tests.small_runs import small_run

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


@dataclass
class Child:
    """A command that runs in a process of its own."""

    process: ForkProcess
    out: TextIO
    err: TextIO

    def send(self, number: signal.Signals) -> None:
        """Send it a real signal."""
        assert self.process.pid
        os.kill(self.process.pid, number)

    def wait(self) -> int | None:
        """Its exit code, when it has ended."""
        self.process.join()
        return self.process.exitcode


@pytest.fixture
def child() -> Iterator[Callable[..., Child]]:
    """Start a command in a process of its own, with pipes. It is forked: to import torch takes longer than such tests."""
    children: list[Child] = []

    def start(*arguments: object) -> Child:
        pipes = [os.pipe(), os.pipe()]

        def command() -> None:
            for target, (read, write) in zip((1, 2), pipes, strict=True):
                os.close(read)
                os.dup2(write, target)
            sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1) for number in (1, 2))
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may run under nohup
            sys.argv = ["genstudio", *map(str, arguments)]
            start_program()

        process = get_context("fork").Process(target=command)
        process.start()
        for _, write in pipes:
            os.close(write)
        children.append(Child(process, *(os.fdopen(read) for read, _ in pipes)))
        return children[-1]

    yield start
    for one in children:
        one.out.close()
        one.err.close()
        one.process.kill()
        one.process.join()


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


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Path:
    """A run of that recipe, twelve steps long; not to be changed."""
    document = tomllib.loads(RECIPE.format(path=pictures.as_posix()))
    run = small_run(tmp_path_factory.mktemp("runs") / "squares", document["model"], document["data"], document["plan"])
    return run.path


@pytest.fixture
def trained(home: Path, trained_once: Path) -> Path:
    """A copy of that run, named squares-1."""
    return shutil.copytree(trained_once, home / "runs" / "squares-1")
