"""A net's forward pass with cuts in it, so that it and its backward pass can pause between layers.

    def by_layers(self, x: Tensor) -> Layers:
        for layer in self.layers:
            (x,) = yield [layer(x)]
        return self.last(x)

At a cut the pass gives out, once each, all tensors made from the image that it will use again, and goes on with what it is
sent: the same ones (:func:`run_through`), or leaves of a graph of their own (:class:`Traced`), so that each stretch between
two cuts has a backward pass for itself. What is held back from a cut is lost to the gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

import torch
from torch import Tensor

from genstudio.core.resumable import Pausing, Stepper

T = TypeVar("T")
Layers = Generator[list[Tensor], list[Tensor], T]


def run_through(layers: Layers[T]) -> T:
    """Run the generator to its end as one differentiable forward pass."""
    steps, live = Stepper(layers), None
    while steps.advance(live):
        live = steps.value
    return steps.result


def uncut(forward: Callable[[], T]) -> Layers[T]:
    """A pass without cuts."""
    yield from ()
    return forward()


def pausing(layers: Layers[T]) -> Pausing[T]:
    """Result of :func:`run_through`, with a pause at each cut."""
    steps, live = Stepper(layers), None
    while steps.advance(live):
        yield
        live = steps.value
    return steps.result


def beside(layers: Layers[Tensor], others: list[Tensor]) -> Layers[tuple[Tensor, list[Tensor]]]:
    """``layers`` within a pass that goes on to use ``others``: they go through its cuts too, and are given back."""
    steps, live = Stepper(layers), None
    while steps.advance(live):
        count = len(steps.value)
        sent = yield [*steps.value, *others]
        live, others = sent[:count], sent[count:]
    return steps.result, others


class Traced:
    """A forward pass, made by :meth:`forward`, through which gradients go back as often as wanted."""

    def __init__(self, image: Tensor) -> None:
        self.image = image.detach().requires_grad_(True)
        self.output = self.image
        self._stretches: list[tuple[list[Tensor], list[Tensor]]] = []  # what each began with, and what it made

    def forward(self, layers: Layers[Tensor]) -> Pausing[None]:
        """``layers``, of :attr:`image`, up to :attr:`output`, a leaf."""
        steps, begins, sent = Stepper(layers), [self.image], None
        while True:
            with torch.enable_grad():
                paused = steps.advance(sent)
            if not paused:
                self.output = self._cut(begins, [steps.result])[0]
                return
            begins = sent = self._cut(begins, steps.value)
            yield

    def backward(self, gradient: Tensor) -> Pausing[Tensor]:
        """Gradient by :attr:`image` from the gradient by :attr:`output`."""
        gradients: list[Tensor | None] = [gradient]
        for begins, made in reversed(self._stretches):
            gradients = _through(begins, made, gradients)
            yield
        found = gradients[0]
        return torch.zeros_like(self.image) if found is None else found

    def _cut(self, begins: list[Tensor], made: list[Tensor]) -> list[Tensor]:
        """Leaves in place of what was made; what only went through stays."""
        self._stretches.append((begins, made))
        kept = set(map(id, begins))
        return [one if id(one) in kept else one.detach().requires_grad_(True) for one in made]


def _through(begins: list[Tensor], made: list[Tensor], gradients: list[Tensor | None]) -> list[Tensor | None]:
    """Gradients by the inputs of a stretch from those by its outputs."""
    went_through = {id(one): given for one, given in zip(made, gradients, strict=True)}
    kept = set(map(id, begins))
    new = [
        (one, given) for one, given in zip(made, gradients, strict=True) if id(one) not in kept and given is not None
    ]
    found: list[Tensor | None] = [None] * len(begins)
    if new:
        with torch.enable_grad():
            # As sums, since to take gradients of anything else torch loads a third of a second of code.
            sums = [(one * given).sum() for one, given in new]
        found = list(torch.autograd.grad(sums, begins, retain_graph=True, allow_unused=True))
    passed = [went_through.get(id(one)) for one in begins]
    return [b if a is None else a if b is None else a + b for a, b in zip(found, passed, strict=True)]
