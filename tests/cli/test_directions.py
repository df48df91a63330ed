"""The command ``directions``: finding, measuring, saving in the run, and refusals."""

from __future__ import annotations

import csv
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.latent import storage
from genstudio.training.judge import recipe
from genstudio.training.run.run import Run
from tests.cli.conftest import RECIPE
from tests.small_runs import small_run


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STEPS", "FEWEST_STEPS", "BATCH"):
        monkeypatch.setattr(recipe, name, 12)


@pytest.fixture(scope="module")
def trained_on_two_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on squares that lie low or high, in two folders, with their brightness and a number that is always 1."""
    folder, random = tmp_path_factory.mktemp("two"), np.random.default_rng(0)
    rows = [("file", "brightness", "always")]
    for number in range(200):
        image = np.zeros((8, 8), np.uint8)
        low, bright = number % 2, int(random.integers(90, 250))
        x = int(random.integers(0, 5))
        image[4 * low + 1 : 4 * low + 4, x : x + 3] = bright
        name = f"{'low' if low else 'high'}/{number:03d}.png"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / name)
        rows.append((name, str(bright / 255), "1"))
    with open(folder / "attributes.csv", "w", newline="") as file:
        csv.writer(file).writerows(rows)
    document = tomllib.loads(RECIPE.format(path=folder.as_posix()))
    model, data = document["model"] | {"latent_dim": 4}, document["data"] | {"binarisation": "none"}
    plan = document["plan"] | {"steps": 60}
    return small_run(tmp_path_factory.mktemp("runs") / "two", model, data, plan).path


@pytest.fixture
def run(home: Path, trained_on_two_folders: Path) -> Path:
    """A copy of that run."""
    return shutil.copytree(trained_on_two_folders, home / "runs" / "two-1")


def test_all_varying_attributes_are_found_measured_and_saved(genstudio, run: Path) -> None:
    answer = genstudio("directions", run, "--json")
    assert answer.code == 0, answer.err
    told = answer.json
    about = told.pop("_about")
    assert {"brightness", "low", "mirror", "random"} <= set(told)
    assert "always" not in told, "what is always the same has no direction"
    assert told["low"]["scored"] == "balanced_accuracy"
    assert told["brightness"]["scored"] == "r2"
    assert told["low"]["heldout"] > 0.9
    assert 0.5 <= told["low"]["baseline"] <= 1
    assert isinstance(told["low"]["effect"], float)
    assert set(told["low"]["side_effects"]) == {"brightness", "always"}
    here = Run.open(run)
    found = storage.load(here, about["weights"])
    assert found is not None
    assert set(told) <= set(found.names)
    assert np.linalg.norm(found["low"].vector) == pytest.approx(1)
    assert about["cosines"][0][0] == pytest.approx(1)
    assert (run / "directions" / f"{about['weights']}.json").is_file()


def test_one_attribute_by_name_with_another_held_fixed(genstudio, run: Path) -> None:
    told = genstudio("directions", run, "--attribute", "low", "--fixed", "brightness", "--json").json
    assert "brightness" not in told
    assert told["low"]["method"] == "svm"
    alone = genstudio("directions", run, "--attribute", "low").out
    assert "low" in alone
    assert "held out" in alone


@pytest.mark.parametrize(
    ("asked", "text"),
    [("always", "always: It is 1 in all"), ("smile", "There is no attribute 'smile' here. There are: ")],
)
def test_directions_that_can_not_be_found_give_a_reason(genstudio, run: Path, asked: str, text: str) -> None:
    answer = genstudio("directions", run, "--attribute", asked)
    assert answer.code == 2
    assert text in answer.err


def test_images_without_attributes_get_the_mirror_direction(genstudio, trained: Path) -> None:
    told = genstudio("directions", trained, "--json").json
    assert set(told) == {"mirror", "random", "_about"}
    assert told["mirror"]["effect"] is None
