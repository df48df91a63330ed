"""Points as pictures: each dot is at its point, y upwards."""

from __future__ import annotations

import numpy as np
import pytest

from genstudio.core.scatter import INK, PAPER, TILE, scatter, stamped, tiles


def middle(picture: np.ndarray) -> tuple[float, float]:
    """Centre of the ink as fractions of the picture: across, up."""
    ink = picture[..., 0].astype(float) - PAPER
    rows, columns = np.mgrid[: ink.shape[0], : ink.shape[1]] + 0.5
    return float((ink * columns).sum() / ink.sum() / ink.shape[1]), 1 - float(
        (ink * rows).sum() / ink.sum() / ink.shape[0]
    )


@pytest.mark.parametrize("point", [(0.5, 0.5), (0.3, 0.8), (0.71, 0.26)])
def test_dot_is_at_its_point_on_a_tile_and_among_others(point: tuple[float, float]) -> None:
    points = np.array([point], np.float32)
    tile = tiles(points)
    assert (tile.shape, tile.dtype, tile.max()) == ((1, TILE, TILE, 1), "uint8", INK)
    assert middle(tile[0]) == pytest.approx(point, abs=0.01)
    assert middle(scatter(points, 200)) == pytest.approx(point, abs=0.005)


def test_more_points_are_brighter() -> None:
    points = np.repeat([[0.25, 0.5], [0.75, 0.5]], [1, 4], axis=0)
    picture = scatter(points, 320)[..., 0]
    assert picture[:, :160].max() < picture[:, 160:].max() <= INK


def test_mark_covers_its_area_at_any_subpixel_position() -> None:
    for place in ((50.0, 50.0), (50.5, 50.5), (50.3, 49.8)):
        assert stamped(np.array([place]), 100, 100, 6.0).sum() == pytest.approx(np.pi * 36, rel=0.02)
    cut = stamped(np.array([[0.0, 50.0]]), 100, 100, 6.0)
    assert cut.sum() == pytest.approx(np.pi * 18, rel=0.05), "marks are cut at the border"
