"""Search for directions: by attributes, by a judge's readings of samples, by mirrored images, or without names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.offload import offloaded
from genstudio.core.resumable import Resumable, rescaled
from genstudio.core.seeding import generator
from genstudio.evaluate.judge.readings import is_switch
from genstudio.latent.codes import KnownCodes, known_codes
from genstudio.latent.directions import linear
from genstudio.latent.directions.direction import COMPONENTS, NAMELESS, Direction, Directions, LatentSpace
from genstudio.viewing.conditioning import classes_in_turn
from genstudio.viewing.decode import chunks, decoded, encoding

if TYPE_CHECKING:
    from torch import Tensor

    from genstudio.viewing.context import ViewContext

How = Literal["auto", "means", "logistic", "svm", "ridge", "extremes"]

#: Of drawn images the share with the highest and with the lowest score that is separated (Shen et al. 2020 take 2 % of
#: half a million; of ten thousand that would be too few for a plane).
SHARE = 0.1
RANDOM = 10
MOST_COMPONENTS = 20
PIXEL_CODES = 2_000
MIRROR = "mirror"


def find(
    context: ViewContext, names: Sequence[str] | None = None, how: How = "auto", *, drawn: int = 10_000
) -> Resumable[Directions]:
    """A direction for each attribute (those named, or all that vary), the mirror's where images can be encoded, and one
    random: yields the share done, returns them.

    Raises :class:`UsageError` for a name that there is not, a named one that is constant, and where nothing is known.
    """
    codes = yield from rescaled(known_codes(context, drawn=drawn), 0.0, 0.9)
    return (yield from rescaled(find_in(context, codes, names, how), 0.9, 1.0))


def find_in(
    context: ViewContext, codes: KnownCodes, names: Sequence[str] | None = None, how: How = "auto"
) -> Resumable[Directions]:
    """Find directions in given codes."""
    found = yield from named(context, codes, names, how)
    space = LatentSpace.of(context.snapshot, codes.z.shape[1])
    return Directions(space, (*found, random_direction(codes)), codes.z.mean(0, dtype=np.float64))


def named(
    context: ViewContext,
    codes: KnownCodes,
    names: Sequence[str] | None = None,
    how: How = "auto",
    refused: dict[str, UsageError] | None = None,
) -> Resumable[list[Direction]]:
    """A direction for each attribute of ``codes`` (those named, or all), and the mirror's where images can be encoded.

    With ``refused`` what can't be found goes in there with the reason, by name. Without it, an attribute that was not
    named is left out, and for a named one :class:`UsageError` is raised.
    """
    requested = list(codes.values) if names is None else list(names)
    for name in requested:
        if name not in codes.values and name != MIRROR:
            unknown = UsageError(
                N_("There is no attribute '{name}' here.", name=name),
                N_("There are: {names}.", names=", ".join(codes.values) or "-"),
            )
            if refused is None:
                raise unknown
            refused[name] = unknown
    found = []
    for k, name in enumerate(requested):
        try:
            if name in codes.values:
                fitting = offloaded(partial(by_attribute, name, codes, how))
                found.append((yield from rescaled(fitting, 0.8 * k / len(requested), 0.8)))
        except UsageError as error:
            if refused is not None:
                refused[name] = error
            elif names is not None:
                raise UsageError(N_("{name}: {reason}", name=name, reason=error.what), error.remedy) from error
        yield 0.8 * (k + 1) / len(requested)
    if context.data is not None and has(context.model, Encodes) and (names is None or MIRROR in names):
        found.append((yield from rescaled(by_mirror(context, codes), 0.8, 1.0)))
    return found


def by_attribute(name: str, codes: KnownCodes, how: How = "auto") -> Direction:
    """The direction of ``name``. Auto takes a linear SVM for yes and no and ridge regression for numbers; of drawn
    images, the plane between the extremes.

    Raises :class:`UsageError` as :func:`genstudio.latent.directions.linear.fit` does.
    """
    z, values = codes.found(name)
    linear.known_codes(z, values)  # a constant one is refused, whatever is done next
    if how == "auto":
        how = "extremes" if codes.by == "judge" else "svm" if is_switch(values) else "ridge"
    if how == "ridge" and is_switch(values):
        how = "svm"
    fitted = linear.fit("svm", z, extremes(values)) if how == "extremes" else linear.fit(how, z, values)
    return scored(name, *fitted, how, codes, name)


def extremes(values: np.ndarray, share: float = SHARE) -> np.ndarray:
    """1 for the top share of numbers N, 0 for the bottom share, NaN between. Of yes and no all are extremes."""
    if is_switch(values):
        return values
    low, high = np.nanquantile(values, (share, 1 - share))
    made: np.ndarray = np.where(values >= high, 1.0, np.where(values <= low, 0.0, np.nan))
    return made


def scored(name: str, vector: np.ndarray, reader: np.ndarray, method: str, codes: KnownCodes, by: str) -> Direction:
    """A direction with its score on the attribute ``by``, and the mean score of ten random ones."""
    random = [linear.score(one, codes.found(by), codes.held(by)) for one in _random(codes.z.shape[1], RANDOM)]
    switch = is_switch(codes.values[by])
    return Direction(
        name,
        vector,
        spread(codes.z, vector),
        method,
        reader,
        scored="balanced_accuracy" if switch else "r2",
        heldout=_number(linear.score(reader, codes.found(by), codes.held(by))),
        baseline=_number(float(np.mean(random))),
        n=codes.split,
    )


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def spread(z: np.ndarray, vector: np.ndarray) -> float:
    """The standard deviation of codes N×D along ``vector``."""
    return max(float((z.astype(np.float64) @ vector).std()), linear.TINY)


def by_mirror(context: ViewContext, codes: KnownCodes, n: int = 1_000) -> Resumable[Direction]:
    """Direction of mirroring an image (of photographs, the head's turn): the principal axis of encode(x) -
    encode(mirrored x), so that each difference counts whichever way its head looks."""
    import torch

    assert context.data is not None
    train = context.data.split("train")
    draw = generator(0, "mirror")
    chosen = torch.randperm(len(train), generator=draw)[:n].sort().values
    images, differences = train.batch(chosen, generator=draw).images, []
    for part in chunks(len(images), context):
        both = [context.require(Encodes).encode(x) for x in (images[part], images[part].flip(3))]
        differences.append((both[0] - both[1]).double().numpy())
        yield part.stop / len(images)
    stacked = np.concatenate(differences)
    linear.must_be_finite(stacked)
    axis = np.linalg.eigh(stacked.T @ stacked)[1][:, -1]
    axis = linear.unit(axis * _sign(axis))
    if "yaw" not in codes.values:
        return Direction(MIRROR, axis, spread(codes.z, axis), "mirror", axis, n=len(images))
    z, yaw = codes.found("yaw")
    with np.errstate(invalid="ignore"):
        turned = np.nansum((yaw - np.nanmean(yaw)) * ((z - z.mean(0)) @ axis))
    axis = axis if turned >= 0 else -axis
    return scored(MIRROR, axis, axis, "mirror", codes, "yaw")


def random_direction(codes: KnownCodes) -> Direction:
    """One that means nothing, for comparison."""
    (vector,) = _random(codes.z.shape[1], 1)
    return Direction("random", vector, spread(codes.z, vector), "random", vector)


def _random(dim: int, n: int) -> list[np.ndarray]:
    import torch

    drawn = torch.randn(n, dim, generator=generator(0, "random directions"), dtype=torch.float64).numpy()
    return [linear.unit(one) for one in drawn]


def _sign(axis: np.ndarray) -> float:
    """A component's sign is free: its largest entry is positive, so that it does not flip from step to step."""
    return float(np.sign(axis[np.abs(axis).argmax()]))


def components(z: np.ndarray, images: np.ndarray | None = None, most: int = MOST_COMPONENTS) -> list[Direction]:
    """Principal components of codes N×D, most varied first. Of a model that draws its codes from a prior these mean
    nothing: given what the codes were decoded to, images float32 N×values, it is the principal components of these, and for
    each the direction in which codes go along with it (Härkönen et al. 2020, "GANSpace", equation 1, for images)."""
    linear.must_be_finite(z)
    z = z.astype(np.float64)
    centred = z - z.mean(0)
    most = min(most, z.shape[1])
    if images is None:
        _, _, axes = np.linalg.svd(centred, full_matrices=False)
        vectors = list(axes[:most])
    else:
        from sklearn.decomposition import PCA

        linear.must_be_finite(images)
        most = min(most, *images.shape)
        places = PCA(most, svd_solver="randomized", random_state=0).fit_transform(images)
        vectors = [centred.T @ place for place in places.T]
    made = []
    for k, vector in enumerate(vectors):
        axis = linear.unit(vector)
        axis = axis * _sign(axis)
        made.append(Direction(f"{NAMELESS}{k + 1}", axis, spread(z, axis), COMPONENTS, axis, n=len(z)))
    return made


def principal(context: ViewContext) -> Resumable[list[Direction]]:
    """The principal components of ``context``'s codes: of encoded validation images, or by what drawn codes show."""
    encoded = (yield from encoding(context, PIXEL_CODES)) if has(context.model, Encodes) else None
    if encoded is not None and len(encoded.z) > 2:
        return (yield from rescaled(offloaded(partial(components, encoded.z)), 1.0, 1.0))
    z: Tensor = context.require(Decodes).prior(PIXEL_CODES, generator=generator(0, "components"))
    shown, condition = [], classes_in_turn(context, len(z), -1)
    for part in chunks(len(z), context):
        shown.append(decoded(context, z[part], None if condition is None else condition.rows(part)).flatten(1).numpy())
        yield part.stop / len(z)
    finding = offloaded(partial(components, z.numpy(), np.concatenate(shown)))
    return (yield from rescaled(finding, 1.0, 1.0))
