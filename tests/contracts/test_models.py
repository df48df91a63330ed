"""Contract of models, tested on every registered one. Registering a model is enough to be tested."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from genstudio.core.batch import Batch
from genstudio.core.capabilities import (
    Decodes,
    Denoises,
    Discriminates,
    Encodes,
    Judges,
    Samples,
    ScoresLikelihood,
    Translates,
    capabilities_of,
)
from genstudio.core.conditions.base import Condition
from genstudio.core.draws import Draws, Share, drawing_from
from genstudio.core.errors import UsageError
from genstudio.core.knobs import describe
from genstudio.core.spec import ImageSpec
from genstudio.models.base import Model, Phase, build, models
from genstudio.models.conditioning import condition_of
from genstudio.viewing.discriminator import per_image

SPECS = [
    ImageSpec(1, 8, 8, levels=2),
    ImageSpec(1, 8, 8, levels=16),
    ImageSpec(3, 8, 8, levels=256),
    ImageSpec(3, 7, 10, levels=256),
    ImageSpec(1, 8, 8, levels=None),
    ImageSpec(1, 8, 8, levels=256, class_names=("a", "b", "c"), attribute_names=("smile", "glasses")),
]


def refusal(name: str, spec: ImageSpec) -> UsageError | None:
    """Reason why the model with default knobs can't be trained on such images; ``None`` if it can."""
    try:
        models[name].check(spec, models[name].Knobs())
    except UsageError as reason:
        return reason
    return None


ALL = list(itertools.product(models, SPECS))
CASES = [
    pytest.param(name, spec, id="-".join([name, "x".join(map(str, spec.shape)), str(spec.levels), *spec.class_names]))
    for name, spec in ALL
    if refusal(name, spec) is None
]
# Images that differ in what a likelihood scores; the size and the names of the others change nothing in how a model learns.
LEARNT = [case for case in CASES if case.values[1] in (SPECS[0], SPECS[2], SPECS[4])]


N = 6  # images in a batch
PIXELS = torch.rand(10_000, generator=torch.Generator().manual_seed(0))


class FakeContext:
    """The step context of one step, without a loop: gives batches and random draws."""

    def __init__(self, spec: ImageSpec, draws: Draws | None = None) -> None:
        self.spec, self.step, self.n_images = spec, 3, 100
        self.draws = draws or Draws(torch.Generator().manual_seed(1))
        self.rows = self.draws.share.rows if self.draws.share else slice(0, N)

    def batch(self) -> Batch:
        return make_batch(self.spec, N).part(self.rows)

    def domain_batch(self, domain: int) -> Batch:
        return self.batch()

    def noise(self, dim: int) -> torch.Tensor:
        return self.draws.normal(self.rows.stop - self.rows.start, dim)


def make_batch(spec: ImageSpec, n: int) -> Batch:
    """The same images each time."""
    images = PIXELS[: n * spec.values].reshape(n, *spec.shape)
    if spec.levels is not None:
        images = (images * (spec.levels - 1)).round() / (spec.levels - 1)
    labels = torch.arange(n) % len(spec.class_names) if spec.class_names else None
    attributes = images.flatten(1)[:, : len(spec.attribute_names)] if spec.attribute_names else None
    return Batch(images, spec, torch.arange(n), labels, attributes)


def make(name: str, spec: ImageSpec, **knobs: object) -> Model:
    torch.manual_seed(0)
    return build(name, spec, knobs)


def play(model: Model, spec: ImageSpec, draws: Draws | None = None) -> list[Phase]:
    """Every phase of one step, each treated as applied; its terms are finite scalars."""
    phases: list[Phase] = []
    context = FakeContext(spec, draws)
    steps = model.phases(context)
    answer: bool | None = None
    while True:
        try:
            with drawing_from(context.draws):
                asked = steps.send(answer) if answer is not None else next(steps)
        except StopIteration:
            for phase in phases:
                assert all(term.ndim == 0 and torch.isfinite(term) for term in phase.terms.values())
                assert set(phase.weights) <= set(phase.terms)
            return phases
        phases += asked if isinstance(asked, tuple) else (asked,)
        answer = True


