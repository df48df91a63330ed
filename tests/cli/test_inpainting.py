"""Completion, surprise, classes and temperature on the command line, with refusals."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

RECIPE = """
title = "Squares"
help = "For tests."
[model]
name = "gated-pixelcnn"
width = 4
layers = 2
conditional = {conditional}
[data]
name = "folder"
path = "{path}"
size = 8
colour = "grey"
levels = 4
[plan]
steps = 2
batch_size = 10
save_every = 0
sample_every = 0
evaluate_every = 0
log_every = 1
[plan.players.model]
lr = 0.05
"""


def train(genstudio, tmp_path: Path, pictures: Path, conditional: bool = False) -> Path:
    recipe = tmp_path / "pixels.toml"
    recipe.write_text(RECIPE.format(path=pictures.as_posix(), conditional=str(conditional).lower()))
    answer = genstudio("train", recipe, "--json")
    assert answer.code == 0, answer.err
    return Path(answer.json["run"])


@pytest.fixture
def trained(genstudio, tmp_path, pictures):
    return train(genstudio, tmp_path, pictures)


@pytest.fixture
def of_classes(genstudio, tmp_path, pictures):
    """A run of a model that is conditioned on two classes, dark and light."""
    folder = tmp_path / "classes"
    for number, path in enumerate(sorted(pictures.iterdir())):
        place = folder / ("dark", "light")[number % 2] / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    return train(genstudio, tmp_path, folder, conditional=True)


def cells(path: Path | str, n: int, columns: int) -> np.ndarray:
    """The cells of an 8×8 sheet at scale 1, uint8 n×8×8×3."""
    pixels = np.asarray(Image.open(path))
    assert pixels.shape[1] == columns * 10 + 2
    return np.stack(
        [pixels[(y := 10 * (k // columns) + 2) : y + 8, (x := 10 * (k % columns) + 2) : x + 8] for k in range(n)]
    )


def test_test_image_is_completed_in_several_ways_reproducibly(genstudio, trained, tmp_path):
    from genstudio.data.dataset import open_data
    from genstudio.export.reproduce import reproduce
    from genstudio.training.run.run import Run

    answer = genstudio(
        "complete", trained, "--index", 3, "-n", 4, "--seed", 2, "--out", "a.png", "--scale", 1, "--json"
    )
    assert answer.code == 0, answer.err
    told = answer.json
    assert told.pop("seconds") > 0
    assert told == {"run": str(trained), "step": 2, "file": str(tmp_path / "a.png"), "n": 4, "seed": 2}
    four = cells("a.png", 4, 2)
    assert (four[:, :4] == four[0, :4]).all(), "the upper half is given"
    assert len(np.unique(four.reshape(4, -1), axis=0)) > 1
    run = Run.open(trained)
    data = open_data(run.recipe.data, run.recipe.data_knobs)
    assert reproduce("a.png", run=run, data=data).same


@pytest.mark.parametrize("half", ["top", "bottom", "left", "right"])
def test_the_half_that_is_kept_stays(genstudio, trained, tmp_path, half):
    grey = np.full((16, 16), 200, np.uint8)
    Image.fromarray(grey).save("own.png")
    answer = genstudio(
        "complete", trained, "--image", "own.png", "--keep", half, "-n", 1, "--out", "a.png", "--scale", 1
    )
    assert answer.code == 0, answer.err
    assert "1 completion of your image" in answer.out
    (cell,) = cells("a.png", 1, 1)
    kept = {"top": cell[:4], "bottom": cell[4:], "left": cell[:, :4], "right": cell[:, 4:]}[half]
    assert (kept == 255).all(), "200 of 256 is the highest of four levels"
    assert not (cell == 255).all()


def test_a_mask_keeps_what_is_light_in_it(genstudio, trained):
    Image.fromarray(np.full((8, 8), 200, np.uint8)).save("own.png")
    mask = np.zeros((8, 8), np.uint8)
    mask[2:5, 3:6] = 255
    Image.fromarray(mask).save("mask.png")
    answer = genstudio(
        "complete", trained, "--image", "own.png", "--mask", "mask.png", "-n", 1, "-o", "a.png", "--scale", 1
    )
    assert answer.code == 0, answer.err
    (cell,) = cells("a.png", 1, 1)
    assert (cell[2:5, 3:6] == 255).all()
    assert not (cell == 255).all()


def test_surprise_reports_the_nats_of_each_image(genstudio, trained, tmp_path):
    answer = genstudio("surprise", trained, "--index", 2, "-n", 3, "--out", "a.png", "--json")
    assert answer.code == 0, answer.err
    told = answer.json
    assert (len(told["nats"]), told["file"]) == (3, str(tmp_path / "a.png"))
    assert told["bits_per_dim"] == pytest.approx([nats / (64 * math.log(2)) for nats in told["nats"]])
    Image.fromarray(np.full((8, 8), 200, np.uint8)).save("own.png")
    own = genstudio("surprise", trained, "--image", "own.png", "--out", "b.png", "--json").json
    assert len(own["nats"]) == 1
    text = genstudio("surprise", trained, "--out", "c.png").out
    assert "bits/dim" in text
    assert "nats per pixel" in text


def test_the_nats_of_the_test_split_are_those_of_evaluate(genstudio, trained):
    measured = genstudio("evaluate", trained, "--measure", "nll", "--split", "test", "--json").json
    count = measured["results"]["nll"]["protocol"]["n"]
    told = genstudio("surprise", trained, "-n", count, "--out", "a.png", "--json").json
    assert np.mean(told["nats"]) == pytest.approx(measured["measures"]["test/nll"], rel=1e-5)


def test_classes_by_name_or_number_and_temperature(genstudio, of_classes):
    def pixels(*options):
        answer = genstudio("sample", of_classes, "-n", 9, "--out", "a.png", *options)
        assert answer.code == 0, answer.err
        return np.asarray(Image.open("a.png"))

    light = pixels("--class", "light")
    assert np.array_equal(light, pixels("--class", "LIGHT"))
    assert np.array_equal(light, pixels("--class", 1))
    assert not np.array_equal(light, pixels("--class", "dark"))
    assert not np.array_equal(light, pixels("--class", 1, "--temperature", 0.3))
    assert genstudio("complete", of_classes, "--index", 0, "--class", "dark", "-o", "a.png").code == 0
    assert genstudio("surprise", of_classes, "--index", 0, "-o", "a.png").code == 0


def test_impossible_requests_are_one_line_with_a_remedy(genstudio, trained, recipe):
    Image.fromarray(np.full((8, 8), 255, np.uint8)).save("white.png")
    Path("none.png").write_text("no picture")
    for arguments, text in (
        (("complete", trained), "Give --image FILE (your own) or --index I"),
        (("complete", trained, "--index", 1, "--image", "white.png"), "Give one of the two."),
        (("complete", trained, "--index", 1, "--mask", "white.png", "--keep", "top"), "Give one of the two."),
        (("complete", trained, "--index", 1, "--mask", "white.png"), "nothing to draw"),
        (("complete", trained, "--image", "none.png"), "none.png can't be read"),
        (("complete", trained, "--image", "nowhere.png"), "nowhere.png can't be read"),
        (("complete", trained, "--index", 1, "--class", "light"), "without classes"),
        (("sample", trained, "--class", 3), "without classes"),
        (("surprise", trained, "--image", "none.png"), "none.png can't be read"),
    ):
        answer = genstudio(*arguments, "--out", "a.png")
        assert answer.code == 2, answer.err
        assert text in answer.complaint
    assert not Path("a.png").exists()
    assert genstudio("train", recipe).code == 0
    for command in (("complete", "latest", "--index", 1), ("surprise", "latest")):
        answer = genstudio(*command, "--out", "a.png")
        assert answer.code == 2
        assert "needs a model that draws images pixel by pixel" in answer.complaint
        assert "Gated PixelCNN" in answer.complaint


def test_unknown_class_lists_the_known_ones(genstudio, of_classes):
    for asked in ("blue", "7"):
        answer = genstudio("sample", of_classes, "--class", asked, "--out", "a.png")
        assert answer.code == 2
        assert "dark, light" in answer.complaint
