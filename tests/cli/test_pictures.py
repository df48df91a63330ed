"""``sample`` and ``evaluate``: a run as a picture and as numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image


def test_sheet_of_samples_has_provenance(genstudio, trained, tmp_path):
    from genstudio.export.provenance import read_provenance
    from genstudio.export.reproduce import reproduce
    from genstudio.training.run.run import Run

    answer = genstudio("sample", "squares-1", "-n", 9, "--seed", 3, "--out", "nine.png", "--scale", 4, "--json")
    assert answer.code == 0, answer.err
    path = tmp_path / "nine.png"
    told = answer.json
    assert told.pop("seconds") > 0
    assert told == {
        "run": str(trained), "step": 12, "out": str(path), "file": str(path), "n": 9, "seed": 3, "method": "direct",
    }  # fmt: skip
    assert Image.open(path).size == (3 * (8 * 4 + 2) + 2,) * 2
    provenance = read_provenance(path)
    assert (provenance.run, provenance.step, provenance.pane) == ("squares-1", 12, "samples")
    assert reproduce(path, run=Run.open(trained)).same


def test_samples_depend_on_seed_and_step_alone(genstudio, trained):
    def pixels(*options):
        assert genstudio("sample", trained, "-n", 4, "--out", "a.png", *options).code == 0
        return np.asarray(Image.open("a.png"))

    assert np.array_equal(pixels("--seed", 1), pixels("--seed", 1))
    assert not np.array_equal(pixels("--seed", 1), pixels("--seed", 2))
    assert not np.array_equal(pixels("--seed", 1), pixels("--seed", 1, "--step", 0))


def test_evaluate_reports_numbers_protocol_and_baselines(genstudio, trained):
    answer = genstudio("evaluate", "latest", "--measure", "nll", "--k", 3, "--split", "test", "--seed", 1, "--json")
    assert answer.code == 0, answer.err
    told = answer.json
    assert set(told["measures"]) == {"test/nll", "test/nll_bits_per_dim"}
    nll = told["results"]["nll"]
    assert (nll["protocol"]["k"], nll["protocol"]["split"], nll["protocol"]["seed"]) == (3, "test", 1)
    assert {"independent_pixels", "minus_elbo"} <= set(nll["baselines"])
    assert told["step"] == 12
    assert len(told["weights"]) == 64


def test_evaluate_without_names_runs_the_quick_ones_and_names_the_others(genstudio, trained):
    answer = genstudio("evaluate", trained, "--step", 6, "--limit", 5)
    assert answer.code == 0
    assert "validation/elbo" in answer.out
    assert "validation/active_units" in answer.out
    assert "nll" in answer.out.splitlines()[-1]
    assert "on 5 of" in answer.out
    assert "step 6" in answer.out


def test_final_evaluation_equals_evaluate_on_the_same_images(genstudio, recipe, trained):
    """active_units draws nothing, so it can't differ by seed."""
    last = json.loads((trained / "events.jsonl").read_text().splitlines()[-2])
    told = genstudio("evaluate", trained, "--json").json["measures"]
    assert told["validation/active_units"] == last["values"]["validation/active_units"]
    assert told["validation/kl"] == pytest.approx(last["values"]["validation/kl"], rel=1e-5)