@pytest.mark.parametrize("name", list(models))
def test_has_title_and_help(name: str) -> None:
    kind = models[name]
    assert str(kind.title)
    assert str(kind.help)
    assert kind.family
    for knob in describe(kind.Knobs):
        assert str(knob.help).endswith("."), f"{name}.{knob.name}: help is a sentence"


def test_accepts_some_images_and_refuses_others_with_a_reason() -> None:
    for name in models:
        refusals = [reason for spec in SPECS if (reason := refusal(name, spec))]
        assert len(refusals) < len(SPECS), f"{name} serves none of the usual images as it is by default"
        assert all(str(reason.what) and str(reason.remedy) for reason in refusals)


@pytest.mark.parametrize(("name", "spec"), CASES)
def test_phases_have_finite_terms_of_known_players_and_every_parameter_learns(name: str, spec: ImageSpec) -> None:
    """A parameter without a player or a loss would silently keep its initial value; an undeclared metric has no title."""
    model = make(name, spec)
    players = model.players()
    owned = [p for parameters in players.values() for p in parameters]
    assert len(owned) == len({id(p) for p in owned})
    assert {id(p) for p in owned} == {id(p) for p in model.parameters()}
    reported, reached = set[str](), set[int]()
    for phase in play(model, spec):
        assert phase.player in players
        reported |= {*phase.terms, *phase.watch}
        if (loss := phase.loss()) is not None:
            parameters = players[phase.player]
            gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
            reached |= {id(p) for p, g in zip(parameters, gradients, strict=True) if g is not None and bool(g.any())}
    assert reported <= models[name].reported_metrics().keys()
    silent = [n for n, p in model.named_parameters() if id(p) not in reached]
    assert not silent


@pytest.mark.parametrize(("name", "spec"), CASES)
def test_can_be_built_on_meta_and_given_weights(name: str, spec: ImageSpec) -> None:
    """Snapshots are loaded in this way: anything outside the state dict would be lost."""
    model = make(name, spec).eval()
    before = torch.get_rng_state()
    with torch.device("meta"):
        copy = build(name, spec)
    assert torch.equal(before, torch.get_rng_state()), "building on meta moved the default generator"
    copy.load_state_dict(model.state_dict(), assign=True)
    copy.eval()
    assert not [n for n, t in itertools.chain(copy.named_parameters(), copy.named_buffers()) if t.is_meta]
    if isinstance(model, Samples):
        first = model.sample(1, generator=torch.Generator().manual_seed(1))
        assert torch.equal(first, copy.sample(1, generator=torch.Generator().manual_seed(1)))


@pytest.mark.parametrize(("name", "spec"), CASES)
def test_capabilities_keep_their_contracts(name: str, spec: ImageSpec) -> None:
    model = make(name, spec).eval()
    batch = make_batch(spec, 5)
    before = torch.get_rng_state()
    with torch.inference_mode():
        if isinstance(model, Samples):
            assert_images(model.sample(2, generator=torch.Generator().manual_seed(2)), 2, spec)
        if isinstance(model, Decodes):
            z = model.prior(4, generator=torch.Generator().manual_seed(2))
            assert z.shape == (4, model.latent_dim)
            assert_images(model.decode(z), 4, spec)
        if isinstance(model, Encodes):
            codes = model.encode(batch.images)
            assert codes.shape == (5, model.latent_dim)
            assert torch.equal(codes, model.encode(batch.images)), "encoding is without noise"
        if isinstance(model, ScoresLikelihood):
            scores = model.log_prob(batch, k=1, generator=torch.Generator().manual_seed(2))
            assert scores.shape == (5,)
            assert torch.isfinite(scores).all()
            assert str(model.likelihood())
            again = model.log_prob(batch, k=1, generator=torch.Generator().manual_seed(2))
            assert torch.equal(scores, again)
        if isinstance(model, Judges):
            verdict = model.judge_output(batch.images)
            assert verdict.features.shape == (5, model.feature_dim)
            assert verdict.class_logits.shape == (5, len(spec.class_names) if name == "judge-classifier" else 0)
            assert verdict.attributes.shape[0] == 5
            assert torch.equal(model.features(batch.images), verdict.features)
            assert torch.equal(model.class_logits(batch.images), verdict.class_logits)
            assert torch.equal(model.attributes(batch.images), verdict.attributes)
        if isinstance(model, Discriminates):
            assert_discriminates(model, batch)
        if isinstance(model, Translates):
            assert_translates(model, batch.images)
        if isinstance(model, Denoises):
            assert_denoises(model, spec)
    assert capabilities_of(model)
    assert torch.equal(before, torch.get_rng_state()), "a capability drew from the training thread's generator"


