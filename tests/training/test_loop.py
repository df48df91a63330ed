"""The step runner: which player is updated, when, with what; and that nothing bad is saved."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from genstudio.core.errors import GenstudioError, UsageError
from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_
from genstudio.data.dataset import open_data
from genstudio.models.base import Model, Phase, Play, StepContext
from genstudio.training import events as ev
from genstudio.training.job import new_job, resume_job
from genstudio.training.live import Live
from genstudio.training.loop import train
from genstudio.training.recipe.plan import Plan, PlayerPlan
from genstudio.training.recipe.recipe import Recipe
from genstudio.training.run.run import Run, list_runs
from genstudio.training.telemetry import Telemetry
from tests.training.training_helpers import finish, train_until

Recipes = Callable[..., Recipe]


class DuelKnobs(Knobs):
    critic_steps: int = knob(2, help=N_("Critic updates in one step."), ge=1, live=True)


class Duel(Model):
    """Two players with one weight vector each, and a record of their inputs."""

    family, title, help, Knobs = "toys", N_("Duel"), N_("For tests."), DuelKnobs

    def __init__(self, spec: Any, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.generator = nn.Sequential(nn.Linear(3, spec.values), nn.BatchNorm1d(spec.values))
        self.critic = nn.Linear(spec.values, 1)
        self.log: list[tuple[str, bool]] = []
        self.seen: list[torch.Tensor] = []

    def players(self) -> dict[str, list[nn.Parameter]]:
        return {"critic": list(self.critic.parameters()), "generator": list(self.generator.parameters())}

    def phases(self, context: StepContext) -> Play:
        for _ in range(self.knobs.critic_steps):
            batch = context.batch()
            self.seen.append(batch.indices)
            fake = self.generator(context.noise(3)).detach()
            before = self.critic.weight.detach().clone()
            gap = self.critic(fake).mean() - self.critic(batch.images.flatten(1)).mean()
            applied = yield Phase("critic", {"wasserstein": gap}, watch={"D(x)": 0.5})
            # The update has been made by the time the model goes on.
            self.log.append(("critic", applied and not torch.equal(before, self.critic.weight)))
        before = self.generator[0].weight.detach().clone()
        applied = yield Phase("generator", {"adversarial": -self.critic(self.generator(context.noise(3))).mean()})
        self.log.append(("generator", applied and not torch.equal(before, self.generator[0].weight)))


@pytest.fixture
def data(pictures: Path) -> Any:
    return open_data("folder", {"path": str(pictures), "size": 8})


def steps(events: Any) -> list[int]:
    return [event.step for event in events if isinstance(event, ev.Stepped)]


def test_phases_follow_the_lectures_algorithm(data: Any) -> None:
    model = Duel(data.spec, DuelKnobs())
    assert steps(train(model, data, Plan(steps=3, batch_size=10, evaluate_every=0))) == [1, 2, 3]
    assert model.log == [("critic", True), ("critic", True), ("generator", True)] * 3


def test_only_one_player_is_updated(data: Any) -> None:
    model = Duel(data.spec, DuelKnobs())
    plan = Plan(steps=2, batch_size=10)
    live = Live(model.knobs, plan, ("critic", "generator"))
    live.set("only", "critic")
    steps(train(model, data, plan, live=live))
    assert model.log == [("critic", True), ("critic", True), ("generator", False)] * 2
    with pytest.raises(UsageError, match="no player"):
        live.set("only", "judge")


def test_gradients_reach_only_the_phases_player(data: Any) -> None:
    model = Duel(data.spec, DuelKnobs())
    train_events = train(model, data, Plan(steps=1, batch_size=10))
    for event in train_events:
        if isinstance(event, ev.Stepped):
            # The generator's loss went through the critic, whose gradient is still that of its own last phase.
            assert model.critic.bias.grad is not None
            assert abs(float(model.critic.bias.grad)) < 1e-6


def test_a_tuple_of_phases_is_backpropagated_before_any_update(data: Any) -> None:
    class Tied(Duel):
        def phases(self, context: StepContext) -> Play:
            fake = self.generator(context.noise(3))
            score = self.critic(
                fake
            ).mean()  # one graph, two players; updating one first would break the other's backward
            assert (yield (Phase("critic", {"a": score.square()}), Phase("generator", {"b": -score})))

    plan = Plan(steps=3, batch_size=10)
    model = Tied(data.spec, DuelKnobs())
    before = [p.detach().clone() for p in model.parameters()]
    steps(train(model, data, plan))
    changed = [not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True)]
    assert changed[0]
    assert changed[-2]


def test_every_image_comes_once_in_an_epoch(data: Any) -> None:
    model = Duel(data.spec, DuelKnobs(critic_steps=1))
    n = len(data.split("train"))
    steps(train(model, data, Plan(steps=2 * n, batch_size=n // 3, evaluate_every=0)))
    drawn = torch.cat(model.seen)
    first, second = drawn[:n], drawn[n : 2 * n]
    assert len(set(first.tolist())) == len(set(second.tolist())) == n
    assert not torch.equal(first, second)


def test_batch_norm_is_averaged_with_its_net(data: Any) -> None:
    model = Duel(data.spec, DuelKnobs())
    from genstudio.training.loop import Loop
    from genstudio.training.snapshot import SnapshotBoard

    plan = Plan(steps=50, batch_size=20, evaluate_every=0, players={"generator": PlayerPlan(average=0.9, lr=0.1)})
    loop = Loop(model, data, Live(model.knobs, plan, ("critic", "generator")), None, Telemetry(), SnapshotBoard(), bool)
    for _ in loop.events():
        pass
    averaged, now = loop.step_runner.averaged(), model.state_dict()
    assert averaged is not None
    for name in ("generator.0.weight", "generator.1.running_mean", "generator.1.running_var"):
        assert not torch.equal(averaged[name], now[name]), name
    assert torch.equal(averaged["generator.1.num_batches_tracked"], now["generator.1.num_batches_tracked"])
    assert torch.equal(averaged["critic.weight"], now["critic.weight"]), "this player keeps no average"


def test_rows_hold_raw_terms_as_means(data: Any) -> None:
    class Counting(Duel):
        def phases(self, context: StepContext) -> Play:
            count = torch.tensor(float(context.step))
            yield Phase(
                "critic", {"term": self.critic.bias.sum() * 0 + count}, {"term": 100.0}, {"watched": context.step}
            )

    telemetry = Telemetry()
    steps(train(Counting(data.spec, DuelKnobs()), data, Plan(steps=20, batch_size=5), telemetry=telemetry))
    rows, cursor = telemetry.since(0)
    assert [(row.step, row.values) for row in rows if "train/term" in row.values] == [
        (10, {"train/term": 4.5, "train/watched": 4.5, "train/gradient/critic": 0.0}),
        (20, {"train/term": 14.5, "train/watched": 14.5, "train/gradient/critic": 0.0}),
    ]
    assert telemetry.since(cursor) == ([], cursor)


def test_owners_of_curves_and_gradient_norms_are_recorded(data: Any) -> None:
    """Owners are recorded once, by the names in the rows; the norm is that of the player's whole gradient before
    clipping."""

    class Straight(Duel):
        def phases(self, context: StepContext) -> Play:
            for _ in range(2):
                yield Phase("critic", {"d_real": 3 * self.critic.weight[0, :4].sum()}, watch={"D(x)": 0.5})
            yield Phase("generator", {"adversarial": self.generator[0].bias.sum() * context.step})

    telemetry = Telemetry()
    model = Straight(data.spec, DuelKnobs())
    events = list(train(model, data, Plan(steps=4, batch_size=5, log_every=2, clip=0.1), telemetry=telemetry))
    assert [event for event in events if isinstance(event, ev.TermOwners)] == [
        ev.TermOwners(
            2,
            {"d_real": "critic", "adversarial": "generator"},
            ("D(x)", "gradient/critic", "gradient/generator"),
        )
    ]
    rows = [row.values for row in telemetry.since(0)[0] if "train/d_real" in row.values]
    assert [row["train/gradient/critic"] for row in rows] == pytest.approx([6.0, 6.0])  # 3 * sqrt(4)
    assert [row["train/gradient/generator"] for row in rows] == pytest.approx([0.5 * 8, 2.5 * 8])  # sqrt(64) * step


def test_one_player_needs_no_owners(recipe: Recipes, tmp_path: Path) -> None:
    job = new_job(recipe(), out=tmp_path / "run")
    assert not [event for event in finish(job) if isinstance(event, ev.TermOwners)]
    assert not [key for row in job.telemetry.since(0)[0] for key in row.values if "gradient" in key]


def test_recording_gradients_changes_no_bit(data: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from genstudio.training.step_runner import StepRunner

    def weights() -> list[torch.Tensor]:
        torch.manual_seed(5)
        model = Duel(data.spec, DuelKnobs())
        steps(train(model, data, Plan(steps=6, batch_size=10, clip=1.0, evaluate_every=0)))
        return [p.detach().clone() for p in model.parameters()]

    seen = weights()
    monkeypatch.setattr(StepRunner, "_note_gradients", lambda *_: None)
    assert all(torch.equal(a, b) for a, b in zip(seen, weights(), strict=True))


class Poisoned(Duel):
    """Its loss is not a number from step 3 to step ``until``."""

    until = 5

    def phases(self, context: StepContext) -> Play:
        bad = math.nan if 3 <= context.step < self.until else 1.0
        yield Phase("critic", {"term": self.critic.weight.sum() * bad})


def test_a_loss_that_is_not_finite_is_not_applied(data: Any) -> None:
    model = Poisoned(data.spec, DuelKnobs())
    events = list(train(model, data, Plan(steps=8, batch_size=5, evaluate_every=0)))
    alarms = [event for event in events if isinstance(event, ev.Alarm)]
    assert [(alarm.step, alarm.level) for alarm in alarms] == [(4, "watch")]
    assert events[-1] == ev.Finished(8, "done")
    assert model.critic.weight.isfinite().all()


def test_divergence_stops_and_keeps_the_last_good_checkpoint(
    recipe: Recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from genstudio.models.variational.vae import VAE

    job = new_job(recipe("plan.steps=60", "plan.save_every=2"), out=tmp_path / "run")
    honest = VAE.elbo_terms

    def poisoned(self: Any, *args: Any, **options: Any) -> dict[str, torch.Tensor]:
        terms = honest(self, *args, **options)
        return {**terms, "kl": terms["kl"] * math.nan} if self.training and job.loop.step >= 4 else terms

    monkeypatch.setattr(VAE, "elbo_terms", poisoned)
    events = finish(job)
    back = [event for event in events if isinstance(event, ev.RolledBack)]
    assert back == [ev.RolledBack(4, 14)] * 3, "three times from the same place, each time more slowly"
    assert events[-1] == ev.Finished(14, "diverged")
    assert "smaller learning rate" in str([event for event in events if isinstance(event, ev.Alarm)][-1].message)
    monkeypatch.undo()
    assert all(tensor.isfinite().all() for tensor in Run.open(tmp_path / "run").snapshot().weights.values())
    finish(resume_job(tmp_path / "run", steps=20))  # and it can go on


def test_an_exception_saves_nothing(recipe: Recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from genstudio.models.variational.vae import VAE

    job = new_job(recipe("plan.save_every=5"), out=tmp_path / "run")
    honest = VAE.phases

    def broken(self: Any, context: StepContext) -> Any:
        if context.step == 7:
            raise RuntimeError("out of memory")
        return honest(self, context)

    monkeypatch.setattr(VAE, "phases", broken)
    with pytest.raises(RuntimeError, match="out of memory"):
        finish(job)
    assert job.run.checkpoints() == [0, 5]
    assert job.run.status == "stopped", "the lock is let go"


def test_a_full_disk_leaves_the_last_checkpoint(
    recipe: Recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_until(new_job(recipe(), out=tmp_path / "run"), 4)
    before = Run.open(tmp_path / "run").snapshot(averaged=False).weights
    job = resume_job(tmp_path / "run", steps=6)
    from genstudio.training.run import checkpoint

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "write_and_sync", full)
    with pytest.raises(GenstudioError, match="No space left"):
        finish(job)
    monkeypatch.undo()
    assert job.run.checkpoints() == [0, 4]
    after = job.run.snapshot(averaged=False).weights
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_live_changes_apply_before_the_next_step(recipe: Recipes, tmp_path: Path) -> None:
    job = new_job(recipe(), out=tmp_path / "run")
    events = job.events()
    changed = []
    for event in events:
        if isinstance(event, ev.Stepped) and event.step == 3:
            with pytest.raises(UsageError):
                job.live({"beta": 2.0, "plan.clip": -1})  # neither is taken
            with pytest.raises(UsageError, match="can't change"):
                job.live.set("latent_dim", 3)
            with pytest.raises(UsageError, match="can't change"):
                job.live.set("plan.batch_size", 3)
            job.live(
                {"beta": 4.0, "plan.players.model.lr": 0.25, "plan.steps": 5, "only": None}
            )  # the last is so already
        if isinstance(event, ev.Changed):
            changed.append((event.step, event.name, event.value))
    assert changed == [(3, "model.beta", 4.0), (3, "plan.players.model.lr", 0.25), (3, "plan.steps", 5)]
    assert job.model.knobs.beta == 4.0
    assert job.loop.step_runner.players["model"].plan.lr == 0.25
    assert job.result()["step"] == 5


def test_plan_for_an_unknown_player(recipe: Recipes) -> None:
    with pytest.raises(UsageError, match="generator"):
        new_job(recipe("plan.players.generator.lr=0.1"))
    assert list_runs() == [], "and no folder was made"
