"""Class conditioning shared by models of every family."""

from __future__ import annotations

import torch
from torch import Tensor

from genstudio.core.batch import Batch
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec


def check_classes(spec: ImageSpec, remedy: Message) -> None:
    """Raises :class:`UsageError` when the images have no classes to know; ``remedy`` says what works."""
    if len(spec.class_names) < 2:
        raise UsageError(N_("The model is conditioned on classes, but these images have none."), remedy)


def asked_labels(
    label: int | Tensor | None, n: int, spec: ImageSpec, classes: int, device: torch.device, *, shares: bool = False
) -> Tensor | None:
    """``label`` for ``n`` images as int64 n on ``device``; ``None`` where none is asked for. With ``shares``, float
    n×classes asks for something between classes, and comes back as it is.

    Raises :class:`UsageError` for a class that there is not, and for any in a model that was trained without
    (``classes`` is 0).
    """
    if label is None:
        return None
    if not classes:
        raise UsageError(
            N_("A class was given, but this model was trained without classes."),
            N_("Leave the class out, or train a class-conditional model."),
        )
    if shares and isinstance(label, torch.Tensor) and label.is_floating_point():
        if label.shape != (n, classes):
            raise UsageError(
                N_("The class shares have shape {shape}, for {n} images of {k} classes.",
                   shape="×".join(map(str, label.shape)), n=n, k=classes),
                N_("Give one number per image and class."),
            )  # fmt: skip
        return label.to(device)
    labels = torch.as_tensor(label, device=device).long().expand(n)
    if bool(((labels < 0) | (labels >= classes)).any()):
        raise UsageError(
            N_("There is no class {label}.", label=", ".join(map(str, sorted(set(labels.tolist()))))),
            N_("There are 0 to {last}: {names}.", last=classes - 1, names=", ".join(spec.class_names)),
        )
    return labels


def drawn_labels(n: int, classes: int, generator: torch.Generator, device: torch.device) -> Tensor:
    """``n`` classes, each as likely as any other, int64 n."""
    return torch.randint(classes, (n,), generator=generator, device=generator.device).to(device)


def labels_of(batch: Batch) -> Tensor:
    """The classes of a batch's images. Raises :class:`UsageError` where they have none."""
    if batch.labels is None:
        raise UsageError(
            N_("This model needs the class of each image, but these images have none."),
            N_("Use images of the data set that it was trained on."),
        )
    return batch.labels
