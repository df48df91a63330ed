"""Named numbers of images: attributes of a data set, and predictions of a judge.

Attributes are in their own units; a class is 1 or 0, or the judge's probability. Of two classes the first is the other
one's opposite, and only the second is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from genstudio.core.spec import ImageSpec
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge


def is_switch(values: np.ndarray) -> bool:
    """True if the known numbers among N are all 0 or 1."""
    known = values[np.isfinite(values)]
    return bool(len(known)) and bool(np.isin(known, (0.0, 1.0)).all())


def targets_of(data: DataSet, indices: np.ndarray) -> dict[str, np.ndarray]:
    """Attributes of the images of ``data`` at ``indices``: float64 N by name, NaN where unknown."""
    values: dict[str, np.ndarray] = {}
    if data.attributes is not None:
        for k, name in enumerate(data.spec.attribute_names):
            values[name] = data.attributes[indices, k].astype(np.float64)
    if data.labels is not None:
        for k, name in _named_classes(data.spec):
            values[name] = (data.labels[indices] == k).astype(np.float64)
    return values


def readings(judge: Judge, images: Tensor) -> dict[str, np.ndarray]:
    """Attributes that ``judge`` predicts for images N×C×H×W in [0, 1]: float64 N by name."""
    judge_output = judge.judge_output(images)
    names = judge.spec.attribute_names[: judge_output.attributes.shape[1]]
    values = {name: judge_output.attributes[:, k].double().numpy() for k, name in enumerate(names)}
    if judge_output.class_logits.shape[1]:
        chances = judge_output.class_logits.double().softmax(1).numpy()
        values |= {name: chances[:, k] for k, name in _named_classes(judge.spec)}
    return values


def switches(data: DataSet) -> set[str]:
    """The yes-or-no attributes of ``data`` and all its classes. Cached, because a dragged slider needs them for
    every picture."""
    if data not in _switches:
        names = set(data.spec.class_names)
        if data.attributes is not None:
            names |= {name for k, name in enumerate(data.spec.attribute_names) if is_switch(data.attributes[:, k])}
        _switches[data] = names
    return set(_switches[data])


_switches: WeakKeyDictionary[DataSet, set[str]] = WeakKeyDictionary()


def _named_classes(spec: ImageSpec) -> list[tuple[int, str]]:
    return [(k, name) for k, name in enumerate(spec.class_names) if len(spec.class_names) != 2 or k == 1]
