"""Details of each adversarial model: spectral norms, classes, equilibrium, and refused images."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.core.conditions.base import Condition
from genstudio.core.conditions.classes import of_class
from genstudio.core.draws import Draws
from genstudio.core.errors import UsageError
from genstudio.core.spec import ImageSpec
from genstudio.models.base import build, models
from genstudio.nets.class_heads import ConcatenationHead, ProjectionHead
from genstudio.nets.gan.spectral import maybe_spectral_norm
from genstudio.nets.latent_prior import as_switches


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# --- spectral normalisation ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["linear", "convolution"])
def test_a_bounded_layer_has_a_largest_singular_value_of_one(kind: str) -> None:
    torch.manual_seed(0)  # how fast the iteration comes near hangs on the weight
    layer = maybe_spectral_norm(torch.nn.Linear(12, 7) if kind == "linear" else torch.nn.Conv2d(3, 5, 3), True)
    for _ in range(100):
        weight = layer.weight  # each look in training is one step of power iteration
    largest = torch.linalg.svdvals(weight.detach().flatten(1))[0].item()
    assert largest == pytest.approx(1.0, abs=1e-3)


def test_gradient_is_that_of_the_normalised_weight() -> None:
    """d(W/σ)/dW with σ = u·W·v, u and v fixed, by finite differences."""
    layer = maybe_spectral_norm(torch.nn.Linear(4, 3, bias=False).double(), True).eval()
    raw, x = layer.parametrizations.weight.original, torch.randn(5, 4, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(layer(x).sin().sum(), raw)
    with torch.no_grad():
        raw[1, 2] += 1e-6
        up = layer(x).sin().sum().item()
        raw[1, 2] -= 2e-6
        down = layer(x).sin().sum().item()
    assert gradient[1, 2].item() == pytest.approx((up - down) / 2e-6, rel=1e-5)


def test_evaluation_does_not_change_spectral_norms(build_small) -> None:
    model, images = build_small("resnet-gan"), torch.rand(4, 1, 8, 8)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.eval()
    first = model.discriminate(images)
    assert torch.equal(first, model.discriminate(images))
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    model.train()
    model.discriminate(images)
    assert any(not torch.equal(before[name], value) for name, value in model.state_dict().items()), (
        "in training it does"
    )


def test_power_iteration_stays_exact_in_mixed_precision(build_small) -> None:
    model = build_small("resnet-gan")
    with torch.autocast("cpu", torch.bfloat16):
        model.discriminate(torch.rand(4, 1, 8, 8))
    assert {buffer.dtype for name, buffer in model.named_buffers() if name.endswith((".u", ".v"))} == {torch.float32}


# --- classes ------------------------------------------------------------------------------------------------------


def test_projection_is_an_inner_product() -> None:
    head = ProjectionHead(3, 2, spectral=False)
    features = torch.tensor([[1.0, 2.0, 3.0], [0.5, 0.0, -1.0]])
    with torch.no_grad():
        head.real.weight.copy_(torch.tensor([[1.0, 1.0, 1.0]]))
        head.real.bias.fill_(0.25)
        head.fits.weight.copy_(torch.tensor([[1.0, 0.0, 0.0], [0.0, 10.0, 2.0]]))
        assert head(features, torch.tensor([0, 1])).tolist() == [6.25 + 1.0, -0.25 - 2.0]
        assert head(features, torch.tensor([1, 1])).tolist() == [6.25 + 26.0, -0.25 - 2.0]


@pytest.mark.parametrize("kind", [ProjectionHead, ConcatenationHead])
@pytest.mark.parametrize("spectral", [True, False])
def test_discriminator_without_a_class_gives_the_mean_over_classes(kind: type, spectral: bool) -> None:
    head, features = kind(5, 3, spectral=spectral).eval(), torch.randn(4, 5)
    with torch.no_grad():
        each = torch.stack([head(features, torch.full((4,), k)) for k in range(3)])
        torch.testing.assert_close(head(features, None), each.mean(0))
        assert each.std(0).min() > 1e-4


@pytest.mark.parametrize("base", ["gan", "dcgan", "resnet-gan"])
def test_class_affects_generator_and_discriminator(base: str, build_small) -> None:
    model, z = build_small("conditional-gan", base=base).eval(), torch.randn(4, 3)
    with torch.no_grad():
        first, second = model.decode(z, of_class(0)), model.decode(z, of_class(1))
        assert not torch.allclose(first, second, atol=1e-5)
        assert torch.equal(model.decode(z), first), "the first class, where none is asked for"
        mixed = model.decode(z, of_class(torch.tensor([0, 1, 0, 1])))
        torch.testing.assert_close(mixed[::2], first[::2])
        torch.testing.assert_close(mixed[1::2], second[1::2])
        assert not torch.allclose(
            model.discriminate(first, of_class(torch.zeros(4, dtype=torch.int64))),
            model.discriminate(first, of_class(torch.ones(4, dtype=torch.int64))),
        )


def test_classes_are_drawn_after_the_noise(build_small) -> None:
    """Asking for a class changes no code."""
    model = build_small("conditional-gan").eval()
    with torch.no_grad():
        z = model.prior(6, generator=noise())
        torch.testing.assert_close(
            model.sample(6, generator=noise(), condition=of_class(1)), model.decode(z, of_class(1))
        )
        free, draw = model.sample(6, generator=noise()), noise()
        model.prior(6, generator=draw)
        labels = torch.randint(2, (6,), generator=draw)
        torch.testing.assert_close(free, model.decode(z, of_class(labels)))


def test_unknown_classes_are_refused(build_small) -> None:
    with pytest.raises(UsageError, match=r"no class 2.*0 to 1: dot, square"):
        build_small("conditional-gan").sample(1, generator=noise(), condition=of_class(2))
    with pytest.raises(UsageError, match="without classes"):
        build_small("dcgan").sample(2, generator=noise(), condition=of_class(0))


def test_images_without_labels_can_not_be_learned_from(build_small) -> None:
    model = build_small("conditional-gan")
    context = SimpleNamespace(
        step=0, draws=Draws(), batch=lambda: Batch(torch.rand(4, 1, 8, 8), model.spec, torch.arange(4))
    )
    with pytest.raises(UsageError, match="needs the class"):
        next(model.phases(context))


# --- the equilibrium ----------------------------------------------------------------------------------------------


class StepContext:
    """A step context that always gives the same images and codes."""

    step, draws = 0, Draws()

    def __init__(self, model) -> None:
        self.images, self.z, self.spec = torch.rand(4, *model.spec.shape), torch.randn(4, model.latent_dim), model.spec

    def batch(self) -> Batch:
        return Batch(self.images, self.spec, torch.arange(4))

    def noise(self, dim: int) -> torch.Tensor:
        return self.z


def finish_began_step(model, context: StepContext, *, applied: bool) -> None:
    steps = model.phases(context)
    next(steps)
    steps.send(True)
    with pytest.raises(StopIteration):
        steps.send(applied)


def test_the_balance_follows_the_papers_rule(build_small) -> None:
    model = build_small("began", gamma=0.7, pace=0.25)
    context = StepContext(model)
    model.k.fill_(0.4)
    steps = model.phases(context)
    first = next(steps)
    second = steps.send(True)
    real, fake = first.terms["d_real"].item(), second.terms["adversarial"].item()
    assert first.weights == {"d_fake": pytest.approx(-0.4)}
    assert second.watch["k"].item() == pytest.approx(0.4)
    assert second.watch["M"].item() == pytest.approx(real + abs(0.7 * real - fake))
    with pytest.raises(StopIteration):
        steps.send(True)
    assert model.k.item() == pytest.approx(min(1.0, max(0.0, 0.4 + 0.25 * (0.7 * real - fake))))
    assert first.terms["d_fake"].item() == pytest.approx(fake, rel=1e-4), "the same images, judged by the same net"


@pytest.mark.parametrize(("gamma", "start", "end"), [(1.0, 0.999, 1.0), (0.1, 0.001, 0.0)])
def test_k_stays_between_0_and_1_and_is_saved_with_the_weights(
    gamma: float, start: float, end: float, build_small
) -> None:
    model = build_small("began", pace=1.0)
    model.knobs = model.knobs.with_values(gamma=gamma)  # live
    context = StepContext(model)
    if gamma == 1.0:
        context.images = (torch.rand(4, 1, 8, 8) > 0.5).float()  # worse to reconstruct than what is drawn
    model.k.fill_(start)
    finish_began_step(model, context, applied=True)
    assert model.state_dict()["k"].item() == end


def test_k_is_constant_while_only_one_player_is_updated(build_small) -> None:
    model = build_small("began", pace=1.0)
    model.k.fill_(0.5)
    finish_began_step(model, StepContext(model), applied=False)
    assert model.k.item() == 0.5


def test_discriminator_output_is_its_reconstruction_quality(build_small) -> None:
    model, images = build_small("began").eval(), torch.rand(3, 1, 8, 8)
    with torch.no_grad():
        made = model.discriminator(2 * images - 1)
        expected = -(2 * images - 1 - made).abs().flatten(1).mean(1)
        torch.testing.assert_close(model.discriminate(images), expected)


@pytest.mark.parametrize(("code_dim", "n_coordinates"), [(0, 3), (2, 2), (5, 3)])
def test_constrained_code_predicts_z(code_dim: int, n_coordinates: int, build_small) -> None:
    model = build_small("began", code_dim=code_dim)
    context = StepContext(model)
    assert set(next(model.phases(context)).terms) == {"d_real", "d_fake"}, (
        "the paper's, where no constraint is asked for"
    )
    model.knobs = model.knobs.with_values(constraint=0.3)  # live
    phase = next(model.phases(context))
    with torch.no_grad():
        code = model.discriminator.encoder(model.generator(context.z))
    expected = (code[:, :n_coordinates] - context.z[:, :n_coordinates]).square()
    assert phase.terms["constraint"].item() == pytest.approx(expected.mean().item(), rel=1e-4)
    assert phase.weights == {"d_fake": 0.0, "constraint": 0.3}
    phase.terms["constraint"].backward()
    assert all(weights.grad is None for weights in model.generator.parameters()), "the encoder learns it, no one else"
    assert all(weights.grad is None for weights in model.discriminator.decoder.parameters())
    assert any(weights.grad.abs().sum() > 0 for weights in model.discriminator.encoder.parameters())


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 12, 24), (3, 32, 32), (1, 128, 128)])
@pytest.mark.parametrize("resampling", ["nearest", "strided"])
def test_the_generator_is_the_upper_half_of_the_discriminator(resampling: str, shape: tuple, depth: int) -> None:
    knobs = {"latent_dim": 5, "width": 2, "resampling": resampling, "depth": depth}
    model = build("began", ImageSpec(*shape), knobs).eval()

    def shapes(net):
        return [tuple(weights.shape) for weights in net.state_dict().values()]

    assert shapes(model.generator) == shapes(model.discriminator.decoder)
    apart = build("began", ImageSpec(*shape), {**knobs, "code_dim": 7}).eval()
    assert shapes(apart.generator) == shapes(model.generator) != shapes(apart.discriminator.decoder)
    with torch.no_grad():
        images = model.sample(3, generator=torch.Generator().manual_seed(0))
        assert images.shape == (3, *shape)
        assert model.discriminator.encoder(images).shape == (3, 5)
        assert apart.discriminator.encoder(images).shape == (3, 7)
        assert model.discriminator(images).shape == images.shape


# --- images and settings that don't fit ---------------------------------------------------------------------------

GREY, COLOUR, LABELLED = ImageSpec(1, 8, 8), ImageSpec(3, 32, 32), ImageSpec(1, 8, 8, class_names=("a", "b"))


@pytest.mark.parametrize(
    ("name", "spec", "knobs", "text"),
    [
        ("dcgan", ImageSpec(1, 33, 33), {}, r"33×33.*32, 40"),
        ("resnet-gan", ImageSpec(3, 7, 7), {}, r"7×7.*work: 8\."),
        ("began", ImageSpec(1, 30, 30), {}, r"30×30.*28, 32"),
        ("conditional-gan", ImageSpec(1, 33, 33, class_names=("a", "b")), {}, r"33×33.*32, 40"),
        ("dcgan", GREY, {"augment": "colour+translation+cutout"}, r"one channel.*augment=translation\+cutout"),
        ("conditional-gan", GREY, {}, r"have none.*model.name=dcgan"),
        ("dcgan", COLOUR, {"objective": "wasserstein-gp", "discriminator_norm": "batch"},
         r"gradient penalty forbids batch normalisation.*discriminator_norm=none"),
        ("conditional-gan", LABELLED, {"objective": "relativistic", "discriminator_norm": "batch"}, r"forbids batch"),
        ("dcgan", COLOUR, {"r1": 1.0, "discriminator_norm": "batch"}, r"R1.*discriminator_norm=none"),
    ],
)  # fmt: skip
def test_unsuitable_settings_are_refused_with_alternatives(name: str, spec: ImageSpec, knobs: dict, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        build(name, spec, knobs)


def test_recommended_alternatives_work() -> None:
    for side in (8, 28, 32, 40):
        build("dcgan", ImageSpec(1, side, side), {"width": 4})
    build("dcgan", ImageSpec(3, 32, 32), {"objective": "wasserstein-gp", "discriminator_norm": "none", "width": 4})
    build("dcgan", GREY, {"augment": "translation+cutout", "width": 4})


@pytest.mark.parametrize(("name", "fits"), [("gan", True), ("began", True), ("dcgan", False), ("resnet-gan", False)])
def test_batch_of_one_is_refused_with_batch_normalisation(name: str, fits: bool, recipe) -> None:
    wanted = recipe(name, "plan.batch_size=1")
    if fits:
        wanted.resolve()
        return
    with pytest.raises(UsageError, match=r"batch normalisation.*plan.batch_size=2"):
        wanted.resolve()
    recipe(name, "plan.batch_size=2").resolve()


def test_class_shares_interpolate_between_classes(build_small) -> None:
    model, z = build_small("conditional-gan").eval(), torch.randn(3, 3)
    classes = model.classes
    whole = torch.eye(classes)[[1, 0, 1]]
    assert torch.allclose(
        model.decode(z, of_class(whole)), model.decode(z, of_class(torch.tensor([1, 0, 1]))), atol=1e-6
    )
    between = model.decode(z, of_class(torch.full((3, classes), 1 / classes)))
    assert not torch.allclose(between, model.decode(z, of_class(0)), atol=1e-4)
    with pytest.raises(UsageError, match="The class shares"):
        model.decode(z, of_class(torch.ones(2, classes)))


def test_a_conditional_one_needs_what_its_nets_need(recipe) -> None:
    recipe("conditional-gan", "base=gan", "plan.batch_size=1").resolve()
    with pytest.raises(UsageError, match="batch"):
        recipe("conditional-gan", "base=dcgan", "plan.batch_size=1").resolve()


# --- attributes ---------------------------------------------------------------------------------------------------


def test_linearity_term_is_the_unexplained_share_of_variance(build_small) -> None:
    """The term does not depend on the scale, so a generator gains nothing by showing less of an attribute."""
    model, z = build_small("attribute-gan"), torch.randn(400, 3, generator=noise())
    model.discriminator.readout.switch.zero_()
    lines = model.generator.lines
    with torch.no_grad():
        exact, nonlinear = lines(z), torch.randn(400, 1, generator=noise(1))
        assert model.nonlinear(z, exact).item() == pytest.approx(0.0, abs=1e-10)
        noisy = exact + nonlinear
        share = (nonlinear.square().mean() / noisy.var()).item()
        assert model.nonlinear(z, noisy).item() == pytest.approx(share, rel=1e-5)
        lines.weight.mul_(0.1)
        lines.bias.mul_(0.1)
        assert model.nonlinear(z, 0.1 * noisy).item() == pytest.approx(share, rel=1e-5)


def test_linearity_term_of_yes_or_no_is_a_cross_entropy(build_small) -> None:
    model, z = build_small("attribute-gan"), torch.randn(5, 3, generator=noise())
    model.discriminator.readout.switch.fill_(1.0)
    with torch.no_grad():
        p, q = torch.tensor([[0.9], [0.2], [0.5], [0.7], [0.1]]), model.generator.lines(z).sigmoid()
        expected = -(p * q.log() + (1 - p) * (1 - q).log()).mean()
        torch.testing.assert_close(model.nonlinear(z, p.logit()), expected[None])


def test_the_reader_learns_from_real_images_alone(build_small, data) -> None:
    model = build_small("attribute-gan")
    batch = data.split("train").batch(torch.arange(12), generator=noise())
    model.prepare(batch)
    terms: dict[str, torch.Tensor] = {}
    model.add_to_discriminator(batch, terms, {})
    (gradient,) = torch.autograd.grad(
        terms["attributes"], [model.discriminator.readout.lines.weight], retain_graph=True
    )
    assert gradient.abs().sum() > 0
    generator = list(model.generator.parameters())
    assert all(g is None for g in torch.autograd.grad(terms["attributes"], generator, allow_unused=True))


def test_data_without_attributes_is_refused_naming_the_plain_model() -> None:
    with pytest.raises(UsageError, match="neither attributes nor classes") as refused:
        build("attribute-gan", ImageSpec(3, 8, 8, levels=256), {"base": "resnet-gan"})
    assert "model.name=resnet-gan" in str(refused.value.remedy)


def test_yes_or_no_codes_have_two_clusters_with_the_datas_frequency() -> None:
    chance = torch.tensor([0.25, 0.5, 0.0])
    draws = torch.randn(40_000, 3, generator=noise())
    codes = as_switches(draws, chance)
    assert torch.equal(codes[:, 2], draws[:, 2]), "no switch"
    torch.testing.assert_close(codes.mean(0), torch.zeros(3), atol=0.02, rtol=0)
    torch.testing.assert_close(codes.var(0), torch.ones(3), atol=0.03, rtol=0)
    torch.testing.assert_close((codes > 0).float().mean(0)[:2], chance[:2], atol=0.01, rtol=0)
    assert codes[:, 0].sub(1.697).abs().minimum(codes[:, 0].add(0.566).abs()).max() < 6 * 0.2


def test_yes_or_no_attributes_have_their_own_coordinate(build_small, data) -> None:
    model = build_small("attribute-gan")
    model.prepare(data.split("train").batch(torch.arange(60), generator=noise()))
    share = model.discriminator.readout.mean[0].item()
    z = model.prior(4_000, generator=noise())
    assert (z[:, 0] > 0).float().mean().item() == pytest.approx(share, abs=0.03)
    assert z[:, 0].abs().min() > 0.05, "two places and nothing between"
    assert model.generator.lines(z)[:, 0].sign().eq(z[:, 0].sign()).float().mean() > 0.99


def test_unpredictable_attributes_do_not_train_the_generator() -> None:
    spec = ImageSpec(1, 8, 8, levels=256, attribute_names=("read", "guessed", "switch", "coin"))
    torch.manual_seed(0)
    model = build("attribute-gan", spec, {"latent_dim": 4, "width": 4})
    draw = noise()
    for step in range(400):
        numbers, switches = torch.randn(64, 2, generator=draw), (torch.rand(64, 2, generator=draw) < 0.25).float()
        values = torch.cat([numbers, switches], 1)
        if step == 0:
            model.prepare(Batch(torch.rand(64, 1, 8, 8), spec, torch.arange(64), attributes=values))
        guess = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
        model.learn_shares(values, torch.tensor([0.1, 1.0, 0.05, guess]).expand(64, 4))
    torch.testing.assert_close(model.readable, torch.tensor([0.9, 0.0, 1 - 0.05 / guess, 0.0]), atol=0.05, rtol=0)
    torch.testing.assert_close(model.chance, torch.tensor([0.0, 0.0, 0.25, 0.25]), atol=0.03, rtol=0)
    model.readable.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0]))
    z, terms = torch.randn(32, 4, generator=draw), {}
    model.add_to_generator(z, model.generate(z, Condition({})), terms, {})
    (gradient,) = torch.autograd.grad(terms["linearity"], [model.generator.lines.weight])
    assert gradient[0].abs().max() > 0
    assert not gradient[1:].any(), "of the others nothing is asked"


def test_linearity_needs_two_images_for_any_nets() -> None:
    """One image has no variance, so its share would not be a number."""
    for base in ("gan", "dcgan", "resnet-gan"):
        assert models["attribute-gan"].smallest_batch(models["attribute-gan"].Knobs(base=base)) == 2


def test_choice_of_nets_is_first_in_the_form() -> None:
    for name in ("conditional-gan", "attribute-gan"):
        assert next(iter(models[name].Knobs.model_fields)) == "base"
