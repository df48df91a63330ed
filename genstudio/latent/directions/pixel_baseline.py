"""Baseline score from pixels alone: the same linear reader on 64 principal components of the same images. A code that
tells less has lost something; one that tells no more has not understood anything that a blurred photograph doesn't show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from genstudio.core.errors import UsageError
from genstudio.evaluate.judge.readings import is_switch
from genstudio.latent.directions import linear

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.latent.codes import KnownCodes

COMPONENTS = 64


def pixel_scores(data: DataSet | None, codes: KnownCodes, names: Sequence[str]) -> dict[str, float]:
    """For each of ``names`` that the data know, what whitened components of the images that ``codes`` are of tell on the
    held-out ones: balanced accuracy of yes and no, R² of a number. Empty where the codes are of no images."""
    if data is None or codes.indices is None or codes.split <= COMPONENTS:
        return {}
    from sklearn.decomposition import PCA

    pixels = data.bytes(codes.indices).reshape(len(codes.indices), -1).astype(np.float32) / 255
    most = min(COMPONENTS, pixels.shape[1])
    reduced = (
        PCA(most, whiten=True, svd_solver="randomized", random_state=0).fit(pixels[: codes.split]).transform(pixels)
    )
    found, held, scores = reduced[: codes.split], reduced[codes.split :], {}
    for name in names:
        if name not in codes.values:
            continue
        values, truth = codes.found(name)[1], codes.held(name)[1]
        try:
            _, reader = linear.fit("logistic" if is_switch(values) else "ridge", found, values)
        except UsageError:  # constant, or known of no image
            continue
        score = linear.score(reader, (found, values), (held, truth))
        if np.isfinite(score):
            scores[name] = float(score)
    return scores
