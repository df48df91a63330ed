"""Pixel-by-pixel models on the command line: every method gives the same sheet, and an exact likelihood."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

RECIPE = """
title = "Squares"
help = "For tests."
[model]
name = "pixelcnn"
width = 4
blocks = 1
[data]
name = "folder"
path = "{path}"
size = 8
colour = "grey"
binarisation = "threshold"
[plan]
steps = 3
batch_size = 10
save_every = 0
sample_every = 0
evaluate_every = 2
log_every = 1
"""


@pytest.fixture
def trained(genstudio, tmp_path, pictures):
    path = tmp_path / "pixels.toml"
    path.write_text(RECIPE.format(path=pictures.as_posix()))
    answer = genstudio("train", path, "--json")
    assert answer.code == 0, answer.err
    return answer.json["run"]


def test_every_method_draws_the_same_sheet_and_reports_its_time(genstudio, trained, tmp_path):
    sheets = {}
    for method in ("naive", "cached", "jacobi", "auto"):
        answer = genstudio("sample", trained, "-n", 4, "--seed", 1, "--method", method, "--out", "a.png", "--json")
        assert answer.code == 0, answer.err
        told = answer.json
        assert (told["file"], told["n"]) == (str(tmp_path / "a.png"), 4)
        assert told["seconds"] > 0
        assert told["method"] == method or method == "auto"
        sheets[method] = np.asarray(Image.open("a.png"))
    assert all(np.array_equal(sheet, sheets["naive"]) for sheet in sheets.values())


def test_a_run_remembers_which_method_was_fastest(genstudio, trained, tmp_path):
    from pathlib import Path

    assert genstudio("sample", trained, "-n", 4, "--out", "a.png").code == 0
    path = Path(trained) / "sampling.json"
    told = json.loads(path.read_text())
    assert set(told["seconds"]["4"]) == {"cached", "jacobi"}
    told["seconds"]["4"] = {"cached": 900.0, "jacobi": 300.0}
    path.write_text(json.dumps(told))
    answer = genstudio("sample", trained, "-n", 4, "--out", "a.png", "--json")
    assert answer.json["method"] == "jacobi"
    after = json.loads(path.read_text())["seconds"]["4"]
    assert after["cached"] == 900.0, "the slower one is not tried again"
    assert after["jacobi"] < 300.0, "and how long the other took is kept"


def test_exact_likelihood_is_measured_by_default(genstudio, trained):
    told = genstudio("evaluate", trained, "--split", "test", "--json").json
    nll = told["results"]["nll"]
    assert nll["protocol"]["exact"] is True
    assert (nll["protocol"]["levels"], nll["protocol"]["binarisation"], nll["protocol"]["split"]) == (
        2,
        "threshold",
        "test",
    )
    assert told["measures"]["test/nll_bits_per_dim"] == pytest.approx(nll["value"] / (64 * np.log(2)))
    assert "elbo" not in told["results"]
    assert "validation/nll" in (answer := genstudio("runs", "--json").json["runs"][0]["measures"]), answer


def test_method_is_refused_for_other_models(genstudio, recipe):
    assert genstudio("train", recipe).code == 0
    answer = genstudio("sample", "latest", "--method", "cached", "--out", "a.png")
    assert answer.code == 2
    assert "pixel by pixel" in answer.err
