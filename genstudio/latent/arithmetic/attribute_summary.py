"""Summary of a judge's reading of one image, in terms of its data set: "smiling .93, masculine .88"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genstudio.core.messages import N_, Message, translate
from genstudio.core.seeding import generator
from genstudio.data.base import data_sets
from genstudio.evaluate.equations import HIGH, LOW, equations_for
from genstudio.evaluate.judge.readings import readings
from genstudio.latent.arithmetic.candidates import predicted_sides, side_title
from genstudio.viewing.context import ViewContext

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


def ordinary_readings(context: ViewContext) -> dict[str, np.ndarray] | None:
    """Judge's readings of real validation images, for the middle of each number; ``None`` without a judge or data."""
    import torch

    judge = context.judge()
    if judge is None or context.data is None:
        return None

    def make() -> dict[str, np.ndarray]:
        data: Any = context.data
        split = next(part for part in map(data.split, ("validation", "test", "train")) if len(part))
        n = min(256, len(split))
        return readings(judge, split.batch(torch.arange(n), generator=generator(0, "middles")).images)

    return context.once(("ordinary readings", judge.hash), make)


def verdict_text(
    context: ViewContext, image: Tensor, ordinary: dict[str, np.ndarray] | None, most: int = 4
) -> Message | None:
    """Judge's reading of one image (1×C×H×W): "smiling .93, masculine .88". The attributes that have words of their
    own come first, then those that are farthest from the middle; a number's reading is where it lies among ordinary
    images, and of many classes the likeliest alone is said. If a data set has descriptions for some attributes, the
    others are skipped, because they are not visible.
    """
    judge = context.judge()
    if judge is None or ordinary is None:
        return None
    sides, found = predicted_sides(context.data, ordinary), readings(judge, image)
    many = set(judge.class_names) if len(judge.class_names) > 2 else set()
    likeliest = max(many & found.keys(), key=lambda name: (float(found[name][0]), name), default="")
    worded, shown = data_sets[context.data.name].attribute_sides if context.data is not None else {}, []
    for name, values in found.items():
        if worded and name not in worded and name not in many:
            continue
        value = float(values[0])
        if name in many:
            if name == likeliest:
                shown.append((-1, -value, f"{translate(side_title(context.data, name, HIGH))} {_hundredths(value)}"))
            continue
        switch = sides[name].low == sides[name].high
        share = value if switch else float((ordinary[name] < value).mean())
        side = HIGH if share >= 0.5 else LOW
        sure = share if side == HIGH else 1 - share
        shown.append((_rank(name), -sure, f"{translate(side_title(context.data, name, side))} {_hundredths(sure)}"))
    shown.sort()
    return N_("{text}", text=", ".join(text for _, _, text in shown[:most]))


#: Attributes of the equations come first.
_FIRST = tuple(dict.fromkeys(name for one in equations_for(("smile", "presentation", "glasses")) for name in
               (one.moved, one.across)))  # fmt: skip


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _hundredths(share: float) -> str:
    """A probability such as .93; never rounded to 1.00."""
    return f"{min(share, 0.99 if share < 1 else 1.0):.2f}".removeprefix("0")
