"""The data sets faces and faces-wild: the same people for the same seed, and attributes equal to the factors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from genstudio.core.errors import Cancelled
from genstudio.data.dataset import open_data
from genstudio.data.sources.faces import CHUNK, Faces
from genstudio.data.sources.faces_wild import FacesWild
from genstudio.data.synthetic_faces import CLOSE, LOOSE, NAMES, draw_factors, render


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path))


def made(kind: type[Faces] = Faces, **knobs: object) -> tuple[np.ndarray, np.ndarray]:
    source = kind(kind.Knobs(size=8, **knobs), search=[])
    images, factors = zip(*source.portraits(source.knobs.count), strict=True)
    return np.concatenate(images), np.concatenate(factors)


def test_a_seed_means_the_same_people_and_another_seed_others() -> None:
    first, again, other = made(count=20), made(count=20), made(count=20, seed=1)
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[1], other[1])
    assert not np.array_equal(first[0], other[0])


def test_more_people_begin_with_the_same_people() -> None:
    few, many = made(count=CHUNK + 5), made(count=2 * CHUNK + 3)
    assert np.array_equal(few[1], many[1][: CHUNK + 5])
    assert np.array_equal(few[0][:CHUNK], many[0][:CHUNK])
    # The last ones are painted in a smaller company, where a sum may round differently.
    assert np.abs(few[0].astype(int) - many[0][: CHUNK + 5]).max() <= 1
    assert len(np.unique(many[1], axis=0)) == 2 * CHUNK + 3


def test_threads_do_not_change_a_bit_and_are_left_as_they_were() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = made(count=2 * CHUNK)
        torch.set_num_threads(2)
        two = made(count=2 * CHUNK)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(one[0], two[0])


@pytest.mark.parametrize(("name", "zoom"), [("faces", CLOSE), ("faces-wild", LOOSE)])
def test_attributes_are_what_the_renderer_drew_from(name: str, zoom: float) -> None:
    data = open_data(name, {"size": 16, "count": 30})
    assert data.spec.shape == (3, 16, 16)
    assert data.spec.attribute_names == NAMES
    assert data.attributes is not None
    assert data.attributes.dtype == np.float32
    drawn = render(torch.from_numpy(np.array(data.attributes)), 16, zoom=zoom).numpy()
    assert np.abs(drawn.astype(int) - data.bytes(np.arange(30)).astype(int)).max() <= 1


def test_the_default_is_colour_at_32_and_grey_and_limit_work() -> None:
    assert Faces.Knobs().size == 32
    assert Faces.Knobs().count == 20_000
    data = open_data("faces", {"size": 8, "colour": "grey", "limit": 12})
    assert data.spec.shape == (1, 8, 8)
    assert len(data) == 12


def test_wild_faces_reach_further_and_show_more_around_the_head() -> None:
    usual = draw_factors(2_000, torch.Generator().manual_seed(0)).std(0)
    wild = draw_factors(2_000, torch.Generator().manual_seed(0), wild=True).std(0)
    for name in ("yaw", "pitch", "gaze", "light", "background", "eye_opening"):
        assert wild[NAMES.index(name)] > 1.3 * usual[NAMES.index(name)]
    # Backdrops of many colours, where those of the default are near grey.
    near, far = made(Faces, count=40)[0][:, :, 0, 0], made(FacesWild, count=40)[0][:, :, 0, 0]
    assert far.std(0).mean() > 2 * near.std(0).mean()


def test_a_cancel_ends_the_drawing_soon() -> None:
    source = Faces(Faces.Knobs(size=8, count=100 * CHUNK), search=[])
    chunks: list[int] = []

    def paint() -> None:
        for images, _ in source.portraits(source.knobs.count, cancelled=lambda: len(chunks) == 2):
            chunks.append(len(images))

    with pytest.raises(Cancelled):
        paint()
    assert len(chunks) == 2, "nothing is painted any more once it is cancelled"
