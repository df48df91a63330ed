"""Recipes: from file to plan and back, and messages about faulty ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from genstudio.core.errors import UsageError
from genstudio.training.job import new_job
from genstudio.training.recipe.plan import Plan, PlayerPlan
from genstudio.training.recipe.recipe import Recipe, load_recipe, recipe_names

Recipes = Callable[..., Recipe]


def test_every_recipe_that_ships_is_valid() -> None:
    assert {"mnist-vae-2d", "fashion-vae-2d", "faces-vae-2d", "faces-vae", "smiles-vae"} <= set(recipe_names())
    for name in recipe_names():
        recipe = load_recipe(name).resolve().recipe
        assert recipe.title, name
        assert recipe.help, name


def test_recipe_survives_its_file(recipe: Recipes, tmp_path: Path) -> None:
    made = recipe("beta=2", 'title="Scheiben, größer"')
    made.save(tmp_path / "tiny.toml")
    assert load_recipe(tmp_path / "tiny.toml") == made


def test_overrides_reach_every_table(recipe: Recipes) -> None:
    made = recipe("latent_dim=8", "model.beta=2", "data.size=32", "plan.save_every=7", "plan.players.model.lr=1e-4")
    assert made.model_knobs["latent_dim"] == 8
    assert made.model_knobs["beta"] == 2
    assert made.data_knobs["size"] == 32
    assert made.plan.save_every == 7
    assert made.plan.players["model"].lr == 1e-4
    assert made.plan.players["model"].average == 0.9, "what is not named stays"


@pytest.mark.parametrize(
    ("assignment", "text"),
    [
        ("latent_dim", "is not a setting"),
        ("=3", "is not a setting"),
        ("plan.stepz=3", "stepz"),
        ("plan.batch_size=0", "at least 1"),
        ("plan.players.model.lr=-1", "plan.players.model"),
        ("plan.players.model.optimiser=lion", "adam"),
        ("plan.players.model.betas=[0.9, 1.0]", "less than 1"),
        ("plan.steps.more=3", "inside"),
        ("save_every=3", "plan.save_every"),
        ("latent_dim=0", "latent_dim"),
        ("data.colour=pink", "colour"),
        ("model.name=vaee", "Did you mean 'vae'"),
    ],
)
def test_wrong_setting_is_named(assignment: str, text: str, recipe: Recipes) -> None:
    with pytest.raises(UsageError) as caught:
        recipe(assignment).resolve()
    assert text in str(caught.value)


def test_a_resolved_recipe_has_everything_parsed_once(
    recipe: Recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever uses a recipe reads the same classes, knobs and plan, and a model is not parsed again on its way."""
    from genstudio.core import knobs
    from genstudio.models.variational.vae import VAE, VaeKnobs
    from genstudio.training.recipe import recipe as module

    made = recipe("latent_dim=3")
    resolved = made.resolve(["beta=2", "plan.batch_size=7"])
    assert resolved.model.kind is VAE
    assert resolved.model.knobs == VaeKnobs(**{**made.model_knobs, "beta": 2.0})
    assert resolved.recipe.model_knobs == resolved.model.knobs.model_dump(mode="json")
    assert resolved.data_knobs == resolved.source.Knobs(**resolved.recipe.data_knobs)
    assert resolved.plan.batch_size == 7
    assert resolved.note is None
    assert resolved.recipe.resolve() == resolved, "nothing is left to fill in"

    parsed: list[str] = []

    def counting(kind: type[knobs.Knobs], values: dict[str, Any]) -> Any:
        parsed.append(kind.__name__)
        return knobs.parse_knobs(kind, values)

    monkeypatch.setattr(module, "parse_knobs", counting)
    monkeypatch.setattr("genstudio.models.base.parse_knobs", counting)
    monkeypatch.setattr("genstudio.data.dataset.parse_knobs", counting)
    new_job(made, out=tmp_path / "run")
    assert parsed.count("VaeKnobs") == 1
    assert len(parsed) == 2, "the model's, and the data set's"
    parsed.clear()
    made.resolve(["beta=2", "plan.batch_size=7"])
    assert parsed == ["VaeKnobs", "VaeKnobs", "Knobs"], "with settings: those before them too, whose optimisers it had"


def test_the_optimisers_follow_a_chosen_objective_but_for_what_is_set_beside_it() -> None:
    made = load_recipe("toy-gan")
    resolved = made.resolve(["objective=wasserstein", "plan.players.generator.lr=0.5"])
    assert resolved.plan.player("discriminator").optimiser == "rmsprop"
    assert resolved.plan.player("generator").lr == 0.5
    assert "rmsprop" in str(resolved.note)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[model]\nname = 'vae'\nbroken\n", "line 3"),
        ("[model]\nname = 'vae'\n", "[data]"),
        ("model = 3\n", "[model]"),
        ("[modle]\nname = 'vae'\n", "modle"),
        ("[model]\nname='vae'\n[data]\nname='mnist'\n[plan]\nplayers = 3\n", "plan.players"),
        ("[model]\nname='vae'\n[data]\nname='mnist'\n[plan]\nsteps = 'many'\n", "steps"),
    ],
)
def test_broken_file_is_named_with_the_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_recipe(path)
    assert message in str(caught.value)
    assert "mine.toml" in str(caught.value)


def test_missing_recipe() -> None:
    with pytest.raises(UsageError, match="mnist-vae-2d"):
        load_recipe("mnist-vae2d")
    with pytest.raises(UsageError, match="no recipe file"):
        load_recipe("nowhere/mine.toml")


def test_reading_a_recipe_imports_no_torch() -> None:
    code = (
        "import sys; from genstudio.training.recipe.recipe import *; "
        "load_recipe('faces-vae').override(['beta=2']).to_toml(); "
    )
    subprocess.run([sys.executable, "-c", code + "assert 'torch' not in sys.modules"], check=True)


def test_schedules_in_absolute_steps() -> None:
    plan = PlayerPlan(lr=1.0, schedule="cosine", decay_steps=100, floor=0.1, warmup=10)
    assert plan.lr_at(0) == pytest.approx(0.1)
    assert plan.lr_at(50) == pytest.approx(0.55)
    assert plan.lr_at(100) == plan.lr_at(10_000) == pytest.approx(0.1)
    assert PlayerPlan(lr=1.0, schedule="linear", decay_steps=100, floor=0.5).lr_at(50) == pytest.approx(0.75)
    assert PlayerPlan(lr=1.0, schedule="exponential", decay_steps=100, floor=0.01).lr_at(50) == pytest.approx(0.1)
    settled = Plan(steps=300, players={"model": PlayerPlan(schedule="cosine")})
    assert settled.players["model"].decay_steps == 300
    assert settled.with_values(steps=900).players["model"].decay_steps == 300, "asking for more steps bends no schedule"
