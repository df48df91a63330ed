"""Class coverage: the classes that a model draws, according to a judge, and how evenly.

A class counts as drawn when its share among the samples is at least a tenth of its share among real images, according
to the same judge: a single error of the judge in thousands does not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.core.capabilities import Samples
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.metrics import Metric
from genstudio.evaluate.base import Result, measure

if TYPE_CHECKING:
    from genstudio.evaluate.images import Images
    from genstudio.evaluate.judge.comparison import Comparison, JudgeFeatures

LEAST = 0.1  # of a class's share among real images


@measure(
    "class_coverage",
    title=N_("Class coverage"),
    unit="share",
    better="higher",
    needs=(Samples,),
    help=N_(
        "Share of the data set's classes that occur among the samples, as a judge classifies them; how evenly is "
        "reported with it."
    ),
    heavy=True,
    needs_judge=True,
    extras={"class_entropy": Metric(N_("entropy of classes"), "nats of class")},
    curve_title=N_("class coverage"),
    roles=("class_coverage",),
    while_training=True,
    needs_classes=True,
)
def class_coverage(model: Any, images: Images, *, comparison: Comparison) -> Result:
    """Share of classes drawn. Extra: ``class_entropy`` of the samples in nats, at most the log of the classes' number.

    Raises :class:`UsageError` where the judge tells no classes apart.
    """
    names = comparison.judge.class_names
    if not names:
        raise UsageError(
            N_("Classes can't be counted: {data} has no classes that a judge can tell apart.", data=images.data.name),
            N_("Leave 'class_coverage' out, or choose data with classes."),
        )
    real = shares(comparison.reference.classes, len(names))

    def drawn(outputs: JudgeFeatures) -> Tensor:
        return covered(shares(outputs.classes, len(names)), real)

    samples = shares(comparison.samples.classes, len(names))
    there = real > 0
    mine = covered(samples, real)
    return Result(
        float(mine[there].double().mean()),
        comparison.protocol()
        | {
            "classes": int(there.sum()),
            "least_share": LEAST,
            "missing": [name for name, has, real_has in zip(names, mine, there, strict=True) if real_has and not has],
            "shares": {name: round(float(share), 4) for name, share in zip(names, samples, strict=True)},
            "entropy_of_training_images": round(entropy(real), 4),
        },
        comparison.baselines("class_coverage", lambda outputs: float(drawn(outputs)[there].double().mean())),
        {"class_entropy": entropy(samples)},
    )


def shares(classes: Tensor | None, count: int) -> Tensor:
    """The share of each class among N class numbers: float64, ``count`` long."""
    assert classes is not None, "the judge tells classes apart"
    return torch.bincount(classes, minlength=count).double() / len(classes)


def covered(samples: Tensor, real: Tensor) -> Tensor:
    """Classes that count as drawn, given each one's share among samples and among real images."""
    return (samples > 0) & (samples >= LEAST * real)


def entropy(share: Tensor) -> float:
    """-sum p log p, nats."""
    return float(-(share * share.clamp_min(1e-300).log()).sum())
