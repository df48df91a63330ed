"""Judges are found, or trained once; judged measures change no bit of training."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from genstudio.core.draws import Draws
from genstudio.core.errors import Cancelled, DataError, UsageError
from genstudio.core.messages import Message, translate
from genstudio.core.paths import checkpoints
from genstudio.core.spec import ImageSpec
from genstudio.data.dataset import DataSet, open_data
from genstudio.models.base import Model, Phase, build, models
from genstudio.training.curve_annotations import annotations_of
from genstudio.training.job import new_job, resume_job
from genstudio.training.judge import find, recipe
from genstudio.training.judge import train as train_judges
from genstudio.training.judge.inception import VARIABLE, inception_judge
from genstudio.training.recipe.recipe import Recipe, load_recipe
from genstudio.training.run.run import Run
from genstudio.training.snapshot import digest_of
from tests.training.training_helpers import contents, finish, same, train_until

Recipes = Callable[..., Recipe]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A judge trained for a dozen steps, in a separate cache."""
    monkeypatch.setattr(recipe, "STEPS", 12)
    monkeypatch.setattr(recipe, "FEWEST_STEPS", 12)
    monkeypatch.setattr(recipe, "BATCH", 16)
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def data(pictures: Path) -> DataSet:
    return open_data("folder", {"path": str(pictures), "size": 8, "binarisation": "dynamic"})


def test_a_judge_is_trained_once_and_then_found(data: DataSet) -> None:
    assert find.find_judge(data) is None
    heard: list[float] = []
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    judge = train_judges.judge_for(data, progress=lambda share, text: heard.append(share))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    assert heard
    heard.clear()
    again = train_judges.judge_for(data, progress=lambda share, text: heard.append(share))
    assert heard == []
    assert judge.hash == again.hash == digest_of(judge.model.state_dict())
    assert not judge.model.training
    assert judge.features(torch.rand(3, 1, 8, 8)).shape == (3, judge.feature_dim)


def test_points_have_no_judge_and_the_error_names_an_alternative() -> None:
    points = open_data("toy-2d", {"count": 100})
    assert find.find_judge(points) is None
    with pytest.raises(UsageError, match=r"judge_every at 0.*modes"):
        train_judges.judge_for(points)


def test_same_images_give_the_same_judge_for_any_binarisation(data: DataSet, pictures: Path) -> None:
    grey = open_data("folder", {"path": str(pictures), "size": 8})
    assert train_judges.judge_for(data).hash == train_judges.judge_for(grey).hash
    folder = find.cache_folder(data)
    assert folder == find.cache_folder(grey)
    assert Run.open(folder).state()["spec"]["levels"] == 256
    larger = open_data("folder", {"path": str(pictures), "size": 16})
    assert find.cache_folder(larger) != folder


def test_retrained_judge_is_equal_to_the_bit(data: DataSet, tmp_path: Path) -> None:
    """By its own way, and by ``genstudio train JUDGE``, which reads the recipe in its folder."""
    first = train_judges.judge_for(data)
    recipe = Run.open(find.cache_folder(data)).recipe
    finish(new_job(recipe, out=tmp_path / "by-hand"))
    assert Run.open(tmp_path / "by-hand").snapshot().digest == first.hash


def test_stopped_training_leaves_no_judge(data: DataSet) -> None:
    heard: list[float] = []
    with pytest.raises(Cancelled):
        train_judges.judge_for(data, progress=lambda share, text: heard.append(share), cancelled=lambda: bool(heard))
    folder = find.cache_folder(data).parent
    assert not list(folder.iterdir())


def test_damaged_judge_is_trained_again(data: DataSet) -> None:
    first = train_judges.judge_for(data)
    weights = next(find.cache_folder(data).glob("checkpoints/*/model.safetensors"))
    weights.write_bytes(b"nothing")
    assert find.find_judge(data) is None
    assert train_judges.judge_for(data).hash == first.hash


