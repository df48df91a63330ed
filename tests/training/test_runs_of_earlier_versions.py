"""Runs that an earlier version wrote: they open, resume and reproduce under today's names.

``runs_of_earlier_versions.zip`` was written by the version before the first renaming of settings, terms and tensors. Each
run has six steps; ``NAME-resumed.json`` holds the mean and the mean magnitude of every tensor two steps later, as that
version computed them.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from genstudio.core import aliases
from genstudio.core.knobs import parse_knobs
from genstudio.export.provenance import read_provenance
from genstudio.export.reproduce import reproduce
from genstudio.models.base import models
from genstudio.training.curve_annotations import annotations_of, owners_of
from genstudio.training.job import resume_job
from genstudio.training.run.run import Run
from genstudio.viewing.pane import panes

RUNS = ("attribute-gan", "attribute-vae", "pixelcnn")
PICTURES = ("attribute-gan-samples", "attribute-vae-samples", "pixelcnn-samples", "pixelcnn-drawing")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with zipfile.ZipFile(Path(__file__).with_name("runs_of_earlier_versions.zip")) as packed:
        packed.extractall(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", RUNS)
def test_it_resumes_to_the_weights_of_the_version_that_wrote_it(folder: Path, name: str) -> None:
    expected: dict[str, Any] = json.loads((folder / f"{name}-resumed.json").read_text())
    for _event in resume_job(folder / name, steps=expected["step"]).events():
        pass
    snapshot = Run.open(folder / name).snapshot()
    assert snapshot is not None
    assert snapshot.step == expected["step"]
    weights = aliases.current("weights", expected["weights"])
    assert snapshot.weights.keys() == weights.keys()
    for tensor, (mean, magnitude) in weights.items():
        made = snapshot.weights[tensor].double()
        assert [float(made.mean()), float(made.abs().mean())] == pytest.approx([mean, magnitude], rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("name", PICTURES)
def test_its_pictures_are_made_again(folder: Path, name: str) -> None:
    made = reproduce(folder / f"{name}.png", run=Run.open(folder / name.rpartition("-")[0]))
    assert made.differing == 0 or made.largest <= 1, "another processor may round a grey level differently"


def test_its_curves_and_changes_have_todays_names(folder: Path) -> None:
    run = Run.open(folder / "attribute-gan")
    rows, _offset = run.metrics_since()
    assert "train/linearity" in rows[-1].values
    assert "train/straightness" not in rows[-1].values
    events = run.run_events()
    assert owners_of(events)["linearity"] == "generator"
    assert [str(mark.message) for mark in annotations_of(events)] == ["attribute weight 7.5 → 10"]


def test_its_recipe_and_pane_states_have_todays_names(folder: Path) -> None:
    recipe = Run.open(folder / "attribute-gan").recipe
    knobs = parse_knobs(models[recipe.model].Knobs, {**recipe.model_knobs})
    assert knobs.attribute_weight == 7.5
    changed = recipe.override(["model.attribute_weight=3"])
    assert parse_knobs(models[recipe.model].Knobs, changed.model_knobs).attribute_weight == 3
    state: Any = panes["pixels"].state.from_json(read_provenance(folder / "pixelcnn-drawing.png").state)
    assert state.temperature_schedule == ((100, 0.5),)
    searching: Any = panes["directions"].state.from_json({"looking": False})
    assert not searching.search
    filtered: Any = panes["arithmetic"].state.from_json({"wanted": [["glasses", "high"]]})
    assert filtered.attribute_filter == (("glasses", "high"),)


def test_todays_name_wins_where_a_table_holds_both() -> None:
    assert aliases.current("State", {"way_back": 1, "rollback": 2, "step": 3}) == {"rollback": 2, "step": 3}
