"""``sample --class`` and ``--attribute``: images under a condition, or a refusal that says what works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conditional_model import PIXELS, registered, tiles_run


@pytest.fixture
def tiles(tmp_path: Path) -> Iterator[Path]:
    with registered():
        yield tiles_run(tmp_path / "tiles").path


def test_images_are_drawn_with_a_class_and_attributes(genstudio, tiles: Path) -> None:
    def drawn(*arguments: object) -> np.ndarray:
        answer = genstudio("sample", tiles, "-n", 4, "--scale", 1, "--out", "a.png", "--class", "right", *arguments)
        assert answer.code == 0, answer.err
        return np.asarray(Image.open("a.png").convert("L"))

    light = round(0.8 * 255)
    assert (drawn("--attribute", "tilt=2", "--attribute", "light=0.8") == light).sum() == 4 * 8, "the right halves"
    assert not (drawn() == light).any(), "left to the model"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("smile=1", "no attribute 'smile'. There are: light, tilt."),
        ("light", "NAME=VALUE, such as smile=0.4"),
        ("light=bright", "'bright' is not a number"),
        ("light=nan", "'nan' is not a number"),
        ("light=1e999", "is not a number"),
    ],
)
def test_an_attribute_that_does_not_fit_is_refused(genstudio, tiles: Path, given: str, text: str) -> None:
    answer = genstudio("sample", tiles, "--out", "a.png", "--attribute", given)
    assert (answer.code, text in answer.complaint) == (2, True), answer.complaint


def test_an_image_is_completed_and_scored_under_a_class_and_attributes(genstudio, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((4, 4), np.uint8)).save("black.png")
    with registered():
        run = tiles_run(tmp_path / "pixels", PIXELS).path

        def completed(*arguments: object) -> np.ndarray:
            made = ("complete", run, "--image", "black.png", "-n", 1, "--scale", 1, "--out", "a.png", "--class", "left")
            answer = genstudio(*made, *arguments)
            assert answer.code == 0, answer.err
            return np.asarray(Image.open("a.png").convert("L"))

        def nats(light: float) -> float:
            score = ("surprise", run, "--image", "black.png", "--out", "b.png", "--class", "left", "--json")
            return float(genstudio(*score, "--attribute", f"light={light}").json["nats"][0])

        assert (completed("--attribute", "light=1") == 255).sum() >= 4, "the lower left quarter is drawn bright"
        assert (completed("--attribute", "light=0") == 255).sum() == 0
        assert nats(0.0) < 16 < nats(1.0), "black is likely without light"


def test_a_model_without_attributes_refuses_them(genstudio, trained: Path) -> None:
    answer = genstudio("sample", trained, "--out", "a.png", "--attribute", "light=1")
    assert answer.code == 2
    assert "not conditioned on attributes. Leave --attribute out" in answer.complaint
    assert not Path("a.png").exists()
