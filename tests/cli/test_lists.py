"""The commands that list recipes, models, runs and data sets."""

from __future__ import annotations

from PIL import Image

from genstudio.training.recipe.recipe import recipe_names


def test_recipes_as_words_and_as_json(genstudio):
    assert all(name in genstudio("recipes").out for name in recipe_names())
    told = genstudio("recipes", "--json").json["recipes"]
    assert [one["name"] for one in told] == recipe_names()
    assert all(one["title"] and one["model"] and one["steps"] for one in told)


def test_models_show_capabilities_and_every_setting_with_its_help(genstudio):
    out = genstudio("models").out
    assert "latent_dim" in out
    assert "turns latent codes into images" in out
    told = {one["name"]: one for one in genstudio("models", "--json").json["models"]}
    assert told["vae"]["knobs"]["latent_dim"] == 2
    assert "Encodes" in told["vae"]["capabilities"]


def test_runs_lists_what_was_made(genstudio, trained):
    assert "squares-1  finished    12" in genstudio("runs").out
    (told,) = (one for one in genstudio("runs", "--json").json["runs"] if one["name"] == "squares-1")
    assert (told["run"], told["status"], told["step"]) == (str(trained), "finished", 12)
    assert "validation/elbo" in told["measures"]


def test_data_list_shows_available_images(genstudio):
    told = {one["name"]: one["there"] for one in genstudio("data", "list", "--json").json["data"]}
    assert told["mnist"] is False
    assert told["folder"] is None, "it has to be told where"


def test_data_show_describes_images_and_writes_thumbnails(genstudio, pictures, tmp_path):
    (pictures / "broken.png").write_bytes(b"no picture")
    try:
        answer = genstudio("data", "show", "folder", "--set", f"path={pictures}", "--set", "size=8", "--out", "t.png")
        told = genstudio("data", "show", "folder", "--set", f"path={pictures}", "--set", "size=8", "--json").json
    finally:
        (pictures / "broken.png").unlink()
    assert answer.code == 0, answer.err
    assert "broken.png" in answer.out
    assert "8×8 grey" in answer.out
    assert told["images"] == sum(told["splits"].values()) == 150
    assert len(told["problems"]) == 1
    assert Image.open(tmp_path / "t.png").size[0] > 100