@pytest.mark.parametrize(("name", "spec"), [case for case in LEARNT if len(models[case.values[0]].player_names) == 1])
def test_a_few_steps_lower_the_loss_on_one_batch(name: str, spec: ImageSpec) -> None:
    """Players that compete have no loss that must fall; a single one has."""
    model = make(name, spec)
    batch = make_batch(spec, 6)
    context = FakeContext(spec)
    context.batch = lambda: batch  # type: ignore[method-assign]
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    for context.step in range(6):
        # The same noise each time, so that a lower loss is learned and not drawn.
        context.draws = Draws(torch.Generator().manual_seed(1))
        for phase in model.phases(context):
            loss = phase.loss()  # type: ignore[union-attr]
            if loss is not None:
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                losses.append(loss.item())
    assert losses[-1] < losses[0]


# --- random draws -------------------------------------------------------------------------------------------------

RANDOM = {
    "dropout": 0.3,
    "augment": "translation+cutout",
    "bits": 0.5,
    "objective": "wasserstein-gp",
    "likelihood": "gaussian",
}
"""Knobs that make a step draw, with values that do."""


def cases_that_draw() -> Iterator[Any]:
    """Each model as it is by default, and with each of its knobs that draw, as far as it accepts them."""
    spec = ImageSpec(1, 8, 8, levels=256, class_names=("a", "b", "c"), attribute_names=("smile", "glasses"))
    for name, kind in models.items():
        for knobs in ({}, *({knob: value} for knob, value in RANDOM.items() if knob in kind.Knobs.model_fields)):
            try:
                kind.check(spec, kind.Knobs(**knobs))
            except UsageError:
                continue
            yield pytest.param(name, spec, knobs, id="-".join([name, *knobs]))


DRAWING = pytest.mark.parametrize(("name", "spec", "knobs"), list(cases_that_draw()))


class NoOtherDraws(TorchDispatchMode):
    """Raises where torch draws a random number outside of the step context's draws, whatever the generator."""

    def __init__(self) -> None:
        super().__init__()
        self.allowed = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if torch.Tag.nondeterministic_seeded in func.tags and not self.allowed:
            raise AssertionError(f"{func} draws random numbers past the step context")
        return func(*args, **(kwargs or {}))


class RecordedDraws(Draws):
    """Notes what is drawn, and tells a guard that it may be."""

    def __init__(self, share: Share | None = None, guard: NoOtherDraws | None = None) -> None:
        super().__init__(torch.Generator().manual_seed(1), share)
        self.guard, self.record = guard, list[torch.Tensor]()

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in {"normal", "uniform", "integers", "keep_mask", "bernoulli"}:
            return found

        def draw(*args: Any, **options: Any) -> torch.Tensor:
            if self.guard is not None:
                self.guard.allowed = True
            drawn = found(*args, **options)
            if self.guard is not None:
                self.guard.allowed = False
            self.record.append(drawn.clone())
            return drawn

        return draw


