"""The pane The objective: the losses as functions of what the discriminator says, and where the game stands on them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.capabilities import Discriminates, Samples
from genstudio.core.conditions.classes import of_class
from genstudio.core.errors import UsageError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.seeding import generator
from genstudio.panes.groups import ADVERSARIAL
from genstudio.viewing.conditioning import check_data, classes_of
from genstudio.viewing.content import Content, Series
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import drawn, without_gradients
from genstudio.viewing.discriminator import raw_outputs
from genstudio.viewing.pane import pane
from genstudio.viewing.pane_state import PaneState, state

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

POINTS = 241
EDGE = 0.004  # of D, on an axis of probabilities: at 0 and 1 the logarithms have no end
LEAST = 2.0  # of an axis of outputs, to either side of 0
FAR = 10.0  # outputs about such a value or more have no 0 to be compared with
LECTURE = {"minimax": N_("minimax: log(1 − D)"), "non-saturating": N_("non-saturating: −log D")}
"""The generator losses that the lecture holds against each other."""

PAGE = N_(
    "<p>Each player's loss is a function of one number, the discriminator's output for an image. The curves are "
    "that function, and the dots on them are a batch of real images and a batch of samples at the "
    "discriminator's current outputs. The large ring is their mean. Training moves a player downhill on its "
    "curve: a dot on a steep part gives a large gradient, one on a flat part gives none.</p><p><b>Why the "
    "original game stalls.</b> With D = 1/(1 + e<sup>-a</sup>), a the logit, the first generator loss was log(1 "
    "− D). Its slope in a is −D: when the discriminator recognises the samples, D(G(z)) is near 0, and so is the "
    "slope. The generator learns least when its samples are worst. The non-saturating loss −log D has the slope "
    "−(1 − D): near −1 there. Both have the same sign everywhere (Goodfellow et al. 2014, section "
    "3).</p><p><b>Axis.</b> By <i>probability</i> the curves are as lectures draw them. By <i>output</i> the "
    "slope is the gradient that reaches the generator: on the left, log(1 − D) is flat, and −log D falls with "
    "slope −1. Critics and pairs have an unbounded output, and only that axis.</p><p><b>Pairs.</b> A "
    "relativistic loss uses differences: for a real image D(x) − D(G(z)), for a sample D(G(z)) − D(x), each with "
    "a partner from the other batch.</p>"
)


@state
class ObjectiveState(PaneState):
    """A batch of ``n`` real images and one of as many samples from the noise of ``seed``."""

    n: int = knob(48, help=N_("Number of real images, and of samples."), label=N_("images"), ge=2, le=256)
    seed: int = knob(
        0,
        help=N_("The seed of the noise: the same seed gives the same z at every step."),
        label=N_("seed"),
        ge=0,
        le=2**31 - 1,
    )
    axis: Literal["probability", "output"] = knob(
        "probability",
        help=N_(
            "D as a probability, as in lectures, or the discriminator's output itself, whose slopes reach the "
            "generator."
        ),
        label=N_("axis"),
        titles={"probability": N_("probability"), "output": N_("output")},
    )

    @property
    def needs_images(self) -> bool:
        return True


@dataclass(frozen=True, eq=False)
class Position:
    """Where the game stands: what each loss is a function of, for the real images and the samples, float32 n each."""

    real: Tensor | None
    fake: Tensor


@pane(
    "objective",
    title=N_("The objective"),
    group=ADVERSARIAL,
    needs=(Discriminates, Samples),
    state=ObjectiveState,
    help=N_("The players' losses as curves, with a batch of real images and of samples on them."),
    page=PAGE,
    gradients=True,
)
def objective(context: ViewContext, state: ObjectiveState) -> Iterator[Content | None]:
    """Two groups of series: what the discriminator pays, what the generator pays; marks are the batches.

    ``values``: the outputs, their means, and the generator's mean slope (loss per unit of output) at the samples.
    """
    from genstudio.objectives.base import objectives

    played: Any = getattr(context.model, "objective", None)
    if played is None:
        raise UsageError(
            N_("The losses of {model} are not functions of one number.", model=type(context.model).title),
            N_("Look at its curves on the left, or open a run of a GAN with a scalar discriminator."),
        )
    stands = yield from without_gradients(_position(context, state, pairs=played.generator_sees_real))
    # Where all that a loss sees is a probability, people may look at it as one.
    probability = played.output == "logit" and state.axis == "probability"
    outputs, x = _axis(stands, probability=probability)
    name = _name_of(played)
    curves = played.curves()

    def series(
        caption: Message | str, curve: Callable[[Tensor], Tensor], group: Message, marks: Tensor | None
    ) -> Series:
        placed = None if marks is None else (marks.sigmoid() if probability else marks).double().numpy()
        return Series(caption, x, curve(outputs).double().numpy(), "nats" if _in_nats(played) else "", group, placed)

    pays, gets = N_("Discriminator's loss"), N_("Generator's loss")
    shown = [
        series(N_("for a real image"), curves["real"], pays, stands.real),
        series(N_("for a sample"), curves["fake"], pays, stands.fake),
    ]
    losses = {name: curves["generator"]}
    if name in LECTURE:  # held against each other, always in the same colours
        losses = {other: objectives[other]().curves()["generator"] for other in LECTURE}
    for key, loss in losses.items():
        caption = LECTURE.get(key, N_("for a sample"))
        shown.append(
            series(
                N_("{loss} (played here)", loss=caption) if key == name in LECTURE else caption, loss, gets, stands.fake
            )
        )
    slopes = {key: _slope(loss, stands.fake) for key, loss in losses.items()}
    values: dict[str, Any] = {f"slope_{key}": slope for key, slope in slopes.items()}
    values |= {"fake_output": stands.fake.numpy(), "logit": played.output == "logit"}
    if stands.real is not None:
        values["real_output"] = stands.real.numpy()
    across = N_("D, the discriminator's probability of real") if probability else _what_output(played)
    yield Content(_caption(context, played, stands, slopes), series=tuple(shown), values=values, across=across)


def _position(context: ViewContext, state: ObjectiveState, *, pairs: bool) -> Generator[float | None, None, Position]:
    import torch

    classes = classes_of(context)
    labels, real = None, None
    if context.data is not None:
        check_data(context)
        split: Any = context.data.split("train")
        draw = generator(state.seed, "objective")
        batch = split.batch(torch.randint(len(split), (state.n,), generator=draw), generator=draw)
        labels = batch.labels if classes else None
        yield None
        real = yield from raw_outputs(context, batch.images, of_class(labels))
    if classes and labels is None:
        labels = torch.arange(state.n) % classes
    condition = of_class(labels)
    samples = yield from drawn(context, state.n, generator(state.seed, "samples"), condition=condition)
    fake = yield from raw_outputs(context, samples, condition)
    if pairs and real is not None:
        return Position(real - fake, fake - real)
    return Position(real, fake)


def _axis(stands: Position, *, probability: bool) -> tuple[Tensor, np.ndarray]:
    """Outputs at which the curves are asked, float64, and where these lie across: as far as the batches reach."""
    import numpy as np
    import torch

    if probability:
        # Half of the places even in D, half in its logit: towards the ends the logarithms bend ever more.
        end = np.log(1 / EDGE - 1)
        logistic = 1 / (1 + np.exp(-np.linspace(-end, end, POINTS // 2)))
        share = np.unique(np.concatenate([np.linspace(EDGE, 1 - EDGE, POINTS // 2), logistic[1:-1]]))
        return torch.logit(torch.from_numpy(share)), share
    every = torch.cat([part for part in (stands.real, stands.fake) if part is not None])
    low, high = float(every.min()), float(every.max())
    room = 0.1 * (high - low)
    if max(abs(low), abs(high)) < FAR:
        low, high = min(low, -LEAST), max(high, LEAST)
    x = np.linspace(low - room - 1e-3, high + room + 1e-3, POINTS)
    return torch.from_numpy(x), x


def _slope(curve: Callable[[Tensor], Tensor], outputs: Tensor) -> float:
    """The mean derivative of ``curve`` at ``outputs``."""
    import torch

    at = outputs.double().requires_grad_(True)
    (slope,) = torch.autograd.grad(curve(at).sum(), at)
    return float(slope.mean())


def _name_of(played: Any) -> str:
    from genstudio.objectives.base import objectives

    return next((name for name, kind in objectives.items() if type(played) is kind), type(played).__name__)


def _in_nats(played: Any) -> bool:
    """Logarithms of probabilities; other losses have no unit."""
    return bool(played.output == "logit" or played.generator_sees_real)


def _what_output(played: Any) -> Message:
    if played.generator_sees_real:
        return N_("difference of the discriminator's outputs for an image and its partner")
    if played.output == "logit":
        return N_("a, the discriminator's logit")
    return N_("the discriminator's output")


def _caption(context: ViewContext, played: Any, stands: Position, slopes: dict[str, float]) -> Message:
    def mean(outputs: Tensor) -> str:
        return f"{float(played.shown(outputs).mean()):.2g}"

    fields = {key: f"{slope:+.2f}".replace("-", "−") for key, slope in slopes.items()}
    if len(fields) > 1:
        slope = N_(
            "slope at the samples: log(1−D) {minimax}, −log D {non_saturating} per logit",
            minimax=fields["minimax"],
            non_saturating=fields["non-saturating"],
        )
    elif played.output == "logit":
        slope = N_("the generator's slope at the samples: {slope} per logit", slope=next(iter(fields.values())))
    else:
        slope = N_("the generator's slope at the samples: {slope}", slope=next(iter(fields.values())))
    if played.generator_sees_real:
        where = N_("D(G(z)) − D(x) is {fake} on average", fake=f"{float(stands.fake.mean()):+.2g}".replace("-", "−"))
    elif stands.real is None:
        where = N_("mean D(G(z)) {fake}", fake=mean(stands.fake))
    else:
        where = N_("mean D(x) {real}, D(G(z)) {fake}", real=mean(stands.real), fake=mean(stands.fake))
    return N_(
        "{where} · {slope} · {title}, step {step}",
        where=where,
        slope=slope,
        title=played.title,
        step=f"{context.snapshot.step:,}",
    )
