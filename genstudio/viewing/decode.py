"""Shared functions on a latent space: pictures of codes, codes of images, principal axes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from genstudio.core.capabilities import Decodes, Encodes, Samples, SamplesPixels, has
from genstudio.core.conditions.base import Condition
from genstudio.core.resumable import Pausing, Resumable, in_slices, mapped, run
from genstudio.core.scatter import tiles
from genstudio.core.seeding import generator
from genstudio.core.spec import ImageSpec
from genstudio.viewing.context import ViewContext

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

T = TypeVar("T")

ANCHORS = 512
"""Encoded images whose places distinguish a plane from its mirror images."""
ALIKE = 1.1
"""Ratio of two components' deviations up to which their order means nothing: it may change from one step to the next."""

#: Sub-pixels decoded between two checks for a newer state: about 8 ms of a small net on one thread.
CHUNK_VALUES = 160_000


def to_pixels(images: Tensor) -> np.ndarray:
    """Images float N×C×H×W in [0, 1] to pictures of them, uint8 N×h×w×C, C = 1 or 3 (h, w: the spec's ``cell``)."""
    import torch

    if ImageSpec(*images.shape[1:]).is_point:
        return tiles(images.flatten(1).clamp(0, 1).numpy())
    shown = images[:, :3] if images.shape[1] >= 3 else images[:, :1]
    # In place: of a large grid the copies took as long as a layer.
    as_bytes = shown.clamp(0, 1).mul_(255).round_().to(torch.uint8)
    return as_bytes.permute(0, 2, 3, 1).contiguous().numpy()


def decoded(context: ViewContext, z: Tensor, condition: Condition | None = None) -> Tensor:
    """Images N×C×H×W of codes N×latent_dim, under ``condition`` if the model takes one."""
    options = {} if condition is None else {"condition": condition}
    images: Tensor = context.require(Decodes).decode(z, **options)
    return images