# --- what a judge learns ---------------------------------------------------------------------------------------------


class OneBatch:
    """A step context that always gives the same batch."""

    step, draws = 0, Draws()

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def batch(self) -> Any:
        return self._batch


def learned(model: Model, batch: Any, steps: int) -> Phase:
    torch.manual_seed(0)
    model.prepare(batch)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(steps):
        phase = next(iter(model.phases(OneBatch(batch))))  # type: ignore[arg-type]
        optimiser.zero_grad()
        phase.loss().backward()  # type: ignore[union-attr]
        optimiser.step()
    return phase  # type: ignore[return-value]


def batch_of(spec: ImageSpec, n: int = 40) -> Any:
    from genstudio.core.batch import Batch

    dice = torch.Generator().manual_seed(3)
    bright = torch.rand(n, generator=dice)
    images = (bright.view(-1, 1, 1, 1) + 0.1 * torch.rand(n, *spec.shape, generator=dice)).clamp(0, 1)
    attributes = torch.stack([100 + 50 * bright, (bright > 0.5).float()], 1)
    return Batch(images, spec, torch.arange(n), (bright * 3).long().clamp(0, 2), attributes)


SPEC = ImageSpec(1, 8, 8, 256, ("dark", "grey", "light"), ("degrees", "glasses"))


def test_a_classifier_learns_classes_numbers_and_yes_or_no() -> None:
    batch = batch_of(SPEC)
    model = build("judge-classifier", SPEC, {"width": 8})
    phase = learned(model, batch, 150)
    assert set(phase.terms) == {"classes", "attributes"}
    assert model.attribute_switch.tolist() == [0, 1]
    verdict = model.eval().judge_output(batch.images)
    assert (verdict.class_logits.argmax(1) == batch.labels).float().mean() > 0.9
    assert (verdict.attributes[:, 0] - batch.attributes[:, 0]).abs().mean() < 5, "in the attribute's own unit"
    assert ((verdict.attributes[:, 1] > 0.5) == (batch.attributes[:, 1] > 0.5)).float().mean() > 0.9
    assert ((verdict.attributes[:, 1] >= 0) & (verdict.attributes[:, 1] <= 1)).all(), "a chance"


def test_unknown_attribute_is_ignored() -> None:
    from dataclasses import replace

    batch = batch_of(SPEC)
    holes = batch.attributes.clone()
    holes[::2, 0] = float("nan")
    model = build("judge-classifier", SPEC, {"width": 4})
    model.prepare(replace(batch, attributes=holes))
    known = batch.attributes[1::2, 0]
    assert float(model.attribute_mean[0]) == pytest.approx(float(known.mean()), rel=1e-5)
    outputs = torch.zeros(len(batch), 2, requires_grad=True)
    loss = model.attribute_loss(outputs, holes)
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(outputs.grad).all()
    assert (outputs.grad[::2, 0] == 0).all()
    assert (outputs.grad[1::2, 0] != 0).any()


def test_judge_reconstructs_images_if_classes_are_few(data: DataSet) -> None:
    assert find.recipe_for(data).model == "judge-autoencoder"
    two = build("judge-classifier", ImageSpec(3, 32, 32, 256, ("a", "b")), {"picture": 20.0})
    assert two.picture_head.out_features == 3 * 16 * 16


def test_points_of_the_plane_work_as_images() -> None:
    spec = ImageSpec(2, 1, 1, None, tuple("abcd"))
    model = build("judge-classifier", spec).eval()
    assert model.judge_output(torch.rand(5, 2, 1, 1)).class_logits.shape == (5, 4)


# --- looking while a model trains ------------------------------------------------------------------------------------


def trained(made: Recipe, out: Path) -> dict[str, Any]:
    job = new_job(made, out=out)
    finish(job)
    return contents(out, job.result()["step"])


def rows(run: dict[str, Any], key: str) -> list[tuple[int, float]]:
    return [(row["step"], row["values"][key]) for row in run["rows"] if key in row["values"]]


