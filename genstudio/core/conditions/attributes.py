"""The attributes of an image: float32 N×A, in the units of the data set and the order of ``spec.attribute_names``; NaN where
one is not known, or left open."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from genstudio.core.conditions.base import Choices, Condition, ConditionKind, condition_kinds
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.plain_text import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from torch import Generator, Tensor

    from genstudio.core.spec import ImageSpec


class AttributesKind(ConditionKind):
    name = "attributes"
    title = N_("Attributes")
    field = "sliders"
    missing_in_data = N_("The model is conditioned on attributes, but these images have none.")
    missing_in_batch = N_("This model needs the attributes of each image, but these images have none.")
    not_taken = (
        N_("Attributes were given, but this model is not conditioned on attributes."),
        N_("Leave the attributes out, or train a model that is conditioned on them."),
    )

    def is_known_of(self, spec: ImageSpec) -> bool:
        return bool(spec.attribute_names)

    def parsed(self, value: Any, n: int, spec: ImageSpec, device: Any, *, mixed: bool = False) -> Tensor:
        import torch

        count = len(spec.attribute_names)
        values = torch.as_tensor(value, device=device, dtype=torch.float32)
        if values.shape not in ((count,), (n, count)):
            raise UsageError(
                N_("The attributes have shape {shape}, for {n} images of {k} attributes.",
                   shape="×".join(map(str, values.shape)), n=n, k=count),
                N_("Give one number for each of: {names}.", names=", ".join(spec.attribute_names)),
            )  # fmt: skip
        if bool(values.isinf().any()):
            raise UsageError(N_("An attribute is not a finite number."), N_("Choose another value, or leave it open."))
        return values.expand(n, count)

    def default(self, n: int, spec: ImageSpec) -> Tensor:
        """All left open."""
        import torch

        return torch.full((n, len(spec.attribute_names)), math.nan)

    def drawn(self, n: int, spec: ImageSpec, generator: Generator) -> Tensor:
        """All left open: a spec does not say how attributes are distributed, so a model draws what it learned."""
        return self.default(n, spec)

    def describe(self, value: Tensor, spec: ImageSpec) -> Message:
        known = [
            f"{name} {number:.2f}"
            for name, number in zip(spec.attribute_names, value.flatten().tolist(), strict=True)
            if math.isfinite(number)
        ]
        return N_("{values}", values=", ".join(known)) if known else N_("any attributes")

    def choices(self, spec: ImageSpec, known: np.ndarray | None) -> Choices:
        """Each attribute from its lowest to its highest value in the data; 0 to 1 where none is known."""
        n = len(spec.attribute_names)
        ranges = [_range(()) if known is None else _range(known[:, k]) for k in range(n)]
        return Choices(spec.attribute_names, tuple(ranges))

    def chosen(self, value: Sequence[tuple[str, float]], n: int, spec: ImageSpec) -> Tensor | None:
        """Numbers by name, the others left open; names that the spec does not have are those of other images."""
        known = {name: number for name, number in value if name in spec.attribute_names}
        return of_attributes(known, spec)["attributes"].expand(n, -1) if known else None


def _range(values: Any) -> tuple[float, float]:
    import numpy as np

    finite = np.asarray(values, np.float64)
    finite = finite[np.isfinite(finite)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    return (low, high) if low < high else (low - 0.5, high + 0.5)


condition_kinds.register("attributes")(AttributesKind())


def of_attributes(values: Tensor | Mapping[str, float], spec: ImageSpec | None = None) -> Condition:
    """The condition of attributes: A numbers for all images, N×A, or some by name in the order of ``spec``, the others left
    open. Raises :class:`UsageError` for a name that there is not."""
    import torch

    if isinstance(values, torch.Tensor):
        return Condition({"attributes": values})
    check_names(values, spec)
    names = spec.attribute_names if spec is not None else ()
    return Condition({"attributes": torch.tensor([values.get(name, math.nan) for name in names])})


def check_names(names: Iterable[str], spec: ImageSpec | None) -> None:
    """Raises :class:`UsageError` for a name that is none of the spec's attributes."""
    known = spec.attribute_names if spec is not None else ()
    for name in names:
        if name not in known:
            raise UsageError(
                N_("There is no attribute '{name}'.", name=shortened(name)),
                N_("There are: {names}.", names=", ".join(known)),
            )