def chunks(n: int, context: ViewContext, finer: int = 1) -> Iterator[slice]:
    """Slices of n codes, each small enough to be decoded between two pauses; ``finer`` times smaller still."""
    size = max(16, CHUNK_VALUES // context.spec.values // finer)
    for start in range(0, n, size):
        yield slice(start, min(n, start + size))


def drawn(
    context: ViewContext, n: int, noise: torch.Generator, *, condition: Condition | None = None, **options: Any
) -> Resumable[Tensor]:
    """``n`` samples, float32 N×C×H×W: those of ``model.sample`` under ``condition``. ``options``: ``temperature`` of a
    model that draws pixel by pixel."""
    import torch

    given = options if condition is None else {"condition": condition, **options}
    if has(context.model, SamplesPixels):
        sampling = context.require(SamplesPixels).resumable_sample(n, generator=noise, **given)
        return (yield from in_slices(sampling))
    if not has(context.model, Decodes):
        return context.require(Samples).sample(n, generator=noise, **given)
    from genstudio.models.conditioning import complete_condition

    z, parts = context.require(Decodes).prior(n, generator=noise), []
    condition = complete_condition(context.model, condition, n, z.device, generator=noise, mixed=True)
    for part in chunks(n, context):
        parts.append(decoded(context, z[part], condition.rows(part) or None))
        yield part.stop / n
    return torch.cat(parts)


def without_gradients(work: Resumable[T]) -> Pausing[T]:
    """``work`` without gradients, as a part of a content that records them elsewhere; its shares become pauses."""
    import torch

    return mapped(work, lambda share: None, torch.no_grad)


def sheet(cells: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Cells uint8 N×h×w×C as one raster (rows h)×(columns w)×C; cells that are missing at the end stay black."""
    import numpy as np

    n, h, w, c = cells.shape
    if n < rows * columns:
        cells = np.concatenate([cells, np.zeros((rows * columns - n, h, w, c), np.uint8)])
    by_row = cells.reshape(rows, columns, h, w, c).swapaxes(1, 2)
    return np.ascontiguousarray(by_row).reshape(rows * h, columns * w, c)


def grid_of(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """One value a cell, rows×columns×..., for values N×...; 0 where there is no cell."""
    import numpy as np

    made = np.zeros((rows * columns, *values.shape[1:]), values.dtype)
    made[: len(values)] = values
    return made.reshape(rows, columns, *values.shape[1:])


@dataclass(frozen=True, eq=False)
class Encodings:
    """Codes of a sample of the validation split: z float32 N×latent_dim, and what is known of their images."""

    z: np.ndarray
    indices: np.ndarray
    labels: np.ndarray | None
    attributes: np.ndarray | None


def encodings(context: ViewContext, n: int) -> Encodings | None:
    """The codes of ``n`` validation images (always the same ones), or ``None`` without data; cached in the view context."""
    return run(encoding(context, n))


def encoding(context: ViewContext, n: int) -> Resumable[Encodings | None]:
    """:func:`encodings`, a part of the images at a time."""
    return context.resume(("encodings", n), lambda: _encode(context, n))


def _encode(context: ViewContext, n: int) -> Resumable[Encodings | None]:
    import torch

    if context.data is None:
        return None

    split: Any = context.data.split("validation")
    if len(split) == 0:
        split = context.data.split("train")
    draw = generator(0, "encodings")
    chosen = torch.randperm(len(split), generator=draw)[:n].sort().values
    codes = []
    for part in chunks(len(chosen), context):
        batch = split.batch(chosen[part], generator=draw)
        codes.append(context.require(Encodes).encode(batch.images).float())
        yield part.stop / len(chosen)
    indices, data = split.indices[chosen.numpy()], context.data
    return Encodings(
        torch.cat(codes).numpy(),
        indices,
        None if data.labels is None else data.labels[indices],
        None if data.attributes is None else data.attributes[indices],
    )


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in latent space: z = origin + u·across + v·up, with (u, v) in standard deviations. All float64, latent_dim."""

    origin: np.ndarray
    across: np.ndarray
    up: np.ndarray

    def z(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Codes float32 ...×latent_dim of the places (u, v), arrays of equal shape."""
        made: Any = self.origin + u[..., None] * self.across + v[..., None] * self.up
        return made.astype("float32")

    def places(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(u, v) of codes N×latent_dim, projected at right angles onto the plane (across and up are orthogonal)."""
        away = z.astype("float64") - self.origin

        def along(axis: np.ndarray) -> np.ndarray:
            return away @ axis / (axis @ axis)

        return along(self.across), along(self.up)


def coordinate_plane(latent_dim: int, across: int, up: int) -> Plane:
    """The plane of two coordinates (counted from 0), the others held at 0, the prior's mean."""
    import numpy as np

    return Plane(np.zeros(latent_dim), np.eye(latent_dim)[across], np.eye(latent_dim)[up])


PRINCIPAL_CODES = 2000  # images that the principal plane goes through


def principal_plane(
    context: ViewContext, latent_dim: int, anchor: np.ndarray | None = None, n: int = PRINCIPAL_CODES
) -> Plane | None:
    """The plane through the encodings' mean along their two principal components, one standard deviation a unit.

    A component's sign is free, and of two that vary alike the order is too. ``anchor`` decides both: where the encoded
    images lay in the plane of earlier weights, as :func:`plane_anchor` gives it. Without one, a component's largest entry is
    positive. ``None`` without data.
    """
    found = encodings(context, n)
    if found is None or len(found.z) < 3:
        return None
    plane = context.once(("principal", n), lambda: _principal(found.z.astype("float64"), latent_dim))
    if anchor is None or anchor.shape != (2, min(ANCHORS, len(found.z))):
        return plane
    return _aligned(plane, found.z[:ANCHORS], anchor)


def plane_anchor(context: ViewContext, plane: Plane, n: int = 2000) -> np.ndarray:
    """Coordinates of the first :data:`ANCHORS` encoded images in ``plane``: float32 2×k. It holds whatever becomes of
    the latent space, since the images stay."""
    import numpy as np

    found = encodings(context, n)
    assert found is not None
    return np.stack(plane.places(found.z[:ANCHORS])).astype(np.float32)


def agreement(anchor: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Correlations of the axes of two anchors of the same images, float64 2×2; 0 for an axis along which all lie alike."""
    import numpy as np

    def normed(places: np.ndarray) -> np.ndarray:
        away = places.astype(np.float64) - places.mean(1, keepdims=True, dtype=np.float64)
        return away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12)

    made: np.ndarray = normed(anchor) @ normed(other).T
    return made


def _aligned(plane: Plane, z: np.ndarray, anchor: np.ndarray) -> Plane:
    """``plane`` with the signs, and of components that vary nearly alike the order, that fit ``anchor`` better."""
    import numpy as np

    axes, found = [plane.across, plane.up], agreement(np.stack(plane.places(z)), anchor)
    alike = np.linalg.norm(axes[0]) < ALIKE * np.linalg.norm(axes[1])
    if alike and np.abs(found[::-1]).trace() > np.abs(found).trace():
        axes, found = axes[::-1], found[::-1]
    across, up = (axis if sign >= 0 else -axis for axis, sign in zip(axes, found.diagonal(), strict=True))
    return Plane(plane.origin, across, up)


def _principal(z: np.ndarray, latent_dim: int) -> Plane:
    import numpy as np

    mean = z.mean(0)
    _, singular, directions = np.linalg.svd(z - mean, full_matrices=False)
    deviations = singular / np.sqrt(len(z) - 1)
    axes = []
    for k in range(2):
        axis = directions[k] * np.sign(directions[k][np.abs(directions[k]).argmax()])
        # A collapsed component still needs a direction to walk in.
        axes.append(axis * max(float(deviations[k]), 1e-6))
    return Plane(mean, axes[0], axes[1])
