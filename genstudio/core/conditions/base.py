"""Conditions: the inputs that images are generated from. A further kind (an image, text) is one file in this folder.

    condition = of_class(3) | of_attributes(torch.tensor([[0.2, 1.0]]))    # several kinds, joined
    model.sample(16, generator=noise, condition=condition)

A batch has a condition (:attr:`genstudio.core.batch.Batch.condition`), a data set's spec says of which kinds its images
know it (:func:`kinds_of`), and a model says which it takes (``Model.takes``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.registry import Registry

if TYPE_CHECKING:
    import numpy as np
    from torch import Generator, Tensor

    from genstudio.core.spec import ImageSpec

condition_kinds: Registry[ConditionKind] = Registry(N_("condition"), "genstudio.core.conditions")


class Condition(Mapping[str, "Tensor"]):
    """Values by kind, as ``{"class": int64 N, "attributes": float32 N×A}``; a value without N holds for every image."""

    def __init__(self, values: Mapping[str, Tensor]) -> None:
        self._values = dict(values)

    def __getitem__(self, kind: str) -> Tensor:
        return self._values[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        """Number of kinds."""
        return len(self._values)

    # By identity, as tensors are: values are compared by :meth:`equals`.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __or__(self, other: Condition) -> Condition:
        """Both together; of a kind that both have, the other's value."""
        return Condition({**self._values, **other._values})

    def rows(self, chosen: slice | Tensor) -> Condition:
        """The condition of some of N images."""
        return Condition({kind: value[chosen] if value.ndim else value for kind, value in self._values.items()})

    def repeat(self, times: int) -> Condition:
        """The condition of N images, ``times`` in a row."""
        return Condition(
            {
                kind: value.repeat(times, *[1] * (value.ndim - 1)) if value.ndim else value
                for kind, value in self._values.items()
            }
        )

    def equals(self, other: Condition) -> bool:
        """True if both have the same kinds and values."""
        import torch

        return self.keys() == other.keys() and all(torch.equal(value, other[kind]) for kind, value in self.items())

    def to(self, device: Any) -> Condition:
        return Condition({kind: value.to(device, non_blocking=True) for kind, value in self._values.items()})

    def describe(self, spec: ImageSpec) -> Message:
        """The condition of one image in words: "shoe, smile 0.40"."""
        text = [condition_kinds[kind].describe(value, spec) for kind, value in self._values.items()]
        if not text:
            return N_("no condition")
        joined = text[0]
        for one in text[1:]:
            joined = N_("{first}, {second}", first=joined, second=one)
        return joined


NO_CONDITION = Condition({})


@dataclass(frozen=True)
class Choices:
    """Options of a form's field: ``names`` to choose from, or of numbers, with the (lowest, highest) of each."""

    names: tuple[str, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()


class ConditionKind:
    """One kind of condition. Register an instance under its name, in a file of its own.

    title: name for people. field: name of the form field that it is chosen with: "chooser" (one of several names),
    "sliders" (one for each number), "image" (a place to drop one), "text" (a line of text), or one that another package
    registers with ``genstudio.studio.forms.conditions.base.condition_field``.
    """

    name: ClassVar[str]
    title: ClassVar[Message]
    field: ClassVar[str]

    def is_known_of(self, spec: ImageSpec) -> bool:
        """True if images of ``spec`` have such a condition that a model could learn."""
        raise NotImplementedError

    def check(self, spec: ImageSpec, remedy: Message) -> None:
        """Raises :class:`UsageError` where the images have no such condition; ``remedy`` says what works."""
        if not self.is_known_of(spec):
            raise UsageError(self.missing_in_data, remedy)

    missing_in_data: ClassVar[Message]
    """Said of a model that takes this kind and of images that do not have it."""

    missing_in_batch: ClassVar[Message]
    """Said of a model that takes this kind and of a batch without it."""

    not_taken: ClassVar[tuple[Message, Message]]
    """Problem and remedy, for a condition given to a model that does not take it."""

    def parsed(self, value: Any, n: int, spec: ImageSpec, device: Any, *, mixed: bool = False) -> Tensor:
        """``value`` for n images, on ``device``. ``mixed`` allows what lies between two values, where the kind has that.
        Raises :class:`UsageError` for what does not fit the spec."""
        raise NotImplementedError

    def default(self, n: int, spec: ImageSpec) -> Tensor:
        """The value of n images for which none is given, and which are not drawn at random."""
        raise NotImplementedError

    def drawn(self, n: int, spec: ImageSpec, generator: Generator) -> Tensor:
        """Random values of n images, on the generator's device."""
        raise NotImplementedError

    def describe(self, value: Tensor, spec: ImageSpec) -> Message:
        """The value of one image in words."""
        raise NotImplementedError

    def choices(self, spec: ImageSpec, known: np.ndarray | None) -> Choices:
        """Options of its field; ``known``: the values of the open data set's images, where they have any."""
        return Choices()

    def chosen(self, value: Any, n: int, spec: ImageSpec) -> Tensor | None:
        """The value of n images that a field holds (text, an image as uint8 H×W×C, ...); ``None`` where it leaves it to
        the model. Raises :class:`UsageError` for what does not fit the spec."""
        left_open = value is None or (isinstance(value, str | tuple) and not value)
        return None if left_open else self.parsed(value, n, spec, "cpu")


def joined(conditions: Sequence[Condition]) -> Condition:
    """The condition of the images of all these one after another, of the kinds that all have; each has a value a row."""
    import torch

    shared = [kind for kind in conditions[0] if all(kind in one for one in conditions)] if conditions else []
    return Condition({kind: torch.cat([one[kind] for one in conditions]) for kind in shared})


def kinds_of(spec: ImageSpec) -> tuple[str, ...]:
    """Kinds of condition that images of ``spec`` have."""
    return tuple(name for name, kind in condition_kinds.items() if kind.is_known_of(spec))
