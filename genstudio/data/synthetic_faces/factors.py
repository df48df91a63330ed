"""The named factors of a portrait, their ranges, and their sampling.

A factor has two ranges. The *full* one is what the renderer understands and what ``faces-wild`` uses; the *usual* one is
what ``faces`` uses: narrow wherever a factor would only hide smile and pose from a small model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from genstudio.core.messages import N_, Message

if TYPE_CHECKING:
    from torch import Generator, Tensor


@dataclass(frozen=True)
class Factor:
    """One number that a portrait is drawn from.

    ``minimum`` to ``maximum`` is what the renderer draws, ``default`` a plain portrait's value, ``usual`` the range in the
    data set ``faces``. ``distribution``: ``uniform`` over the range; ``middle``, uniform but twice as thick around the
    range's middle (the mean of two uniform draws); ``low``, most often near the minimum (a uniform draw squared).
    ``switch`` is 0 or 1, with ``chance`` for 1; ``partly`` is the minimum unless that chance comes up, then uniform.
    """

    name: str
    minimum: float
    maximum: float
    default: float
    usual: tuple[float, float]
    distribution: Literal["uniform", "middle", "low", "switch", "partly"]
    help: Message
    unit: str = ""
    chance: float = 0.5


FACTORS: tuple[Factor, ...] = (
    Factor(
        "yaw", -60, 60, 0, (-40, 40), "uniform", N_("Turns the head; positive towards the picture's right edge."), "°"
    ),
    Factor("pitch", -25, 25, 0, (-8, 8), "middle", N_("Nods the head; positive looks up."), "°"),
    Factor("smile", 0, 1, 0.3, (0, 1), "uniform", N_("From a neutral mouth to a broad smile with cheeks and eyes.")),
    Factor("mouth_opening", 0, 1, 0, (0, 0.5), "low", N_("How far the mouth is open.")),
    Factor("eye_opening", 0, 1, 0.7, (0.55, 0.9), "middle", N_("From eyes that are shut to eyes that are wide open.")),
    Factor("gaze", -1, 1, 0, (-0.4, 0.4), "middle", N_("Where the eyes look; positive to the picture's right edge.")),
    Factor("brows", -1, 1, 0, (-0.3, 0.7), "middle", N_("From lowered to raised eyebrows.")),
    Factor("face_width", 0, 1, 0.5, (0.1, 0.9), "middle", N_("From a narrow to a wide face.")),
    Factor("presentation", 0, 1, 0.5, (0, 1), "uniform", N_("From a feminine to a masculine face.")),
    Factor("glasses", 0, 1, 0, (0, 1), "switch", N_("Glasses: off or on; between the two they fade in."), "", 0.25),
    Factor("beard", 0, 1, 0, (0, 1), "partly", N_("From a shaved chin over stubble to a full beard."), "", 0.5),
    Factor("hair_length", 0, 1, 0.4, (0.05, 1), "uniform", N_("From cropped hair to hair below the shoulders.")),
    Factor("hair_volume", 0, 1, 0.4, (0.1, 0.8), "middle", N_("From sleek to full hair.")),
    Factor("fringe", 0, 1, 0.3, (0, 1), "low", N_("From a bare forehead to a fringe that reaches the brows.")),
    Factor("parting", -1, 1, 0, (-1, 1), "uniform", N_("Where the hair is parted; 0 in the middle.")),
    Factor("hair_colour", 0, 1, 0.3, (0, 1), "uniform", N_("From black over brown, auburn, red and blond to silver.")),
    Factor("skin_tone", 0, 1, 0.3, (0, 1), "uniform", N_("From light to deep skin.")),
    Factor("eye_colour", 0, 1, 0.2, (0, 1), "uniform", N_("From dark brown over hazel and green to blue and grey.")),
    Factor("light", -1, 1, -0.3, (-0.5, 0.5), "middle", N_("Where the light comes from; positive from the right.")),
    Factor(
        "background",
        0,
        1,
        0.1,
        (0, 0.25),
        "uniform",
        N_("The backdrop: greys up to 0.25, then sage, blue, rose, sand."),
    ),
    Factor("clothes", 0, 1, 0.5, (0, 1), "uniform", N_("The colour of the clothes, along a palette.")),
)

NAMES: tuple[str, ...] = tuple(factor.name for factor in FACTORS)


def defaults(n: int = 1) -> Tensor:
    """``n`` plain portraits' factors, float32 n×F, in the order of ``FACTORS``."""
    import torch

    return torch.tensor([factor.default for factor in FACTORS]).repeat(n, 1)


def draw_factors(n: int, generator: Generator, *, wild: bool = False) -> Tensor:
    """Factors of ``n`` random people, float32 n×F, in the order of ``FACTORS``.

    ``wild`` draws from the full ranges. All factors are independent of one another, except that presentation
    decides who may have a beard and shortens hair; yaw, pitch and smile are independent of everything.
    """
    import torch

    columns = {}
    for factor in FACTORS:
        low, high = (factor.minimum, factor.maximum) if wild else factor.usual
        u, v = torch.rand(2, n, generator=generator)
        columns[factor.name] = low + (high - low) * _shaped(factor, u, v)
    # A beard needs a rather masculine face; long hair is commoner on a feminine one, and no more than commoner.
    columns["beard"] *= (columns["presentation"] > 0.5).float()
    columns["hair_length"] *= 1 - 0.55 * ((columns["presentation"] - 0.35) / 0.65).clamp(0, 1)
    return torch.stack([columns[name] for name in NAMES], 1)


def _shaped(factor: Factor, u: Tensor, v: Tensor) -> Tensor:
    """Two uniform draws as one draw in [0, 1] of the factor's distribution."""
    if factor.distribution == "middle":
        return (u + v) / 2
    if factor.distribution == "low":
        return u * u
    if factor.distribution == "switch":
        return (u < factor.chance).float()
    if factor.distribution == "partly":
        return v * (u < factor.chance).float()
    return u
