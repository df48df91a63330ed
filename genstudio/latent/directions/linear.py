"""Linear methods that find a direction in latent space, and its score.

    means       the difference between two classes' mean codes (Radford et al. 2016); of a number, its slope with the code
    logistic    the normal of the plane that parts yes from no, by logistic regression
    svm         the same by a linear support vector machine (Shen et al. 2020, "InterFaceGAN")
    ridge       the gradient of a number that is linear in the code

Each gives two unit vectors in the coordinates of z. The *reader* r tells the attribute: its reading of a code is r·z. The
*walk* v is where to go so that the reading changes while the code stays likely: v = Σr with the codes' covariance Σ, the
shortest way by Mahalanobis' distance (and the pattern that belongs to a linear reader, Haufe et al. 2014). For codes drawn
from N(0, I) the two are one, as in InterFaceGAN; an encoder's codes vary much in some coordinates and hardly in others, and
the reader alone would walk where the model uses nothing.

Whatever found it, a direction is scored in one way: by a line, or a threshold, fitted on its reading where it was found, and
looked at on codes that were held out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.evaluate.judge.readings import is_switch

if TYPE_CHECKING:
    from collections.abc import Sequence

Method = Literal["means", "logistic", "svm", "ridge"]
RIDGE = 0.02  # penalty of a code, in units of the codes' mean variance
TINY = 1e-9


def fit(method: Method, z: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(walk, reader) for ``values`` (N, NaN where unknown) of the codes ``z`` (N×D): unit vectors, float64 D.

    Raises :class:`UsageError` when all known values are alike, when none is known, or a code is not finite.
    """
    every = z
    z, values = known_codes(z, values)
    if method == "means":
        slope = unit(_slope(z, values))
        return slope, slope
    # One scale for all coordinates, never one for each: a coordinate that the model does not use hardly varies, and made
    # as large as the others its noise would be most of the reader.
    u = (z - z.mean(0)) / scale_of(z)
    if method == "ridge":
        y = (values - values.mean()) / values.std()
        reader = unit(np.linalg.solve(u.T @ u / len(u) + RIDGE * np.eye(u.shape[1]), u.T @ y / len(u)))
    else:
        reader = unit(_plane(method, u, values))
    return walk_of(reader, every), reader


