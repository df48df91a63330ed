"""Hostile names, numbers and streams: a command works, or gives the reason in one line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.training.recipe.recipe import load_recipe

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def pictures(folder: bytes | Path, n: int = 12) -> None:
    os.makedirs(folder, exist_ok=True)
    rng = np.random.default_rng(0)
    for i in range(n):
        with open(os.path.join(os.fsencode(folder), b"%d.png" % i), "wb") as file:
            Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(file, "PNG")


def show(
    path: object, *more: str, env: dict[str, str] | None = None, redirect: str = ""
) -> subprocess.CompletedProcess:
    """``data show`` of a folder in a separate process, with a shell's redirections."""
    text = [sys.executable, "-m", "genstudio", "data", "show", "folder", "--set", "size=8", *more, "--set"]
    command = b" ".join(map(os.fsencode, text)) + b" 'path=" + os.fsencode(path) + b"' " + os.fsencode(redirect)
    return subprocess.run([b"bash", b"-c", command], capture_output=True, env={**os.environ, **(env or {})})


@pytest.mark.parametrize("name", ["2024", "2024-05-01", "true", "none", "1e5", "0x10", "[1]", "a=b"])
def test_folder_name_can_look_like_a_number_date_or_word(name: str, genstudio, tmp_path: Path) -> None:
    pictures(tmp_path / name)
    assert genstudio("data", "show", "folder", "--set", f"path={name}", "--json").json["images"] == 12
    recipe = load_recipe("smiles-vae").override([f"data.path={name}", "data.size=none"])
    assert recipe.data_knobs["path"] == name
    assert recipe.data_knobs["size"] is None
    assert load_recipe("smiles-vae").override([f'data.path="{name}"']).data_knobs["path"] == name, "quotes do no harm"
    assert load_recipe("mnist-vae-2d").override([f"data.path={name}", "data.name=folder"]).data_knobs["path"] == name


def test_numbers_lists_and_truth_keep_their_types() -> None:
    made = load_recipe("mnist-vae-2d").override(
        ["plan.players.model.betas=[0.5, 0.9]", "plan.steps=10", "beta=5e-1", "data.limit=1_000", "title=2024"]
    )
    assert made.plan.players["model"].betas == (0.5, 0.9)
    assert (made.plan.steps, made.model_knobs["beta"], made.data_knobs["limit"]) == (10, 0.5, 1000)
    assert made.title == "2024"


def test_names_that_are_not_utf8_are_shown_escaped(tmp_path: Path) -> None:
    for name in (b"caf\xe9", b"caf\xe8", b"th\xe9"):
        pictures(os.fsencode(tmp_path / "in") + b"/" + name)
    for encoding in ("utf-8:strict", "ascii:strict", "latin-1"):
        done = show(tmp_path / "in", env={"PYTHONIOENCODING": encoding})
        assert done.returncode == 0, done.stderr
    done = show(tmp_path / "in", "--json", env={"PYTHONIOENCODING": "ascii:strict"})
    assert list(json.loads(done.stdout)["classes"]) == ["caf\ufffd", "caf\ufffd (2)", "th\ufffd"], "two stay two"


