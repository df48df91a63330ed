"""Faces: portraits drawn by our own renderer from known factors, so that smile and head pose are known exactly.

The attributes are the factors, to the bit. Nothing is downloaded and nothing is read.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, ClassVar

from genstudio.core.errors import Cancelled as CancelledError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.core.seeding import generator
from genstudio.core.threads import compute_on_one_core
from genstudio.data.base import Cancelled, Colour, DataKnobs, Progress, Sink, Source, colour_knob, data_sets, size_knob
from genstudio.data.synthetic_faces import CLOSE, NAMES, draw_factors, render
from genstudio.data.synthetic_faces.memory import reuse_freed_memory

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

ATTRIBUTE_SIDES = {
    "yaw": (N_("turned left"), N_("turned right")),
    "pitch": (N_("looking down"), N_("looking up")),
    "smile": (N_("neutral"), N_("smiling")),
    "mouth_opening": (N_("mouth closed"), N_("mouth open")),
    "eye_opening": (N_("narrow eyes"), N_("wide eyes")),
    "brows": (N_("lowered brows"), N_("raised brows")),
    "face_width": (N_("narrow face"), N_("wide face")),
    "presentation": (N_("feminine"), N_("masculine")),
    "glasses": (N_("no glasses"), N_("glasses")),
    "beard": (N_("no beard"), N_("bearded")),
    "hair_length": (N_("short hair"), N_("long hair")),
    "hair_volume": (N_("sleek hair"), N_("full hair")),
    "fringe": (N_("bare forehead"), N_("fringe")),
    "hair_colour": (N_("dark hair"), N_("light hair")),
    "skin_tone": (N_("light skin"), N_("deep skin")),
    "eye_colour": (N_("brown eyes"), N_("blue eyes")),
    "light": (N_("light from the left"), N_("light from the right")),
}
CHUNK = 64  # people drawn from one generator: part of what a seed means
SITTING = 256  # people painted together at 32 pixels or less
CANCEL_WITHIN = 0.05  # seconds


@data_sets.register("faces")
class Faces(Source):
    name = "faces"
    title = N_("Faces")
    help = N_(
        "Portraits drawn by genstudio from 21 known factors such as smile and head pose: close up, plain "
        "backgrounds, easy to learn."
    )
    doing = N_("Drawing faces")
    noun = N_("faces")
    attribute_sides = ATTRIBUTE_SIDES
    version = 4
    after_cache = frozenset({"binarisation", "levels"})
    wild: ClassVar[bool] = False
    zoom: ClassVar[float] = CLOSE

    class Knobs(DataKnobs):
        size: int = size_knob(32)
        colour: Colour = colour_knob()
        count: int = knob(20_000, help=N_("How many portraits are drawn."), ge=1, le=1_000_000)
        seed: int = knob(0, help=N_("Seed of the people: another seed draws other people."), ge=0)

    def fingerprint(self) -> str:
        return f"{self.name} {self.knobs.seed}"

    def decode(self, sink: Sink, progress: Progress, cancelled: Cancelled) -> None:
        from genstudio.data.prepare import prepare, prepared_shape

        count, size, colour = self._count(), self.knobs.size, self.knobs.colour
        sink.begin(count, prepared_shape((3, size, size), None, colour), attribute_names=NAMES)
        for images, factors in self.portraits(count, cancelled):
            sink.add(prepare(images, None, colour), attributes=factors)

    def portraits(
        self, count: int, cancelled: Cancelled = lambda: False, painters: int | None = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Chunks of images (uint8 n×3×H×W) and their factors (float32 n×F), in order.

        Groups are drawn in parallel, one thread each: torch releases Python's lock, and two threads with a group each
        are much faster than two threads that share each small operation. ``painters`` is the number of threads; by
        default one per core.
        """
        painters = painters or os.cpu_count() or 1
        ahead: deque[Future[tuple[Tensor, Tensor]]] = deque()
        pool = ThreadPoolExecutor(painters, "portraits", initializer=_begin_to_paint)
        try:
            for start, n in self._sittings(count):
                ahead.append(pool.submit(self._paint, start, n))
                if len(ahead) > painters:
                    yield _finished(ahead.popleft(), cancelled)
            while ahead:
                yield _finished(ahead.popleft(), cancelled)
        finally:
            # Not waited for: after a cancel something else is to be shown, and a chunk takes half a second.
            pool.shutdown(wait=False, cancel_futures=True)

    def _sittings(self, count: int) -> Iterator[tuple[int, int]]:
        """The first portrait of each group and its size: whole chunks, except for the last one.

        Larger groups cost less per portrait, but delay the first one and a cancel: the first group is one chunk, and
        so is each group of larger pictures.
        """
        full = SITTING if self.knobs.size <= 32 else CHUNK
        start = 0
        while start < count:
            n = min(full if start else CHUNK, count - start)
            yield start, n
            start += n

    def _paint(self, start: int, n: int) -> tuple[Tensor, Tensor]:
        """Portraits ``start`` to ``start + n``. Each chunk's own generator makes it independent of all others."""
        import torch

        people = torch.cat(
            [
                draw_factors(CHUNK, generator(self.knobs.seed, self.name, first), wild=self.wild)
                for first in range(start, start + n, CHUNK)
            ]
        )[:n]
        return render(people, self.knobs.size, zoom=self.zoom), people

    def _count(self) -> int:
        return min(self.knobs.count, self.knobs.limit) if self.knobs.limit else self.knobs.count


def _begin_to_paint() -> None:
    """Set up a painter's thread."""
    compute_on_one_core()
    reuse_freed_memory()


def _finished(chunk: Future[tuple[Tensor, Tensor]], cancelled: Cancelled) -> tuple[np.ndarray, np.ndarray]:
    """The portraits of ``chunk`` and their factors. Raises :class:`Cancelled` soon after ``cancelled`` says so."""
    while not cancelled():
        if wait([chunk], CANCEL_WITHIN).done:
            images, factors = chunk.result()
            return images.numpy(), factors.numpy()
    raise CancelledError(N_("Drawing was cancelled."), N_("Nothing was saved."))