def walk_of(reader: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Σr at length 1, with the covariance of the codes N×D."""
    centred = z - z.mean(0, dtype=np.float64)
    return unit(centred.T @ (centred @ reader))


def scale_of(z: np.ndarray) -> float:
    """The root of the codes' mean variance: one number for all coordinates."""
    return max(float(np.sqrt(z.var(0, dtype=np.float64).mean())), TINY)


def known_codes(z: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The codes whose value is known, and these values, float64. Raises :class:`UsageError` as :func:`fit` does."""
    known = np.isfinite(values)
    z, values = z[known].astype(np.float64), values[known].astype(np.float64)
    if not len(values):
        raise UsageError(N_("It is not known for any image."), N_("Choose another attribute."))
    if values.min() == values.max():
        raise UsageError(
            N_("It is {value} in all {n} images, so no direction can be found.",
               value=f"{values[0]:g}", n=f"{len(values):,}"),
            N_("Choose another attribute."),
        )  # fmt: skip
    must_be_finite(z)
    return z, values


def must_be_finite(numbers: np.ndarray) -> None:
    """Raises :class:`UsageError` for codes, or images, of a broken model."""
    if not np.isfinite(numbers).all():
        raise UsageError(N_("The model's codes are not finite."), N_("Go back to an earlier checkpoint."))


def _slope(z: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Difference of the mean codes, yes minus no; for a number, the covariance with it."""
    if is_switch(values):
        difference: np.ndarray = z[values == 1].mean(0) - z[values == 0].mean(0)
        return difference
    covariance: np.ndarray = (values - values.mean()) @ (z - z.mean(0))
    return covariance


def _plane(method: Method, u: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The normal of the plane between values above and below the middle: of yes and no, of a number's halves."""
    yes = values > (0.5 if is_switch(values) else np.median(values))
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    kind: Any = LogisticRegression(C=0.1, class_weight="balanced", max_iter=200) if method == "logistic" else LinearSVC(
        C=0.01, class_weight="balanced", random_state=0
    )  # fmt: skip
    normal: np.ndarray = kind.fit(u, yes).coef_[0]
    return normal


def unit(vector: np.ndarray) -> np.ndarray:
    """``vector`` (D) at length 1. Raises :class:`UsageError` for one without a length."""
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length < TINY:
        raise UsageError(
            N_("No direction in the code is related to it."),
            N_("Train the model further, or choose another attribute."),
        )
    return np.asarray(vector / length, np.float64)


def score(reader: np.ndarray, found: tuple[np.ndarray, np.ndarray], held: tuple[np.ndarray, np.ndarray]) -> float:
    """Score of ``reader`` (D) on codes and their values: each of the pairs is (codes N×D, values N).

    Of yes and no the balanced accuracy of the best threshold, of numbers R² of the best line, both fitted on ``found`` and
    measured on ``held``. NaN where the held-out values are all alike.
    """
    (z, values), (z_held, truth) = known_codes(*found), _finite(*held)
    places, places_held = z @ reader, z_held @ reader
    if not len(truth) or truth.min() == truth.max():
        return float("nan")
    if is_switch(values):
        threshold, sign = best_threshold(places, values)
        return balanced_accuracy(sign * places_held > sign * threshold, truth)
    slope, intercept = np.polyfit(places, values, 1)
    error = np.square(truth - slope * places_held - intercept).mean()
    return float(1 - error / truth.var())


def _finite(z: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = np.isfinite(values)
    return z[known].astype(np.float64), values[known].astype(np.float64)


def best_threshold(places: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """(threshold, sign): yes (1) is where sign·place > sign·threshold, with the highest balanced accuracy."""
    order = np.argsort(places, kind="stable")
    sorted_places, yes = places[order], values[order] == 1
    # Above a cut after k of them: the share of yes that is above, and of no that is below.
    below_yes, below_no = np.cumsum(yes) / yes.sum(), np.cumsum(~yes) / (~yes).sum()
    balanced = (1 - below_yes + below_no) / 2
    balanced[:-1][sorted_places[:-1] == sorted_places[1:]] = 0.5  # no cut goes between equals
    up, down = int(balanced.argmax()), int(balanced.argmin())
    sign = 1.0 if balanced[up] >= 1 - balanced[down] else -1.0
    k = up if sign > 0 else down
    after = sorted_places[min(k + 1, len(places) - 1)]
    return float((sorted_places[k] + after) / 2), sign


def balanced_accuracy(predicted: np.ndarray, truth: np.ndarray) -> float:
    """Mean of the shares of yes and of no that are predicted correctly: .5 for guesses."""
    yes = truth == 1
    return float((predicted[yes].mean() + (~predicted[~yes]).mean()) / 2)


def project_out(
    walk: np.ndarray, fixed: Sequence[np.ndarray], readers: Sequence[np.ndarray] | None = None
) -> np.ndarray:
    """``walk`` (D), at length 1, so that none of ``readers`` changes along it: less a sum of the walks ``fixed``, any number
    of them. Without ``readers`` each walk reads itself, and this is the projection at right angles (Shen et al. 2020,
    section 3.2).

    Raises :class:`UsageError` when nothing is left.
    """
    if not len(fixed):
        return unit(walk)
    away, read = np.stack(fixed, 1), np.stack(readers if readers is not None else fixed, 1)
    # The pseudo-inverse, since the same one may be held fixed twice.
    left = walk - away @ (np.linalg.pinv(read.T @ away, rcond=1e-6) @ (read.T @ walk))
    if np.linalg.norm(left) < 1e-6 * max(float(np.linalg.norm(walk)), TINY):
        raise UsageError(N_("Nothing remains of it when the others are held fixed."), N_("Hold fewer fixed."))
    return unit(left)


def cosines(vectors: Sequence[np.ndarray]) -> np.ndarray:
    """The cosines between unit vectors (K of D), K×K."""
    stacked = np.stack(vectors)
    return np.asarray(np.clip(stacked @ stacked.T, -1, 1))
