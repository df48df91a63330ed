"""Contract of models, tested on every registered one. Registering a model is enough to be tested."""

from __future__ import annotations

import itertools

import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.core.capabilities import Decodes, Encodes, Judges, Samples, ScoresLikelihood, capabilities_of
from genstudio.core.errors import UsageError
from genstudio.core.knobs import describe
from genstudio.core.spec import ImageSpec
from genstudio.models.base import Model, Phase, build, models

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


class FakeTurn:
    """The step context of one step, without a loop: gives batches and noise."""

    def __init__(self, spec: ImageSpec, n: int = 6) -> None:
        self.spec, self.n, self.step = spec, n, 3

    def batch(self) -> Batch:
        return make_batch(self.spec, self.n)

    def noise(self, dim: int) -> torch.Tensor:
        return torch.randn(self.n, dim)


def make_batch(spec: ImageSpec, n: int) -> Batch:
    images = torch.rand(n, *spec.shape)
    if spec.levels is not None:
        images = (images * (spec.levels - 1)).round() / (spec.levels - 1)
    labels = torch.arange(n) % len(spec.class_names) if spec.class_names else None
    attributes = torch.rand(n, len(spec.attribute_names)) if spec.attribute_names else None
    return Batch(images, spec, torch.arange(n), labels, attributes)


def make(name: str, spec: ImageSpec) -> Model:
    torch.manual_seed(0)
    return build(name, spec)


def play(model: Model, spec: ImageSpec) -> list[Phase]:
    """Every phase of one step, each treated as applied."""
    phases: list[Phase] = []
    steps = model.phases(FakeTurn(spec))
    answer: bool | None = None
    while True:
        try:
            asked = steps.send(answer) if answer is not None else next(steps)
        except StopIteration:
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
def test_phases_ask_for_finite_scalar_terms_of_known_players(name: str, spec: ImageSpec) -> None:
    model = make(name, spec)
    model.prepare(make_batch(spec, 6))
    players = model.players()
    for phase in play(model, spec):
        assert phase.player in players
        for term in phase.terms.values():
            assert term.ndim == 0
            assert torch.isfinite(term)
        assert set(phase.weights) <= set(phase.terms)


@pytest.mark.parametrize(("name", "spec"), CASES)
def test_it_declares_the_metrics_that_it_reports(name: str, spec: ImageSpec) -> None:
    """Or the key itself would be shown beside its curve."""
    model = make(name, spec)
    model.prepare(make_batch(spec, 6))
    shown = {key for phase in play(model, spec) for key in (*phase.terms, *phase.watch)}
    assert shown <= models[name].reported_metrics().keys()


@pytest.mark.parametrize(("name", "spec"), CASES)
def test_every_parameter_belongs_to_one_player_and_learns(name: str, spec: ImageSpec) -> None:
    """A parameter without a player or a loss would silently keep its initial value."""
    model = make(name, spec)
    owned = [p for parameters in model.players().values() for p in parameters]
    assert len(owned) == len({id(p) for p in owned})
    assert {id(p) for p in owned} == {id(p) for p in model.parameters()}
    reached: set[int] = set()
    for phase in play(model, spec):
        if (loss := phase.loss()) is not None:
            parameters = model.players()[phase.player]
            gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
            reached |= {id(p) for p, g in zip(parameters, gradients, strict=True) if g is not None and bool(g.any())}
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
        first = model.sample(3, generator=torch.Generator().manual_seed(1))
        assert torch.equal(first, copy.sample(3, generator=torch.Generator().manual_seed(1)))


@pytest.mark.parametrize(("name", "spec"), CASES)
def test_capabilities_keep_their_contracts(name: str, spec: ImageSpec) -> None:
    model = make(name, spec).eval()
    batch = make_batch(spec, 5)
    before = torch.get_rng_state()
    with torch.inference_mode():
        if isinstance(model, Samples):
            assert_images(model.sample(4, generator=torch.Generator().manual_seed(2)), 4, spec)
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
            verdict = model.verdict(batch.images)
            assert verdict.features.shape == (5, model.feature_dim)
            assert verdict.class_logits.shape == (5, len(spec.class_names) if name == "judge-classifier" else 0)
            assert verdict.attributes.shape[0] == 5
            assert torch.equal(model.features(batch.images), verdict.features)
            assert torch.equal(model.class_logits(batch.images), verdict.class_logits)
            assert torch.equal(model.attributes(batch.images), verdict.attributes)
    assert capabilities_of(model)
    assert torch.equal(before, torch.get_rng_state()), "a capability drew from the training thread's generator"


@pytest.mark.parametrize(("name", "spec"), [case for case in LEARNT if len(models[case.values[0]].player_names) == 1])
def test_a_few_steps_lower_the_loss_on_one_batch(name: str, spec: ImageSpec) -> None:
    """Players that compete have no loss that must fall; a single one has."""
    model = make(name, spec)
    batch = make_batch(spec, 6)
    context = FakeTurn(spec)
    context.batch = lambda: batch  # type: ignore[method-assign]
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    large = sum(p.numel() for p in model.parameters()) > 500_000  # learns faster, and takes its time
    for context.step in range(10 if large else 20):
        torch.manual_seed(0)  # the same noise each time: what falls is the loss, not the luck
        for phase in model.phases(context):
            loss = phase.loss()  # type: ignore[union-attr]
            if loss is not None:
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                losses.append(loss.item())
    assert losses[-1] < losses[0]


def assert_images(images: torch.Tensor, n: int, spec: ImageSpec) -> None:
    assert images.shape == (n, *spec.shape)
    assert images.dtype == torch.float32
    assert float(images.min()) >= 0.0
    assert float(images.max()) <= 1.0
