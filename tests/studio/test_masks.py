"""Masks of a completion: halves, the brush, and the border around them."""

from __future__ import annotations

import numpy as np
import pytest

from genstudio.studio.panes.pixels.masks import REGIONS, outline, region, stroked


def test_halves_are_halves():
    kept = {name: region(name, 6, 8) for name in REGIONS}
    assert kept["top"][:3].all()
    assert not kept["top"][3:].any()
    assert not (kept["top"] & kept["bottom"]).any()
    assert (kept["left"] | kept["right"]).all()
    assert kept["all"].all()
    assert not kept["none"].any()


@pytest.mark.parametrize("size", range(1, 10))
def test_brush_has_its_stated_width(size: int):
    mask = stroked(np.ones((20, 20), bool), (10, 10), (10, 10), size, keep=False)
    rubbed = np.argwhere(~mask)
    assert (rubbed.max(0) - rubbed.min(0) + 1).tolist() == [size, size]


def test_a_quick_stroke_leaves_no_gaps():
    mask = stroked(np.ones((20, 20), bool), (2, 1), (9, 18), 1, keep=False)
    assert (~mask).any(axis=0)[1:19].all()
    back = stroked(mask, (2, 1), (9, 18), 3, keep=True)
    assert back.all()


def test_border_separates_kept_and_erased_pixels():
    assert outline(region("top", 4, 4)) == [(0, 2, 4, 2)]
    assert outline(region("all", 4, 4)) == []
    hole = np.ones((5, 5), bool)
    hole[2, 2] = False
    assert sorted(outline(hole)) == [(2, 2, 2, 3), (2, 2, 3, 2), (2, 3, 3, 3), (3, 2, 3, 3)]
