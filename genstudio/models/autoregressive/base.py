"""Base of autoregressive models: p(x) = product over sub-pixels of p(x_i | x_1 .. x_{i-1}), exact, in nats.

A subclass sets ``distribution`` and gives ``forward``: the outputs for all sub-pixels of whole images at once, each from
those before it alone. That is enough to train, score, sample and complete, by one forward pass a sub-pixel. Two things make
it quicker, and neither changes an image:

- ``by_layers`` in place of ``forward``: the same pass with cuts, at which it and its gradient can pause;
- ``graph``: the same net as causal nodes (or ``resumable_machine``), of which ``cached`` computes each feature once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.metrics import Metric
from genstudio.core.resumable import Pausing, Resumable, run
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.sampling.auto import Pace, choose
from genstudio.models.autoregressive.sampling.cached import cached
from genstudio.models.autoregressive.sampling.checks import check_method, check_shape, request_for
from genstudio.models.autoregressive.sampling.machine import ForwardMachine
from genstudio.models.autoregressive.sampling.methods import draw_by
from genstudio.models.autoregressive.sampling.model import Machine, SampledModel
from genstudio.models.autoregressive.sampling.naive import naive
from genstudio.models.autoregressive.sampling.replay import Replay
from genstudio.models.autoregressive.sampling.request import Method, Order, Pixel, SampleRequest
from genstudio.models.autoregressive.sampling.resumable_draw import resumable_draw, resumable_naive_draw
from genstudio.models.base import Phase, Play, StepContext
from genstudio.models.conditioning import check_kinds, condition_of
from genstudio.nets.causal.checkpointed import Layers, pausing, run_through, uncut
from genstudio.nets.causal.graph import CausalGraph
from genstudio.nets.causal.machine import GraphMachine
from genstudio.nets.causal.schedule import resumable_schedule
from genstudio.nets.distributions.levels import LevelDistribution, LogisticMixture

if TYPE_CHECKING:
    import numpy as np

    from genstudio.core.batch import Batch


class Autoregressive(SampledModel):
    """Base class. Capabilities: Samples, SamplesPixels, ScoresLikelihood (exact).

    ``distribution`` is set by the subclass; ``classes`` is 0 for a model without classes. ``full_forwards`` counts the
    forward passes of whole images. ``sampling`` is the method that :meth:`sample` and :meth:`complete` use, ``pace`` the
    times that ``auto`` has measured.
    """

    family = "autoregressive"
    metrics = {
        "nll": Metric("NLL", "nats", ("nll",), "lower"),
        "bits_per_dim": Metric("bits/dim", "bits/dim", better="lower"),
    }
    distribution: LevelDistribution

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.full_forwards = 0
        self.sampling: Method = self.methods()[0]
        self.pace = Pace()

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        if spec.levels is None:
            raise UsageError(
                N_("{title} draws levels, but these images are real-valued.", title=cls.title),
                N_("Choose a number of levels (data.levels=16) or a binarisation (data.binarisation=dynamic)."),
            )
        if getattr(knobs, "conditional", False):
            check_kinds(spec, ("class",), N_("Choose a data set with classes, or conditional=false."))

    # --- the net -----------------------------------------------------------------------------------------------------

    def forward(self, x: Tensor, condition: Condition = NO_CONDITION) -> Tensor:
        """Outputs N×size×H×W of ``distribution`` for images N×C×H×W in [-1, 1]: at each pixel from those before it only, and
        from the kinds of ``condition`` that the model ``takes``."""
        return run_through(self.by_layers(x, condition))

    def by_layers(self, x: Tensor, condition: Condition = NO_CONDITION) -> Layers[Tensor]:
        """:meth:`forward`, with cuts between its layers: see :mod:`genstudio.nets.causal.checkpointed`."""
        if type(self).forward is Autoregressive.forward:
            raise NotImplementedError(f"{type(self).__name__} gives neither forward nor by_layers")
        return uncut(lambda: self.forward(x, condition))

    def graph(self, condition: Condition) -> CausalGraph:
        """Build the net as a causal graph with its present weights; ``condition`` (of N images) is bound into it."""
        raise NotImplementedError

    @classmethod
    def methods(cls) -> tuple[Method, ...]:
        """Sampling methods, the default first: ``cached`` only where the subclass gives a graph or a machine."""
        base = Autoregressive
        is_plain = cls.graph is base.graph and cls.resumable_machine is base.resumable_machine
        return ("naive", "jacobi", "auto") if is_plain else ("cached", "naive", "jacobi", "auto")

    def pixel_units(self) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """(y, x, channels) in the order of the product rule; channels that one output serves stand together."""
        every = tuple(range(self.spec.channels))
        groups = [every] if self.distribution.joint else [(c,) for c in every]
        for y in range(self.spec.height):
            for x in range(self.spec.width):
                for group in groups:
                    yield y, x, group

    def machine(self, x: Tensor, known: np.ndarray, condition: Condition, order: Order) -> Machine:
        """Sampler that draws tick by tick. ``x``: N×C×H×W in [-1, 1]; ``known``: bool H×W."""
        return run(self.resumable_machine(x, known, condition, order))

    def resumable_machine(self, x: Tensor, known: np.ndarray, condition: Condition, order: Order) -> Pausing[Machine]:
        """:meth:`machine`, made in parts of about a millisecond."""
        if "cached" not in self.methods():
            return ForwardMachine(self, x, known, condition)
        graph = yield from self.resumable_graph(condition)
        yield
        made = yield from resumable_schedule(graph, known, order, str(x.device))
        yield
        return GraphMachine(graph, made, x)

    def resumable_graph(self, condition: Condition) -> Pausing[CausalGraph]:
        """:meth:`graph`, for nets with which it takes more than a moment."""
        yield
        return self.graph(condition)

    def output(self, x: Tensor, condition: Condition = NO_CONDITION) -> Tensor:
        """One forward pass of whole images, counted."""
        self.full_forwards += 1
        result: Tensor = self(x, condition)
        return result

    def to_net(self, levels: Tensor) -> Tensor:
        """Levels as the net sees them: [-1, 1]."""
        return levels.to(self.dtype) * (2.0 / (self.distribution.levels - 1)) - 1.0

    @property
    def dtype(self) -> torch.dtype:
        return next(self.parameters()).dtype

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    # --- training and scoring --------------------------------------------------------------------------

    def phases(self, context: StepContext) -> Play:
        nll = -self.scores(context.batch()).flatten(1).sum(1).mean()
        yield Phase("model", {"nll": nll}, watch={"bits_per_dim": nll.detach() / (self.spec.values * math.log(2.0))})

    def scores(self, batch: Batch) -> Tensor:
        """log p of every sub-pixel given all before it, nats, N×C×H×W. Raises :class:`UsageError` for other images."""
        self._check_images(batch)
        levels = batch.levels
        return self.distribution.log_prob(self.output(self.to_net(levels), condition_of(self, batch)), levels)

    def log_prob(self, batch: Batch, *, k: int, generator: torch.Generator) -> Tensor:
        """log p(x) itself, nats, N: ``k`` and ``generator`` change nothing."""
        return self.scores(batch).flatten(1).sum(1)

    def surprise(self, batch: Batch) -> Tensor:
        """-log p of every pixel, its channels together, given all before it: nats, N×H×W. Sums to the image's nll."""
        with torch.no_grad(), self._evaluating():
            return -self.scores(batch).sum(1)

    def resumable_surprise(self, batch: Batch) -> Pausing[Tensor]:
        """:meth:`surprise` of a model in eval mode, with a pause after each layer."""
        self._check_images(batch)
        levels = batch.levels
        self.full_forwards += 1
        output = yield from pausing(self.by_layers(self.to_net(levels), condition_of(self, batch)))
        yield
        return -self.distribution.log_prob(output, levels).sum(1)

    def likelihood(self) -> Message:
        if isinstance(self.distribution, LogisticMixture):
            return N_("mixture of discretised logistics on {n} levels", n=self.distribution.levels)
        return N_("softmax over {n} levels", n=self.distribution.levels)

    def is_exact(self) -> bool:
        return True

    # --- sampling ------------------------------------------------------------------------------------------------

    def sample(
        self,
        n: int,
        *,
        generator: torch.Generator,
        condition: Condition | None = None,
        temperature: float = 1.0,
        method: Method | None = None,
    ) -> Tensor:
        """``n`` images, float32 N×C×H×W in [0, 1]. The noise is drawn from ``generator`` first, one uniform number per
        sub-pixel, so that every method gives the same images; then the classes, where none is given."""
        return self._images(self._draw(request_for(self, n, generator, None, None, condition, temperature), method))

    def resumable_sample(
        self,
        n: int,
        *,
        generator: torch.Generator,
        condition: Condition | None = None,
        temperature: float = 1.0,
    ) -> Resumable[Tensor]:
        """:meth:`sample` of a model in eval mode: the same images from the same noise, in a bounded amount of memory.
        Yields the share done: every few milliseconds by the cached method, after each forward pass by the naive one."""
        if self.sampling not in ("cached", "naive"):
            return self.sample(n, generator=generator, condition=condition, temperature=temperature)
        request = request_for(self, n, generator, None, None, condition, temperature)
        levels = yield from (resumable_draw if self.sampling == "cached" else resumable_naive_draw)(self, request)
        return self._images(levels)

    def complete(
        self,
        images: Tensor,
        known: Tensor,
        *,
        generator: torch.Generator,
        condition: Condition | None = None,
        temperature: float = 1.0,
        method: Method | None = None,
    ) -> Tensor:
        """Inpaint ``images`` (N×C×H×W in [0, 1]): sample all pixels outside ``known`` (bool H×W or N×H×W).

        The order of drawing stays: a pixel follows those before it, not given ones behind it. Raises :class:`UsageError`
        when nothing is left to draw, or for images of another size.
        """
        return self._images(
            self._draw(request_for(self, len(images), generator, images, known, condition, temperature), method)
        )

    @torch.no_grad()
    def pixels(
        self,
        n: int,
        *,
        generator: torch.Generator,
        images: Tensor | None = None,
        known: Tensor | None = None,
        condition: Condition | None = None,
        temperature: float = 1.0,
        method: Method | None = None,
        order: Order = "raster",
    ) -> Iterator[Pixel]:
        """Draw as :meth:`sample` or :meth:`complete` do, and yield every sub-pixel.

        ``order="wavefront"`` draws pixels that can't see each other together: the same images, in fewer ticks. ``method`` is
        ``naive`` or ``cached``; any other is taken for the first of :meth:`methods`.
        """
        request = request_for(self, n, generator, images, known, condition, temperature)
        method = method if method in ("naive", "cached") else self.methods()[0]
        check_method(self, method)
        with self._evaluating():
            drawing = naive(self, request) if method == "naive" else cached(self, request, order)
            for one in drawing:
                u = request.noise[:, one.channel, one.y, one.x]
                yield Pixel(one.y, one.x, one.channel, one.levels, u, one, self.distribution, request.temperature)

    def request(
        self,
        n: int,
        *,
        generator: torch.Generator,
        images: Tensor | None = None,
        known: Tensor | None = None,
        condition: Condition | None = None,
        temperature: float = 1.0,
    ) -> SampleRequest:
        """Checked request that :meth:`pixels` would draw by: noise, given pixels, classes."""
        return request_for(self, n, generator, images, known, condition, temperature)

    def replay(self, request: SampleRequest) -> Replay:
        """The drawing of :meth:`pixels` in raster order, replayable: it can be rewound and continued differently."""
        return Replay(self, request)

    @torch.no_grad()
    def _draw(self, request: SampleRequest, method: Method | None) -> Tensor:
        """The levels, int64 N×C×H×W."""
        method = method or self.sampling
        check_method(self, method)
        with self._evaluating():
            if method == "auto":
                return choose(self, request, self.pace)
            return draw_by(self, method, request)

    def _images(self, levels: Tensor) -> Tensor:
        return levels.float() / (self.distribution.levels - 1)

    def _check_images(self, batch: Batch) -> None:
        check_shape(batch.images, len(batch), self.spec)
        if batch.spec.levels != self.spec.levels:
            raise UsageError(
                N_(
                    "The model has {mine} levels, but the images have {theirs}.",
                    mine=self.spec.levels,
                    theirs=batch.spec.levels or N_("real values"),
                ),
                N_("Prepare them as in its run: data.levels={mine}, or the same binarisation.", mine=self.spec.levels),
            )

    @contextmanager
    def _evaluating(self) -> Iterator[None]:
        """Without dropout; modes are put back."""
        training = [module for module in self.modules() if module.training]
        for module in training:
            module.training = False
        try:
            yield
        finally:
            for module in training:
                module.training = True
