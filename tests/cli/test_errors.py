"""An error is one line with a remedy and an exit code: 2 for usage, 1 for the rest."""

from __future__ import annotations

import pytest

from genstudio.core.errors import GenstudioError


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["train", "mnist-vae2d"], 2, "Did you mean 'mnist-vae-2d'?"),
        (["train", "nowhere.toml"], 2, "nowhere.toml"),
        (["train", "RECIPE", "--set", "latent_dmi=3"], 2, "latent_dmi"),
        (["train", "RECIPE", "--set", "latent_dim=0"], 2, "at least 1"),
        (["train", "RECIPE", "--set", "latent_dim=two"], 2, "whole number"),
        (["train", "RECIPE", "--set", "plan.save_every=-1"], 2, "save_every"),
        (["train", "RECIPE", "--set", "data.size=2"], 2, "size"),
        (["train", "RECIPE", "--set", "latent_dim"], 2, "NAME=VALUE"),
        (["train", "RECIPE", "--set", "model.name=vea"], 2, "Did you mean 'vae'?"),
        (["train", "RECIPE", "--set", "data.binarisation=none", "--set", "likelihood=bernoulli"], 2, "binarisation"),
        (["train", "RECIPE", "--device", "tpu"], 2, "'tpu'"),
        (["train", "RECIPE", "--data", "nowhere"], 2, "nowhere"),
        (["train", "RECIPE", "--set", "data.path=nowhere.zip"], 1, "--data"),
        (["train", "mnist-vae-2d", "--device", "cpu"], 1, "genstudio data download mnist"),
        (["train", "RECIPE", "--out", "OCCUPIED"], 1, "OCCUPIED"),
        (["train", "RECIPE", "--steps", "-1"], 2, "--steps"),
        (["train", "RECIPE", "--stpes", "1"], 2, "--steps"),
        (["train"], 2, "RECIPE"),
        (["trian"], 2, "Did you mean 'train'?"),
        (["resume", "nothing"], 2, "nothing"),
        (["resume", "latest"], 2, "genstudio train"),
        (["sample", "latest", "--out", "a.png"], 2, "genstudio train"),
        (["data", "show", "mnits"], 2, "Did you mean 'mnist'?"),
        (["data", "show", "mnist", "--set", "binarisation=sometimes"], 2, "'dynamic'"),
        (["data", "show", "mnist", "--set", "size"], 2, "NAME=VALUE"),
        (["data"], 2, "genstudio data --help"),
        (["demo", "--out", "OCCUPIED/thesis.txt"], 1, "OCCUPIED/thesis.txt"),
    ],
)  # fmt: skip
def test_one_line_and_a_code(genstudio, recipe, tmp_path, arguments, code, text):
    (tmp_path / "OCCUPIED").mkdir()
    (tmp_path / "OCCUPIED" / "thesis.txt").write_text("mine")
    answer = genstudio(*(recipe if one == "RECIPE" else one for one in arguments))
    assert text in answer.complaint
    assert "Traceback" not in answer.err
    assert answer.code == code
    assert answer.out == ""
    assert (tmp_path / "OCCUPIED" / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[model\nname = 'vae'", "line 1"),
        ("title = 'No model'", "model"),
        ("[model]\nname = 'vae'\n[data]\nname = 'mnist'\n[paln]\nsteps = 1", "paln"),
        ("[model]\nname = 'vae'\n[data]\nname = 'mnist'\n[plan]\nstpes = 1", "stpes"),
        (b"\xff\xfe\x00[model]", "broken.toml"),
    ],
)
def test_a_broken_recipe_is_named_with_what_is_wrong(genstudio, tmp_path, text, message):
    path = tmp_path / "broken.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    answer = genstudio("train", path)
    assert message in answer.complaint
    assert answer.code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["sample", "squares-1", "--out", "a.jpg"], 2, ".png"),
        (["sample", "squares-1", "--out", "a.png", "--step", "7"], 1, "0, 6, 12"),
        (["sample", "squares-1", "--out", "RECIPE/a.png"], 1, "Choose another place"),
        (["sample", "squares-1", "--out", "a.png", "-n", "0"], 2, "-n"),
        (["sample", "squares1", "--out", "a.png"], 2, "Did you mean 'squares-1'?"),
        (["evaluate", "squares-1", "--measure", "elbow"], 2, "Did you mean 'elbo'?"),
        (["evaluate", "squares-1", "--split", "holdout"], 2, "validation"),
        (["train", "RECIPE", "--out", "RUN"], 1, "squares-1"),
    ],
)  # fmt: skip
def test_one_line_and_a_code_about_a_run(genstudio, recipe, trained, tmp_path, arguments, code, text):
    (tmp_path / "cache").mkdir()  # of decoded images, which a command may fill before it is refused
    before = sorted(tmp_path.glob("*"))
    places = {"RECIPE": recipe, "RUN": trained, "RECIPE/a.png": recipe / "a.png"}
    answer = genstudio(*(places.get(one, one) for one in arguments))
    assert text in answer.complaint
    assert answer.code == code
    assert sorted(tmp_path.glob("*")) == before, "nothing half-made is left"


@pytest.mark.parametrize("state", ["{", "[]", "{}"])
def test_a_damaged_run_is_named(genstudio, trained, state):
    for checkpoint in (trained / "checkpoints").iterdir():
        (checkpoint / "state.json").write_text(state)
    assert "000012 can't be read" in genstudio("sample", trained, "--out", "a.png").complaint
    assert "damaged" in genstudio("resume", trained).complaint


def test_debug_shows_the_traceback(genstudio):
    from genstudio.cli import main

    with pytest.raises(GenstudioError, match="no-such-recipe"):
        main(["train", "no-such-recipe", "--debug"])


def test_a_bug_is_one_line_too(genstudio, monkeypatch):
    def broken() -> None:
        raise ZeroDivisionError("oh no")

    monkeypatch.setattr("genstudio.training.recipe.recipe.recipe_names", broken)
    answer = genstudio("recipes")
    assert "ZeroDivisionError: oh no" in answer.complaint
    assert "--debug" in answer.complaint
    assert answer.code == 1
