"""Scores of directions found for earlier weights on the codes of the present ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genstudio.core.capabilities import Encodes, has
from genstudio.core.errors import UsageError
from genstudio.core.resumable import Resumable
from genstudio.evaluate.judge.readings import targets_of
from genstudio.latent.codes import HELD_SHARE, KnownCodes, known_codes
from genstudio.latent.directions import linear
from genstudio.viewing.decode import encoding

if TYPE_CHECKING:
    from genstudio.latent.directions.direction import Direction, Directions
    from genstudio.viewing.context import ViewContext

ENCODED, DRAWN = 2_000, 1_000


def scores_now(context: ViewContext, found: Directions) -> Resumable[dict[str, float]]:
    """R² or balanced accuracy, by name, of each reading on a few codes of ``context``'s weights; only of those that were
    scored when they were found, and where it can be known: yields the share done."""
    try:
        codes = yield from _few_codes(context)
    except UsageError:  # no images, no judge: reported elsewhere
        return {}
    scores = {}
    for direction in found:
        by = _attribute_of(direction, codes)
        if by is not None and np.isfinite(codes.z).all():
            try:
                score = linear.score(direction.reader, codes.found(by), codes.held(by))
            except UsageError:  # alike in these few
                continue
            if np.isfinite(score):
                scores[direction.name] = score
    return scores


def _attribute_of(direction: Direction, codes: KnownCodes) -> str | None:
    if direction.heldout is None:
        return None
    by = "yaw" if direction.method == "mirror" else direction.name
    return by if by in codes.values else None


def _few_codes(context: ViewContext) -> Resumable[KnownCodes]:
    """Codes of validation images (the line or threshold is fitted on seven in ten of them), or drawn and judged."""
    if context.data is None or not has(context.model, Encodes):
        return (yield from known_codes(context, drawn=DRAWN))
    encoded = yield from encoding(context, ENCODED)
    assert encoded is not None
    order = np.random.default_rng(0).permutation(len(encoded.z))  # they come in the order of the data set
    values = targets_of(context.data, encoded.indices[order])
    return KnownCodes(encoded.z[order], values, int(len(order) * (1 - HELD_SHARE)), "data")