@DRAWING
def test_every_random_number_of_a_step_comes_from_its_context(
    name: str, spec: ImageSpec, knobs: dict[str, Any]
) -> None:
    """Several processes could not share a draw that is made past it, and a resumed run might differ."""
    model = make(name, spec, **knobs)
    model.prepare(make_batch(spec, N))
    others = (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002 - nothing may draw from it
    with NoOtherDraws() as guard:
        for phase in play(model, spec, RecordedDraws(guard=guard)):
            if (loss := phase.loss()) is not None:
                loss.backward(retain_graph=True)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == others  # noqa: NPY002


@DRAWING
def test_two_processes_of_half_a_batch_draw_what_one_would(name: str, spec: ImageSpec, knobs: dict[str, Any]) -> None:
    whole, *halves = (RecordedDraws(share) for share in (None, Share(0, 2, of=N), Share(2, N, of=N)))
    for draws in (whole, *halves):
        model = make(name, spec, **knobs)
        model.prepare(make_batch(spec, N))
        play(model, spec, draws)
    for expected, *parts in zip(whole.record, *(half.record for half in halves), strict=True):
        batches = len(expected) // N
        together = torch.cat([part.unflatten(0, (batches, -1)) for part in parts], 1).flatten(0, 1)
        assert torch.equal(together, expected)


# --- capabilities that no model here has yet ------------------------------------------------------------------------


class PatchDiscriminator:
    """Answers with a map: each pixel's mean over channels."""

    def discriminate(self, images: torch.Tensor, condition: Condition | None = None) -> torch.Tensor:
        return images.mean(1)


class Mirror:
    """Between two domains: images, and their mirror images."""

    domains = ("left", "right")

    def translate_images(
        self,
        images: torch.Tensor,
        *,
        source: int,
        target: int,
        generator: torch.Generator,
        condition: Condition | None = None,
    ) -> torch.Tensor:
        return images if source == target else images.flip(3)


class Fading:
    """Takes away the same share of the noise at each step."""

    noise_steps = 5

    def __init__(self, spec: ImageSpec) -> None:
        self.spec = spec

    def start(self, n: int, *, generator: torch.Generator) -> torch.Tensor:
        return torch.randn(n, *self.spec.shape, generator=generator)

    def trajectory(
        self,
        noise: torch.Tensor,
        *,
        generator: torch.Generator,
        condition: Condition | None = None,
        steps: int | None = None,
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for left in reversed(range(steps or self.noise_steps)):
            noisy = noise * left / (steps or self.noise_steps)
            yield noisy, torch.sigmoid(noisy)


def test_capabilities_of_models_to_come_can_be_had_by_their_methods() -> None:
    spec = ImageSpec(3, 8, 8, levels=256)
    batch = make_batch(spec, N)
    for model, capability in (
        (PatchDiscriminator(), Discriminates),
        (Mirror(), Translates),
        (Fading(spec), Denoises),
    ):
        assert capabilities_of(model) == [capability.__name__]
    assert_discriminates(PatchDiscriminator(), batch)
    assert_translates(Mirror(), batch.images)
    assert_denoises(Fading(spec), spec)


def assert_discriminates(model: Any, batch: Batch) -> None:
    """One number an image or a map, and one number again for people."""
    condition = condition_of(model, batch) if isinstance(model, Model) else None
    output = model.discriminate(batch.images, condition)
    assert output.ndim in (1, 3)
    assert len(output) == len(batch)
    assert per_image(output).shape == (len(batch),)


def assert_translates(model: Any, images: torch.Tensor) -> None:
    def translated(source: int, target: int) -> torch.Tensor:
        made: torch.Tensor = model.translate_images(
            images, source=source, target=target, generator=torch.Generator().manual_seed(2)
        )
        return made

    assert len(model.domains) > 1
    for target in range(len(model.domains)):
        there = translated(0, target)
        assert there.shape == images.shape
        assert torch.equal(there, translated(0, target)), "the same generator state gives the same answer"


def assert_denoises(model: Any, spec: ImageSpec) -> None:
    def path(steps: int | None) -> list[tuple[torch.Tensor, torch.Tensor]]:
        noise = model.start(2, generator=torch.Generator().manual_seed(2))
        return list(model.trajectory(noise, generator=torch.Generator().manual_seed(3), steps=steps))

    assert len(path(None)) == model.noise_steps
    assert len(path(2)) == 2
    for noisy, estimate in path(None):
        assert noisy.shape == (2, *spec.shape)
        assert_images(estimate, 2, spec)
    assert torch.equal(path(None)[-1][1], path(None)[-1][1])


def assert_images(images: torch.Tensor, n: int, spec: ImageSpec) -> None:
    assert images.shape == (n, *spec.shape)
    assert images.dtype == torch.float32
    assert float(images.min()) >= 0.0
    assert float(images.max()) <= 1.0
