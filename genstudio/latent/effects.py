"""Effects of a direction, as a judge reads them from images decoded along it.

From each of a few codes z one goes to z + t·σ·v for t = -2, -1, 0, 1, 2. The effect on an attribute is how much the judge's
mean reading changes from t = -2 to t = 2, in standard deviations of its readings of ordinary codes. A direction is as good
as its own effect is large beside the others', its side effects.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.resumable import Resumable
from genstudio.core.seeding import generator
from genstudio.evaluate.judge.readings import readings
from genstudio.latent.directions.direction import Direction
from genstudio.latent.directions.linear import TINY
from genstudio.viewing.conditioning import classes_in_turn
from genstudio.viewing.decode import chunks, decoded, encodings

if TYPE_CHECKING:
    from torch import Tensor

    from genstudio.evaluate.judge.judge import Judge
    from genstudio.viewing.context import ViewContext

PLACES = (-2.0, -1.0, 0.0, 1.0, 2.0)
CODES = 96
ORDINARY = 512


def base_codes(context: ViewContext, n: int) -> Tensor:
    """n ordinary codes float32 n×D: of encoded validation images, or drawn from the prior."""
    found = encodings(context, ORDINARY) if has(context.model, Encodes) else None
    if found is not None and len(found.z) >= n:
        return torch.from_numpy(found.z[:n])
    drawn: Tensor = context.require(Decodes).prior(n, generator=generator(0, "effects"))
    return drawn


def ordinary(context: ViewContext, judge: Judge) -> Resumable[dict[str, float]]:
    """Standard deviation of each of the judge's readings over ordinary codes, cached in the view context."""
    return context.resume(("ordinary", judge.hash), lambda: _ordinary(context, judge))


def _ordinary(context: ViewContext, judge: Judge) -> Resumable[dict[str, float]]:
    found = yield from _read(context, judge, base_codes(context, ORDINARY))
    return {name: max(float(values.std()), TINY) for name, values in found.items()}


def measured(
    context: ViewContext, judge: Judge, direction: Direction, spreads: dict[str, float], n: int = CODES
) -> Resumable[Direction]:
    """``direction`` with its effect on each of the judge's readings, in units of ``spreads``, and ``monotone``: the share
    of codes whose own reading rises (or falls) at each of the four steps."""
    z = base_codes(context, n)
    step = torch.from_numpy(direction.step.astype(np.float32))
    along = torch.stack([z + t * step for t in PLACES]).flatten(0, 1)
    found = yield from _read(context, judge, along)
    effect, monotone = {}, None
    for name, values in found.items():
        by_place = values.reshape(len(PLACES), n)
        change = by_place.mean(1)
        effect[name] = float((change[-1] - change[0]) / spreads[name])
        if name == direction.name:
            steps = np.diff(by_place, axis=0) * np.sign(change[-1] - change[0])
            monotone = float((steps > -TINY).all(0).mean())
    return replace(direction, effect=effect, monotone=monotone)


def _read(context: ViewContext, judge: Judge, z: Tensor) -> Resumable[dict[str, np.ndarray]]:
    """The judge's readings of the images of codes N×D: by name, float64 N."""
    parts, condition = [], classes_in_turn(context, len(z), -1)
    for part in chunks(len(z), context):
        parts.append(readings(judge, decoded(context, z[part], None if condition is None else condition.rows(part))))
        yield part.stop / len(z)
    return {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}
