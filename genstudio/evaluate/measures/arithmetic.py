"""Arithmetic with codes: smiling woman - neutral woman + neutral man should give a smiling man (Radford et al. 2016).

Of each equation 200 random triples: every term is the mean code of three exemplars, the sum is decoded once, and a judge
that never saw a generated image says which of the two wanted attributes came out right. The same again with five exemplars
a term, where there are so many: what is left of their own faces in a sum shrinks with their number. Beside it: ordinary
codes (chance), the third term alone (nothing was carried over), and the same sum of the same exemplars' pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from genstudio.core import seeding
from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.evaluate.base import Result, measure
from genstudio.evaluate.equations import Equation, Sides, equations_for, matching
from genstudio.evaluate.judge.readings import readings, switches, targets_of

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.images import Images
    from genstudio.evaluate.judge.comparison import Comparison
    from genstudio.evaluate.judge.judge import Judge

TRIPLES = 200
EXEMPLARS, MORE = 3, 5
DRAWN = 10_000
BATCH = 250


def has_pairs(data: DataSet) -> bool:
    return data.attributes is not None and len(data.spec.attribute_names) >= 2


@measure(
    "arithmetic",
    title=N_("Arithmetic with codes"),
    unit="share",
    better="higher",
    needs=(Decodes,),
    help=N_(
        "How often sums such as smiling woman - neutral woman + neutral man give the expected attributes, "
        "according to a judge. Needs data with attributes."
    ),
    heavy=True,
    needs_judge=True,
    fits=has_pairs,
    curve_title=N_("sums with codes"),
)
def arithmetic(model: Any, images: Images, *, comparison: Comparison, triples: int = TRIPLES) -> Result:
    """Mean over equations of the share of sums with both attributes right; ``extra`` has each equation's, and ``protocol``
    each attribute's. Raises :class:`UsageError` where an equation lacks exemplars."""
    pool = _pool(model, images, comparison.judge)

    def tried(equations: Iterable[Equation], exemplars: int) -> dict[str, dict[str, dict[str, float]]]:
        return {
            one.name: _tried(model, one, pool, comparison.judge, triples, images.seed, exemplars) for one in equations
        }

    equations = equations_for(images.spec.attribute_names)
    shares = tried(equations, EXEMPLARS)
    of_more = tried([one for one in equations if min(map(len, _candidates(one, pool))) >= MORE], MORE)

    def mean(which: str) -> float:
        return float(np.mean([results[which]["both"] for results in shares.values()]))

    results: dict[str, Any] = {
        "weights": comparison.weights or "as given",
        "triples": triples,
        "exemplars": EXEMPLARS,
        "exemplars_from": pool.source,
        "equations": shares,
        f"equations_of_{MORE}": of_more,
    }
    return Result(
        mean("codes"),
        images.protocol() | comparison.judge.protocol(images.spec) | results,
        {which: mean(which) for which in ("chance", "third_term", "pixels")},
        {name: results["codes"]["both"] for name, results in shares.items()}
        | {f"{name}_of_{MORE}": results["codes"]["both"] for name, results in of_more.items()},
    )


@dataclass(frozen=True, eq=False)
class Pool:
    """Exemplars to choose from: codes N×D, their images N×C×H×W, and what is known of them. ``sides``: where high and low
    begin, by what is known; ``predicted_sides``: the same of the judge's readings of real images."""

    z: Tensor
    images: Tensor
    values: dict[str, np.ndarray]
    sides: dict[str, Sides]
    predicted_sides: dict[str, Sides]
    source: str


def _pool(model: Any, images: Images, judge: Judge) -> Pool:
    """Of a model that encodes, the images that are measured, with what the data set says of them; of others, drawn ones,
    with what the judge reads."""
    real, indices = _real(images)
    known = targets_of(images.data, indices)
    read = _read(judge, real)
    yes_or_no = switches(images.data)

    def sides(of: dict[str, np.ndarray]) -> dict[str, Sides]:
        return {name: Sides(0.5, 0.5, 0.5) if name in yes_or_no else Sides.of(values) for name, values in of.items()}

    if has(model, Encodes):
        z = torch.cat([model.encode(part) for part in real.split(BATCH)])
        return Pool(z, real, known, sides(known), sides(read), "encoded images")
    draw = seeding.generator(images.seed, "evaluate", "arithmetic")
    z = model.prior(DRAWN, generator=draw)
    shown = torch.cat([_decoded(model, part, images) for part in z.split(BATCH)])
    found = _read(judge, shown)
    return Pool(z, shown, found, sides(found), sides(read), "drawn images")


def _real(images: Images) -> tuple[Tensor, np.ndarray]:
    plain = list(images.plain_batches(len(images), BATCH))
    return torch.cat(plain), images.split.indices[images.positions.numpy()]


def _read(judge: Judge, images: Tensor) -> dict[str, np.ndarray]:
    parts = [readings(judge, part) for part in images.split(BATCH)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _decoded(model: Any, z: Tensor, images: Images) -> Tensor:
    images.stop_if_cancelled()
    made: Tensor = model.decode(z)
    return made


def _candidates(equation: Equation, pool: Pool) -> list[Tensor]:
    """For each term the positions in the pool of all that could be its exemplars, int64."""
    return [torch.from_numpy(matching(pool.values, pool.sides, required)) for _, required in equation.terms]


def _tried(
    model: Any, equation: Equation, pool: Pool, judge: Judge, triples: int, seed: int, exemplars: int
) -> dict[str, dict[str, float]]:
    """Of sums of ``exemplars`` a term the shares that are right, of each attribute and of both, by what was judged: the
    decoded sums ("codes"), ordinary codes ("chance"), the third term alone, and the sums of pixels."""
    draw = seeding.generator(seed, "evaluate", "arithmetic", equation.name)
    codes, pixels = torch.zeros(triples, pool.z.shape[1]), torch.zeros(triples, *pool.images.shape[1:])
    third = codes
    for (sign, required), fits in zip(equation.terms, _candidates(equation, pool), strict=True):
        if len(fits) < exemplars:
            raise UsageError(
                N_("Only {n} images are {required}: too few exemplars for {equation}.", n=len(fits),
                   required=", ".join(f"{name} {side}" for name, side in required.items()), equation=equation.name),
                N_("Measure on more images, or train the model further."),
            )  # fmt: skip
        chosen = fits[torch.rand(triples, len(fits), generator=draw).argsort(1)[:, :exemplars]]
        third = pool.z[chosen].mean(1)
        codes += sign * third
        pixels += sign * pool.images[chosen].mean(1)
    anyhow = torch.randint(len(pool.z), (triples * exemplars,), generator=draw)
    comparison = {
        "codes": torch.cat([model.decode(part) for part in codes.split(BATCH)]),
        "chance": torch.cat([model.decode(part) for part in pool.z[anyhow].split(BATCH)]),
        "third_term": torch.cat([model.decode(part) for part in third.split(BATCH)]),
        "pixels": pixels.clamp(0, 1),
    }
    return {which: _right(equation, _read(judge, shown), pool.predicted_sides) for which, shown in comparison.items()}


def _right(equation: Equation, read: dict[str, np.ndarray], sides: dict[str, Sides]) -> dict[str, float]:
    right = {name: sides[name].right(read[name], side) for name, side in equation.required.items()}
    shares = {name: round(float(values.mean()), 4) for name, values in right.items()}
    return shares | {"both": round(float(np.logical_and.reduce(list(right.values())).mean()), 4)}
