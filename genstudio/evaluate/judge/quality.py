"""Quality of a judge: its predictions on held-out images against the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.evaluate.images import Images

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet


def held_out(model: Any, data: DataSet) -> dict[str, Any]:
    """``accuracy`` of the classes and ``r2`` of each attribute on the first of test, validation and training images that
    there are; ``split`` and ``n`` say which. What the data set does not name is left out.
    """
    images = next(found for split in ("test", "validation", "train") if len(found := Images(data, split)))
    right: list[Tensor] = []
    predicted, true = [], []
    with torch.inference_mode():
        for batch, _ in images.batches(model):
            judge_output = model.judge_output(batch.images)
            if batch.labels is not None and judge_output.class_logits.shape[1]:
                right.append(judge_output.class_logits.argmax(1) == batch.labels)
            if batch.attributes is not None and judge_output.attributes.shape[1]:
                predicted.append(judge_output.attributes)
                true.append(batch.attributes)
    results: dict[str, Any] = {"split": images.split.name, "n": len(images)}
    if right:
        results["accuracy"] = float(torch.cat(right).double().mean())
    if predicted:
        scores = r_squared(torch.cat(predicted), torch.cat(true))
        results["r2"] = {
            name: round(score, 4)
            for name, score in zip(data.spec.attribute_names, scores.tolist(), strict=True)
            if score == score  # unknown for all images, or the same for all
        }
    return results


def r_squared(predicted: Tensor, true: Tensor) -> Tensor:
    """Share of each attribute's variance that is explained, N×A to A: 1 - squared error / variance; unknown ones (NaN) are
    passed over, and NaN comes out where nothing is known or nothing varies."""
    known = true.isfinite()
    count = known.sum(0)
    truth = true.nan_to_num(0.0, 0.0, 0.0).double()
    mean = truth.sum(0) / count
    spread = ((truth - mean).square() * known).sum(0)
    error = ((truth - predicted.double()).square() * known).sum(0)
    return torch.where(spread > 0, 1 - error / spread, torch.full_like(spread, float("nan")))
