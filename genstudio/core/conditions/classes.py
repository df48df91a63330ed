"""The class of an image: int64 N, numbers into ``spec.class_names``; float N×K for shares of classes, between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genstudio.core.conditions.base import Choices, Condition, ConditionKind, condition_kinds
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message

if TYPE_CHECKING:
    import numpy as np
    from torch import Generator, Tensor

    from genstudio.core.spec import ImageSpec


class ClassKind(ConditionKind):
    name = "class"
    title = N_("Class")
    field = "chooser"
    missing_in_data = N_("The model is conditioned on classes, but these images have none.")
    missing_in_batch = N_("This model needs the class of each image, but these images have none.")
    not_taken = (
        N_("A class was given, but this model was trained without classes."),
        N_("Leave the class out, or train a class-conditional model."),
    )

    def is_known_of(self, spec: ImageSpec) -> bool:
        return len(spec.class_names) > 1

    def parsed(self, value: Any, n: int, spec: ImageSpec, device: Any, *, mixed: bool = False) -> Tensor:
        import torch

        classes = len(spec.class_names)
        if mixed and isinstance(value, torch.Tensor) and value.is_floating_point():
            if value.shape != (n, classes):
                raise UsageError(
                    N_("The class shares have shape {shape}, for {n} images of {k} classes.",
                       shape="×".join(map(str, value.shape)), n=n, k=classes),
                    N_("Give one number an image and class."),
                )  # fmt: skip
            return value.to(device)
        labels = torch.as_tensor(value, device=device).long().expand(n)
        if bool(((labels < 0) | (labels >= classes)).any()):
            raise UsageError(
                N_("There is no class {label}.", label=", ".join(map(str, sorted(set(labels.tolist()))))),
                N_("There are 0 to {last}: {names}.", last=classes - 1, names=", ".join(spec.class_names)),
            )
        return labels

    def default(self, n: int, spec: ImageSpec) -> Tensor:
        """The first class."""
        import torch

        return torch.zeros(n, dtype=torch.int64)

    def drawn(self, n: int, spec: ImageSpec, generator: Generator) -> Tensor:
        """Each class as likely as any other."""
        import torch

        return torch.randint(len(spec.class_names), (n,), generator=generator, device=generator.device)

    def describe(self, value: Tensor, spec: ImageSpec) -> Message:
        if value.is_floating_point():
            shares = value.flatten().tolist()
            return N_(
                "{shares}",
                shares=" + ".join(
                    f"{share:.2f} {name}" for share, name in zip(shares, spec.class_names, strict=True) if share > 0
                ),
            )
        return N_("{name}", name=spec.class_names[int(value)])

    def choices(self, spec: ImageSpec, known: np.ndarray | None) -> Choices:
        return Choices(spec.class_names)

    def chosen(self, value: int, n: int, spec: ImageSpec) -> Tensor:
        """The class number ``value`` for all, or each class in turn where there is none of that number (such as -1)."""
        import torch

        classes = len(spec.class_names)
        return torch.full((n,), value) if 0 <= value < classes else torch.arange(n) % classes


condition_kinds.register("class")(ClassKind())


def of_class(label: int | Tensor | None) -> Condition | None:
    """The condition of one class for all images (a number), of one for each (int64 N), or of shares (float N×K); ``None``
    stays none."""
    import torch

    return None if label is None else Condition({"class": torch.as_tensor(label)})
