"""A minibatch: images with their labels and attributes, from a data set to a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from genstudio.core.conditions.base import Condition

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from genstudio.core.spec import ImageSpec


@dataclass(frozen=True)
class Batch:
    """N images with their labels and attributes.

    images: float32 N×C×H×W in [0, 1]; labels: int64 N; attributes: float32 N×A, in the order of
    ``spec.attribute_names``; indices: int64 N, the images' numbers in the whole data set; further: conditions of other
    kinds, by name, N×....
    """

    images: Tensor
    spec: ImageSpec
    indices: Tensor
    labels: Tensor | None = None
    attributes: Tensor | None = None
    further: Mapping[str, Tensor] = field(default_factory=dict)

    @classmethod
    def of(cls, images: Tensor, spec: ImageSpec, indices: Tensor, condition: Condition) -> Batch:
        """Batch of images of which ``condition`` is known."""
        known = dict(condition)
        return cls(images, spec, indices, known.pop("class", None), known.pop("attributes", None), known)

    def __len__(self) -> int:
        return int(self.images.shape[0])

    @property
    def condition(self) -> Condition:
        """Conditions of the images, by kind: everything known of them that a model can be conditioned on."""
        known = {"class": self.labels, "attributes": self.attributes}
        return Condition({kind: value for kind, value in known.items() if value is not None} | dict(self.further))

    @property
    def levels(self) -> Tensor:
        """Integer levels, int64 N×C×H×W in [0, L): exact, since level l of L is stored as l / (L - 1)."""
        if self.spec.levels is None:
            raise ValueError("the images are real-valued: they have no levels")
        return (self.images * (self.spec.levels - 1)).round().long()

    def part(self, rows: slice) -> Batch:
        """Batch of some of the images."""
        return Batch(
            self.images[rows],
            self.spec,
            self.indices[rows],
            None if self.labels is None else self.labels[rows],
            None if self.attributes is None else self.attributes[rows],
            Condition(self.further).rows(rows),
        )

    def to(self, device: torch.device | str) -> Batch:
        """Move the batch to ``device``; returns itself when it is there already."""
        if str(self.images.device) == str(device):
            return self

        def move(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else tensor.to(device, non_blocking=True)

        return Batch(
            self.images.to(device, non_blocking=True),
            self.spec,
            self.indices.to(device, non_blocking=True),
            move(self.labels),
            move(self.attributes),
            Condition(self.further).to(device),
        )