def test_measuring_with_a_judge_changes_no_bit(recipe: Recipes, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("genstudio.training.observer.JUDGED", 40)
    monkeypatch.setattr("genstudio.evaluate.judge.comparison.SAMPLES", 40)
    never = trained(recipe(), tmp_path / "never")
    often = trained(recipe("plan.judge_every=6"), tmp_path / "often")
    for part in ("weights", "averaged", "trainer"):
        same(often[part], never[part], part)
    assert [step for step, _ in rows(often, "validation/fid")] == [6, 12, 18, 24, 24]
    assert [step for step, _ in rows(often, "validation/elbo")] == [8, 16, 24, 24], "those of evaluate_every as before"
    assert rows(often, "validation/elbo") == rows(never, "validation/elbo")
    assert rows(often, "validation/coverage")
    assert not rows(never, "validation/fid")


def test_interrupted_measurement_is_made_after_resuming(recipe: Recipes, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("genstudio.training.observer.JUDGED", 40)
    monkeypatch.setattr("genstudio.evaluate.judge.comparison.SAMPLES", 40)
    straight = trained(recipe("plan.judge_every=6"), tmp_path / "straight")
    stopping: list[bool] = []
    job = new_job(recipe("plan.judge_every=6"), out=tmp_path / "stopped", cancelled=lambda: bool(stopping))
    events = job.events()
    for event in events:
        if event.step == 11:
            stopping.append(True)
        if event.step == 12:
            break
    events.close()
    resumed = resume_job(tmp_path / "stopped")
    finish(resumed)
    same(contents(tmp_path / "stopped", 24)["rows"], straight["rows"])


def run_events(run: Path, kind: str) -> list[dict[str, Any]]:
    return [row for row in Run.open(run).run_events() if row["event"] == kind]


def test_judged_measures_can_be_turned_on_and_off_during_training(
    recipe: Recipes, data: DataSet, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("genstudio.training.observer.JUDGED", 40)
    train_judges.judge_for(data)
    changes = {4: {"plan.judge_every": 3}, 9: {"plan.judge_every": 0}}
    job = new_job(recipe(), out=tmp_path / "live")
    train_until(job, 14, changes)
    lived = contents(tmp_path / "live", 14)
    assert [step for step, _ in rows(lived, "validation/fid")] == [6, 9]
    told = [(row["step"], row["name"], row["was"], row["value"]) for row in run_events(tmp_path / "live", "changed")]
    assert told == [(4, "plan.judge_every", 0, 3), (9, "plan.judge_every", 3, 0)]
    assert [translate(mark.message) for mark in annotations_of(Run.open(tmp_path / "live").run_events())] == [
        "judge every 0 → 3",
        "judge every 3 → 0",
    ]
    never = new_job(recipe(), out=tmp_path / "never")
    train_until(never, 14)
    same(lived["weights"], contents(tmp_path / "never", 14)["weights"])


def test_missing_judge_is_reported_with_how_to_get_one(
    recipe: Recipes, data: DataSet, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("genstudio.training.observer.JUDGED", 40)
    monkeypatch.setattr("genstudio.evaluate.judge.comparison.SAMPLES", 40)
    job = new_job(recipe(), out=tmp_path / "run")
    train_until(job, 8, {4: {"plan.judge_every": 6}})
    (alarm,) = run_events(tmp_path / "run", "alarm")
    assert "no judge" in translate(Message.from_json(alarm["message"]))
    assert find.find_judge(data) is None, "nothing is trained in between"
    resumed = resume_job(tmp_path / "run")  # as it says: stop and go on
    finish(resumed)
    assert [step for step, _ in rows(contents(tmp_path / "run", 24), "validation/fid")] == [12, 18, 24, 24]


def test_resuming_with_judged_measures_trains_the_judge_first(
    recipe: Recipes, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("genstudio.training.observer.JUDGED", 40)
    monkeypatch.setattr("genstudio.evaluate.judge.comparison.SAMPLES", 40)
    train_until(new_job(recipe(), out=tmp_path / "run"), 7)
    finish(resume_job(tmp_path / "run", changes={"plan.judge_every": 12}))
    assert [step for step, _ in rows(contents(tmp_path / "run", 24), "validation/fid")] == [12, 24, 24]
    assert not run_events(tmp_path / "run", "alarm")


def test_points_are_not_judged_during_training_either(tmp_path: Path) -> None:
    made = load_recipe("toy-gan").override(["data.count=100", "plan.steps=3", "plan.batch_size=10"])
    job = new_job(made, out=tmp_path / "points")
    with pytest.raises(UsageError, match=r"judge_every at 0.*modes"):
        job.live.set("plan.judge_every", 2)
    finish(job)
    assert not run_events(tmp_path / "points", "changed")


# --- what ships ------------------------------------------------------------------------------------------------------


def shipped() -> Iterator[Path]:
    yield from (path for path in sorted((checkpoints() / "judges").iterdir()) if (path / find.ABOUT).is_file())


def test_shipped_judges_match_their_description() -> None:
    names = set()
    for folder in shipped():
        judge = find.load_judge(folder)
        about = json.loads((folder / find.ABOUT).read_text())
        names.add(judge.name)
        assert judge.hash == about["hash"]
        assert about["data"] == folder.name
        assert sum(path.stat().st_size for path in folder.rglob("*")) < 1_000_000
        assert judge.features(torch.rand(2, *judge.spec.shape)).isfinite().all()
        assert Run.open(folder).recipe.model in models
    assert names == {"faces", "fashion-mnist", "mnist"}


def test_a_shipped_judge_serves_its_data_set_at_any_size() -> None:
    data = open_data("faces", {"count": 40, "size": 16, "colour": "grey"})
    judge = train_judges.judge_for(data)
    assert judge.name == "faces"
    assert judge.spec.shape == (3, 32, 32)
    batch = data.split("train").batch(torch.arange(10), generator=torch.Generator())
    assert judge.features(batch.images).shape == (10, judge.feature_dim)
    assert judge.protocol(data.spec)["resizer"] == "bicubic, antialiased, 16x16 to 32x32"


# --- Inception -------------------------------------------------------------------------------------------------------


def test_inception_is_never_downloaded_and_the_error_names_the_folders(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(DataError, match="never downloads") as error:
        inception_judge()
    assert str(tmp_path / "cache" / "inception") in str(error.value)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "missing.pth"))
    with pytest.raises(DataError, match="There is no file"):
        inception_judge()


def test_another_nets_weights_are_refused(tmp_path: Path, monkeypatch: Any) -> None:
    folder = tmp_path / "cache" / "inception"
    folder.mkdir(parents=True)
    torch.save({"layer.weight": torch.zeros(3)}, folder / "net.pth")
    with pytest.raises(DataError, match="does not contain the weights of Inception v3"):
        inception_judge()
    (folder / "net.pth").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(DataError, match="does not contain"):
        inception_judge()


def test_own_inception_weights_work_for_images_of_any_size(tmp_path: Path, monkeypatch: Any) -> None:
    """Random weights, saved as torchvision would: the test covers loading, not the features."""
    from torchvision.models import inception_v3

    torch.manual_seed(0)
    net = inception_v3(weights=None, init_weights=False, transform_input=False, aux_logits=True)
    torch.save(net.state_dict(), tmp_path / "mine.pth")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mine.pth"))
    judge = inception_judge()
    features = judge.features(torch.rand(1, 1, 28, 28))
    assert features.shape == (1, 2048)
    assert features.isfinite().all()
    told = judge.protocol(ImageSpec(1, 28, 28))
    assert told["resizer"] == "bicubic, antialiased, 28x28 to 299x299"
    assert "not with published ones" in told["judge_note"]
    assert judge.class_names == ()
