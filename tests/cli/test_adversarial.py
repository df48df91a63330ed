"""Adversarial models on the command line: default optimisers of objectives, classes, and refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.training.run.run import Run

RECIPE = """
title = "Squares from noise"
help = "For tests."
[model]
name = "{model}"
latent_dim = 3
{knobs}
[data]
name = "folder"
path = "{path}"
size = 8
colour = "grey"
[plan]
steps = 2
batch_size = 6
save_every = 0
sample_every = 2
evaluate_every = 0
log_every = 1
"""


@pytest.fixture
def write(tmp_path: Path, pictures: Path):
    """``write("dcgan", "width = 4")``: a recipe file on unlabelled squares, or on ``path``."""

    def made(model: str, knobs: str = "", path: Path = pictures) -> Path:
        recipe = tmp_path / f"{model}.toml"
        recipe.write_text(RECIPE.format(model=model, knobs=knobs, path=path.as_posix()))
        return recipe

    return made


@pytest.fixture
def of_classes(tmp_path: Path, pictures: Path) -> Path:
    """The same squares in three folders, which are their classes."""
    for i, picture in enumerate(sorted(pictures.iterdir())):
        folder = tmp_path / "classes" / ("east", "north", "west")[i % 3]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / picture.name).write_bytes(picture.read_bytes())
    return tmp_path / "classes"


def players(answer) -> dict[str, tuple[str, float]]:
    plan = Run.open(answer.json["run"]).recipe.plan
    return {name: (player.optimiser, player.lr) for name, player in plan.players.items()}


def test_recipe_without_players_takes_the_objectives_defaults(genstudio, write):
    answer = genstudio("train", write("gan", "hidden = 8"), "--json")
    assert answer.code == 0, answer.err
    assert players(answer) == {"discriminator": ("adam", 2e-4), "generator": ("adam", 2e-4)}
    assert "optimisers" not in answer.err, "nothing followed from anything"


def test_another_objective_brings_its_optimisers_with_a_message(genstudio, write):
    recipe = write("gan", "hidden = 8")
    recipe.write_text(recipe.read_text() + "[plan.players.generator]\nlr = 0.003\naverage = 0.9\n")
    answer = genstudio("train", recipe, "--set", "objective=wasserstein", "--json")
    assert answer.code == 0, answer.err
    assert players(answer) == {"discriminator": ("rmsprop", 5e-5), "generator": ("rmsprop", 5e-5)}
    assert Run.open(answer.json["run"]).recipe.plan.players["generator"].average == 0.9, (
        "what it does not speak of stays"
    )
    said = [line for line in answer.err.splitlines() if "optimisers" in line]
    assert len(said) == 1
    assert "discriminator rmsprop 5e-05, generator rmsprop 5e-05" in said[0]


def test_settings_in_the_same_command_take_precedence(genstudio, write):
    options = ("--set", "plan.players.generator.lr=0.004", "--set", "objective=hinge")
    answer = genstudio("train", write("gan", "hidden = 8"), *options, "--json")
    assert players(answer) == {"discriminator": ("adam", 4e-4), "generator": ("adam", 0.004)}


def test_another_model_drops_the_optimisers_of_the_first(genstudio, recipe):
    recipe.write_text(recipe.read_text() + "[plan.players.model]\nlr = 0.01\n")
    answer = genstudio("train", recipe, "--set", "model.name=gan", "--json")
    assert answer.code == 0, answer.err
    assert players(answer) == {"discriminator": ("adam", 2e-4), "generator": ("adam", 2e-4)}
    assert len([line for line in answer.err.splitlines() if "optimisers" in line]) == 1


def test_class_is_drawn_by_name_and_all_in_turn_without(genstudio, write, of_classes):
    answer = genstudio("train", write("conditional-gan", "width = 4", of_classes), "--json")
    assert answer.code == 0, answer.err
    run = answer.json["run"]

    def cells(*arguments: object, n: int = 6) -> np.ndarray:
        assert genstudio("sample", run, "-n", n, "--scale", 1, "--out", "a.png", *arguments).code == 0
        return np.asarray(Image.open("a.png").convert("L"))

    west, number, any_class = cells("--class", "west"), cells("--class", 2), cells()
    assert np.array_equal(west, number)
    assert not np.array_equal(west, cells("--class", "east"))
    assert any_class.shape != west.shape or not np.array_equal(any_class, west)
    wrong = genstudio("sample", run, "--class", "south", "--out", "a.png")
    assert (wrong.code, "east, north, west" in wrong.complaint) == (2, True)
    sheet = next((Path(run) / "samples").glob("*2.png"))
    side, gutter = 5 * (8 + 2), 5 * 2  # pixels of a cell, enlarged five times
    assert Image.open(sheet).size == (9 * side + gutter, 8 * side + gutter), "three columns for each class"


@pytest.mark.parametrize(
    ("model", "knobs", "options", "text"),
    [
        ("dcgan", "width = 4", ["plan.batch_size=1"], "plan.batch_size=2"),
        ("dcgan", "width = 4", ["data.size=9"], "The nearest sizes that work: 8, 10."),
        ("dcgan", "width = 4", ["augment=colour+translation+cutout"], "augment=translation+cutout"),
        ("conditional-gan", "width = 4", [], "model.name=dcgan"),
        ("dcgan", "width = 4", ["objective=wasserstein-gp", "discriminator_norm=batch"], "discriminator_norm=none"),
        ("gan", "hidden = 8", ["objective=wassersteen"], "wasserstein-gp"),
    ],
)
def test_unsuitable_settings_are_one_line_with_an_alternative(genstudio, write, home, model, knobs, options, text):
    answer = genstudio("train", write(model, knobs), *(part for one in options for part in ("--set", one)))
    assert answer.code == 2
    assert text in answer.complaint
    assert not list((home / "runs").glob("*")), "no folder was made"
