"""Unnamed directions of every latent space: its principal components, and its coordinates by activity.

The *activity* of a coordinate is how much the picture changes for one standard deviation of it: the root mean square
over all values of an image in [0, 1], by finite differences from a few codes. A coordinate that collapsed in a VAE, or
that a generator ignores, has none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.resumable import Resumable, rescaled
from genstudio.core.seeding import generator
from genstudio.latent.directions.direction import Direction, LatentSpace
from genstudio.latent.directions.finding import PIXEL_CODES
from genstudio.latent.directions.search import components_of
from genstudio.viewing.conditioning import classes_in_turn
from genstudio.viewing.decode import chunks, decoded, encoding, encodings

if TYPE_CHECKING:
    from torch import Tensor

    from genstudio.viewing.context import ViewContext

CODES = 4
"""Codes from which the differences are taken."""


@dataclass(frozen=True, eq=False)
class Basis:
    """``origin``: the codes' mean, float64 D. ``spread``: their standard deviation in each coordinate, float64 D.
    ``activity``: float64 D. ``components``: the most varied first; none where nothing changes with the code."""

    space: LatentSpace
    origin: np.ndarray
    spread: np.ndarray
    activity: np.ndarray
    components: tuple[Direction, ...]

    @property
    def order(self) -> list[int]:
        """The coordinates, the most active first."""
        return [int(k) for k in np.argsort(-self.activity, kind="stable")]

    def to_bytes(self) -> bytes:
        """JSON; equal ones give equal bytes."""
        fields = {
            "space": self.space.__dict__,
            "components": [[one.name, one.sigma, one.n, one.vector.tolist()] for one in self.components],
        } | {name: getattr(self, name).tolist() for name in ("origin", "spread", "activity")}
        return json.dumps(fields, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Basis:
        """Read back the result of :meth:`to_bytes`. Raises :class:`UsageError` for anything else."""
        try:
            fields = json.loads(data)
            origin, spread, activity = (np.array(fields[name], np.float64) for name in ("origin", "spread", "activity"))
            components = []
            for name, sigma, n, vector in fields["components"]:
                axis = np.array(vector, np.float64)
                components.append(Direction(name, axis, sigma, "components", axis, n=n))
            made = cls(LatentSpace(**fields["space"]), origin, spread, activity, tuple(components))
            if {len(one) for one in (origin, spread, activity, *(c.vector for c in components))} != {
                made.space.latent_dim
            }:
                raise ValueError("lengths differ")
        except (ValueError, TypeError, KeyError) as error:
            raise UsageError(
                N_("These components can't be read: {reason}.", reason=str(error)), N_("Find them again.")
            ) from error
        return made


def find_basis(context: ViewContext) -> Resumable[Basis]:
    """The basis of ``context``'s space: yields the share done, returns it.

    Codes are those of encoded validation images, or drawn from the prior. Raises :class:`UsageError` for codes that
    are not finite.
    """
    if has(context.model, Encodes):
        yield from rescaled(encoding(context, PIXEL_CODES), 0.0, 0.3)
    z = ordinary_codes(context)
    if not np.isfinite(z).all():
        raise UsageError(N_("The model's codes are not finite."), N_("Go back to an earlier checkpoint."))
    yield 0.3
    spread = z.std(0, dtype=np.float64)
    active = yield from rescaled(_activity(context, z[:CODES], spread), 0.3, 0.5)
    try:
        components = yield from rescaled(components_of(context), 0.5, 1.0)
    except UsageError:  # nothing changes with the code: what an untrained or a collapsed model does
        components = []
    space = LatentSpace.of(context.snapshot, z.shape[1])
    return Basis(space, z.mean(0, dtype=np.float64), spread, active, tuple(components))


def ordinary_codes(context: ViewContext) -> np.ndarray:
    """Codes float32 N×D: of encoded validation images if possible, else from the prior."""
    found = encodings(context, PIXEL_CODES) if has(context.model, Encodes) else None
    if found is not None and len(found.z) > 2:
        return found.z
    drawn: Tensor = context.require(Decodes).prior(PIXEL_CODES, generator=generator(0, "components"))
    return drawn.float().numpy()


def _activity(context: ViewContext, codes: np.ndarray, spread: np.ndarray) -> Resumable[np.ndarray]:
    """Change of images from codes n×D for one standard deviation of each coordinate: float64 D."""
    import torch

    n, dim = codes.shape
    z, steps = torch.from_numpy(codes), torch.from_numpy(np.diag(spread).astype(np.float32))
    condition = classes_in_turn(context, n, -1)
    base = decoded(context, z, condition)
    along = (z[None] + steps[:, None]).flatten(0, 1)  # D·n codes, those of one coordinate side by side
    base, condition = base.repeat(dim, 1, 1, 1), None if condition is None else condition.repeat(dim)
    changes = []
    for part in chunks(len(along), context):
        moved = decoded(context, along[part], None if condition is None else condition.rows(part))
        changes.append((moved - base[part]).flatten(1).double().square().mean(1).numpy())
        yield part.stop / len(along)
    made: np.ndarray = np.sqrt(np.concatenate(changes).reshape(dim, n).mean(1))
    return made
