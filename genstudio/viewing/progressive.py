"""A sheet of decoded codes that comes in ever finer stages, so that a hand that moves sees something at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.viewing.conditioning import chosen_condition
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import chunks, decoded, to_pixels
from genstudio.viewing.pane_state import PaneState

if TYPE_CHECKING:
    import numpy as np

#: Sub-pixels from which coarse sheets come first: about 8 ms of a small net on one thread.
COARSE_FROM = 160_000
FEWEST_COARSE = 4  # cells along a side of the coarsest sheet


@dataclass(frozen=True, eq=False)
class Stage:
    """Cells decoded so far, row by row: pixels uint8 n×h×w×C, and the index of the picture that each shows (int n)."""

    pixels: np.ndarray
    source: np.ndarray
    done: int
    coarse: bool = False

    @property
    def is_complete(self) -> bool:
        return self.done == len(self.source)


def cell_stages(context: ViewContext, z: np.ndarray, state: PaneState) -> Iterator[Stage | None]:
    """Ever more of the cells with the codes z (float32 rows×columns×latent_dim) decoded, none of them twice, under
    the condition that ``state`` chooses.

    A large sheet begins coarse, with every eighth, fourth and second row and column in place of their neighbours; the others
    follow, a part at a time. ``None`` comes where one may pause before the next stage.
    """
    import numpy as np
    import torch

    rows, columns = z.shape[:2]
    n = rows * columns
    codes, large = torch.from_numpy(z.reshape(n, -1)), n * context.spec.values >= COARSE_FROM
    found: np.ndarray | None = None
    done = np.zeros(n, bool)

    def decode(cells: np.ndarray) -> np.ndarray:
        some = codes[torch.from_numpy(cells)]
        made = to_pixels(decoded(context, some, chosen_condition(context, state, len(some))))
        pixels = np.zeros((n, *made.shape[1:]), np.uint8) if found is None else found
        pixels[cells] = made
        done[cells] = True
        return pixels

    source = np.arange(n)
    for every in coarseness(min(rows, columns)) if large else ():
        (down, above), (across, left) = _every(every, rows), _every(every, columns)
        cells = (down[:, None] * columns + across).ravel()
        cells = cells[~done[cells]]
        for part in chunks(len(cells), context):
            found = decode(cells[part])
            if part.stop < len(cells):
                yield None
        assert found is not None
        source = (above[:, None] * columns + left).ravel()
        yield Stage(found[source], source, int(done.sum()), coarse=True)
    left_over = np.flatnonzero(~done)
    for part in chunks(len(left_over), context, 2 if large else 1):
        found = decode(left_over[part])
        source = np.where(done, np.arange(n), source)
        if large or done.all():
            yield Stage(found[source], source, int(done.sum()))


def coarseness(n: int) -> list[int]:
    """Order in which n rows are decoded: every eighth, then every fourth ..., at last every second."""
    powers = (8, 4, 2)
    return [every for every in powers if n // every >= FEWEST_COARSE]


def _every(step: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Every ``step``-th of n rows, and for each of the n the one of these that is nearest."""
    import numpy as np

    picked = np.arange(0 if step == 2 else step // 2, n, step)
    return picked, picked[np.abs(np.arange(n)[:, None] - picked).argmin(1)]
