"""The README's commands, examples, pictures and links work as written."""

from __future__ import annotations

import itertools
import re
import shlex
import struct
from pathlib import Path

import numpy as np
import pytest
import typer.main

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def commands_in_blocks() -> list[list[str]]:
    """The arguments of every ``python3 main.py`` line in a code block, without comments and settings before it."""
    blocks = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert all("python3 main.py" in line for line in lines)
    return [shlex.split(line.partition("python3 main.py")[2], comments=True) for line in lines]


COMMANDS = commands_in_blocks()
IN_TABLE = [shlex.split(text) for text in re.findall(r"^\| `genstudio(.*?)` \|", TEXT, re.MULTILINE)]
ON_GENSTUDIO = [arguments for arguments in COMMANDS if arguments[:1] != ["test"]]


def test_unknown_command_would_be_detected() -> None:
    for wrong in (["tarin", "x"], ["train", "x", "--stepz", "2"], ["data", "lost"]):
        with pytest.raises(Exception, match=r"(?i)no such"):
            parse(wrong)


@pytest.mark.parametrize("arguments", [*ON_GENSTUDIO, *IN_TABLE], ids=" ".join)
def test_every_command_is_valid(arguments: list[str]) -> None:
    parse(arguments)


def test_the_table_names_every_command() -> None:
    from genstudio.cli.app import app

    group = typer.main.get_command(app)
    found = set()
    for name, command in group.commands.items():
        if not command.hidden:
            found |= {(name, below) for below in getattr(command, "commands", {})} or {(name,)}
    told = {tuple(itertools.takewhile(str.islower, arguments)) for arguments in IN_TABLE}
    # The window is what genstudio opens without a command: the table's first line.
    assert found - {("window",)} | {()} == told


def parse(arguments: list[str]) -> None:
    """Parse as the command line does, without running anything. Raises for an unknown word."""
    from genstudio.cli.app import app

    command, name, context = typer.main.get_command(app), "genstudio", None
    while True:
        context = command.make_context(name, list(arguments), parent=context)
        rest = [*context._protected_args, *context.args]
        if not hasattr(command, "commands") or not rest:
            return
        name, command, arguments = command.resolve_command(context, rest)


# -- the first hour, on small images and for a few steps -------------------------------------------------------------------


@pytest.fixture
def few_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with 300 random images in MNIST's format."""
    raw, rng = tmp_path / "data" / "MNIST" / "raw", np.random.default_rng(0)
    raw.mkdir(parents=True)
    for stem, count in (("train", 240), ("t10k", 60)):
        images = (rng.random((count, 28, 28)) * 256).astype(np.uint8)
        header = struct.pack(">4B3I", 0, 0, 8, 3, count, 28, 28)
        (raw / f"{stem}-images-idx3-ubyte").write_bytes(header + images.tobytes())
        labels = (np.arange(count) % 10).astype(np.uint8)
        (raw / f"{stem}-labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, count) + labels.tobytes())
    monkeypatch.setenv("GENSTUDIO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GENSTUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_hour(few_digits: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from genstudio.cli import main

    start = COMMANDS.index(["recipes"])
    hour = COMMANDS[start : COMMANDS.index(["runs"]) + 1]
    assert len(hour) == 8
    for arguments in hour:
        if arguments[:2] == ["data", "download"]:
            continue  # the one line of it that needs a network
        if arguments[0] in ("train", "resume"):
            arguments = [*arguments, "--steps", "2" if arguments[0] == "train" else "4"]
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capfd.readouterr()
        assert ended.value.code == 0, f"{arguments}: {said.err}"
    assert (few_digits / "samples.png").read_bytes().startswith(b"\x89PNG")


# -- the rest of the page --------------------------------------------------------------------------------------------------


def test_the_data_set_example_is_complete(few_digits: Path) -> None:
    from genstudio.data.base import data_sets
    from genstudio.data.dataset import open_data

    with data_sets.restored():
        exec(EXAMPLES[0], {"__name__": "dots"})
        dots = open_data("dots", {})
        assert (len(dots), dots.spec.channels, dots.spec.height) == (64, 1, 8)


def test_the_measure_example_is_complete(few_digits: Path) -> None:
    from genstudio.data.dataset import open_data
    from genstudio.evaluate.base import evaluate, measures
    from genstudio.models.base import build

    with measures.restored():
        exec(EXAMPLES[1], {"__name__": "brightness"})
        data = open_data("mnist", {})
        results = evaluate(build("vae", data.spec, {}), data, split="test", names=["brightness"])
        assert 0 < results["brightness"].value < 1
        assert results["brightness"].baselines["images"] == pytest.approx(0.5, abs=0.05)


def test_pictures_and_links_exist() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(targets) > 4
    assert not [target for target in targets if not (ROOT / target).exists()]


def test_readme_and_ci_run_the_tests_in_the_same_way() -> None:
    assert ["test"] in COMMANDS
    assert "python3 main.py test" in (ROOT / ".ci" / "run").read_text()