def test_path_that_is_not_utf8_is_read(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/dir_caf\xe9"
    pictures(path)
    assert show(os.fsdecode(path), "--json", env={"PYTHONIOENCODING": "utf-8:strict"}).returncode == 0


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    nasty = "x\n\x1b[31mred\x07\u202egnp\x9b"
    with zipfile.ZipFile(tmp_path / "n.zip", "w") as archive:
        pictures(tmp_path / "in")
        for i in range(12):
            archive.write(tmp_path / "in" / f"{i}.png", f"set/{'ab'[i % 2]}{nasty}/{i}.png")
        archive.writestr(f"set/{nasty}.png", b"no picture")
        archive.writestr("set/attributes.csv", "file,b\x1b[1m\u202e\n0.png,1\n\x1b[31mred,2\n")
    people, program = show(tmp_path / "n.zip"), show(tmp_path / "n.zip", "--json")
    for done in (people, program):
        assert done.returncode == 0, done.stderr
        for stream in (done.stdout, done.stderr):
            assert not CONTROL.search(stream.decode())
    assert "\ufffd[31mred" in people.stdout.decode()
    assert not CONTROL.search(show("\x1b[31mnowhere").stderr.decode())


@pytest.mark.parametrize("redirect", ["2>&-", "2> >(exec true)", "<&- 2>&-"])
def test_closed_stderr_does_not_affect_the_json_line(tmp_path: Path, redirect: str) -> None:
    pictures(tmp_path / "in")
    done = show(tmp_path / "in", "--json", redirect=redirect)
    assert done.returncode == 0
    assert json.loads(done.stdout)["images"] == 12


def test_closed_stdout_is_safe_and_its_descriptor_is_not_reused(tmp_path: Path) -> None:
    pictures(tmp_path / "in")
    done = show(tmp_path / "in", "--out", str(tmp_path / "t.png"), redirect=">&- 2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    Image.open(tmp_path / "t.png").load()


def test_unreadable_folder_is_named_and_skipped(genstudio, tmp_path: Path, monkeypatch) -> None:
    """A name that is too long takes the place of an unreadable folder, because root may read everything."""
    bad = tmp_path / ("x" * 300)
    monkeypatch.setenv("GENSTUDIO_DATA", str(bad))
    answer = genstudio("data", "list")
    assert answer.code == 0
    assert "mnist" in answer.out
    assert "was skipped: File name too long" in answer.out
    assert genstudio("data", "list", "--json").json["passed_over"] == [str(bad)]
    assert "(File name too long)" in genstudio("data", "show", "mnist").complaint
    assert "can't be opened" in genstudio("data", "list", "--data", bad).complaint


LONG, DEEP = "1" * 5000, "[" * 5000


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--set", f"plan.steps={LONG}"], "steps"),
        (["--set", f"plan.steps=0x{LONG}"], "steps"),
        (["--set", f"plan.steps=-{LONG}"], "steps"),
        (["--set", f"plan.players.model.lr={LONG}"], "lr"),
        (["--set", f"data.size={LONG}"], "size"),
        (["--set", f"x={DEEP}"], "'x'"),
        (["--set", f"latent_dim={DEEP}"], "latent_dim"),
        (["--set", f"{'a.' * 5000}b=1"], "is not a setting"),
        (["--set", f"plan.steps.{'a.' * 3000}b=1"], "is not a setting"),
        (["--steps", "9" * 40], "steps"),
        (["--device", "cpu:"], "no device 'cpu:'"),
        (["--device", "cuda:²"], "no device"),
        (["--device", f"cpu:{LONG}"], "no device"),
        (["--device", "\x1b[31m"], "no device '\ufffd[31m'"),
    ],
)
def test_unbounded_number_or_nesting_is_one_line(genstudio, recipe, arguments: list[str], text: str) -> None:
    answer = genstudio("train", recipe, *arguments)
    assert answer.code == 2
    assert text in answer.complaint
    assert len(answer.complaint) < 1000
    assert "unexpected" not in answer.complaint


@pytest.mark.parametrize("text", [f"x = {DEEP}", f"[plan]\nsteps = {LONG}", "[" + "a." * 5000 + "b]", "#" * 2**21])
def test_unbounded_recipe_is_named(genstudio, tmp_path: Path, text: str) -> None:
    (tmp_path / "r.toml").write_text(text)
    answer = genstudio("train", "r.toml")
    assert answer.code == 2
    assert "r.toml" in answer.complaint
    assert "unexpected" not in answer.complaint


@pytest.mark.parametrize("path", ["~nosuch/x", "nowhere", "a\0b", "x" * 5000])
def test_impossible_path_is_reported(genstudio, path: str) -> None:
    answer = genstudio("data", "show", "folder", "--set", f"path={path}")
    assert answer.code == 1
    assert answer.complaint.startswith("There is no ")


def test_names_composed_and_decomposed_are_one_class(genstudio, tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        pictures(tmp_path / "in" / unicodedata.normalize(form, "café"), 6)
    pictures(tmp_path / "in" / "tea", 6)
    assert genstudio("data", "show", "folder", "--set", "path=in", "--json").json["classes"] == {"café": 12, "tea": 6}
