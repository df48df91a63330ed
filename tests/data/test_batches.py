"""Batches: splits by content, exact levels, and binarisation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.errors import DataError, UsageError
from genstudio.data import binarise
from genstudio.data.dataset import open_data
from genstudio.data.splits import assign, content_hashes


def some_images(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 1, 8, 8), dtype=np.uint8)


def gen(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def side_of(images: np.ndarray) -> dict[bytes, str]:
    splits = assign(content_hashes(images))
    return {images[i].tobytes(): name for name, positions in splits.items() for i in positions}


def test_splits_are_disjoint_complete_and_of_about_the_usual_shares() -> None:
    splits = assign(content_hashes(some_images(20_000)))
    together = np.sort(np.concatenate(list(splits.values())))
    assert np.array_equal(together, np.arange(20_000))
    assert len(splits["test"]) == pytest.approx(2000, abs=150)
    assert len(splits["validation"]) == pytest.approx(2000, abs=150)


def test_split_of_an_image_depends_on_its_content_alone() -> None:
    images = some_images(300)
    alone = side_of(images)
    shuffled = images[np.random.default_rng(1).permutation(300)]
    assert (
        side_of(np.concatenate([some_images(500, seed=9), shuffled, images]))[images[0].tobytes()]
        == alone[images[0].tobytes()]
    )
    assert {
        k: v for k, v in side_of(np.concatenate([some_images(500, seed=9), shuffled])).items() if k in alone
    } == alone
    twice = np.concatenate([images, images])
    splits = assign(content_hashes(twice))
    for positions in splits.values():
        inside = set(positions.tolist())
        assert all((i + 300) % 600 in inside for i in inside)


def test_hashes_are_the_same_on_every_machine() -> None:
    """These numbers determine the splits, so they must never change."""
    images = np.arange(2 * 12, dtype=np.uint8).reshape(2, 1, 3, 4)
    assert [hex(h) for h in content_hashes(images)] == ["0x188b7e3fbbd00879", "0xb2ae9b33bf29b70"]


def test_an_official_test_split_is_kept_and_the_rest_divided_by_content() -> None:
    official = np.zeros(60_000, bool)
    official[50_000:] = True
    hashes = np.random.default_rng(0).integers(0, 2**64, 60_000, dtype=np.uint64)
    splits = assign(hashes, official)
    assert np.array_equal(splits["test"], np.arange(50_000, 60_000))
    assert len(splits["validation"]) == pytest.approx(50_000 / 12, abs=200)


@pytest.mark.parametrize("levels", [2, 3, 4, 5, 8, 16, 100, 255, 256])
def test_levels_are_recovered_exactly(make_source: Any, levels: int) -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16)
    images = np.concatenate([np.roll(ramp, i, axis=3) for i in range(16)])
    with make_source(images):
        data = open_data("array", {"levels": levels})
        train = data.split("train")
        batch = train.batch(torch.arange(len(train)), generator=gen())
        expected = data.bytes(train.indices).astype(int) * levels // 256
        assert batch.spec.levels == levels
        assert np.array_equal(batch.levels.numpy(), expected)
        assert float(batch.images.min()) == 0.0
        assert float(batch.images.max()) == 1.0


@pytest.mark.parametrize("kind", ["dynamic", "fixed"])
@pytest.mark.parametrize("real", [False, True])
def test_bits_come_with_the_probability_of_their_grey(kind: str, real: bool) -> None:
    grey = torch.arange(256, dtype=torch.uint8).repeat(8000, 1)
    values = grey.float() / 255 if real else grey
    if kind == "dynamic":
        bits = binarise.dynamic(values, gen())
    else:
        bits = binarise.fixed(
            values, binarise.image_keys(torch.randint(-(2**63), 2**63 - 1, (8000,), generator=gen()), 0)
        )
    assert bits.dtype == torch.float32
    assert set(bits.unique().tolist()) == {0.0, 1.0}
    assert bits[:, 0].sum() == 0
    assert bits[:, 255].sum() == 8000
    many = binarise.dynamic(
        torch.tensor([0, 255], dtype=values.dtype).clamp(max=1 if real else 255).repeat(10**6), gen(2)
    )
    assert torch.equal(many, torch.tensor([0.0, 1.0]).repeat(10**6))
    p = torch.arange(256) / 255
    error = (bits.mean(0) - p) / (p * (1 - p) / 8000).sqrt().clamp(min=1e-3)
    # 254 z-scores: the largest is about 3; five would be one in a few thousand tries.
    assert error.abs().max() < 5
    assert abs(float(error[1:-1].mean())) < 0.3
    # Neighbours are drawn from one 64-bit number: they must not know of one another.
    half = torch.full((20_000, 8), 127, dtype=torch.uint8)
    if kind == "dynamic":
        flips = binarise.dynamic(half, gen(1))
    else:
        flips = binarise.fixed(half, binarise.image_keys(torch.arange(20_000), 0))
    correlation = torch.corrcoef(flips.T) - torch.eye(8)
    assert correlation.abs().max() < 0.035


def test_dynamic_bits_are_drawn_each_time_from_the_generator(make_source: Any) -> None:
    with make_source(some_images(100)):
        train = open_data("array", {"binarisation": "dynamic"}).split("train")
        positions = torch.arange(20)
        generator = gen(1)
        before = torch.get_rng_state()
        a, b = train.batch(positions, generator=generator), train.batch(positions, generator=generator)
        assert not torch.equal(a.images, b.images)
        assert torch.equal(train.batch(positions, generator=gen(1)).images, a.images)
        assert torch.equal(torch.get_rng_state(), before)
        assert train.binarisation == "dynamic"
        assert a.spec.levels == 2
        assert set(a.levels.unique().tolist()) == {0, 1}


def test_fixed_bits_depend_on_the_image_alone(make_source: Any) -> None:
    images = some_images(100)
    with make_source(images):
        data = open_data("array", {"binarisation": "fixed", "seed": 7})
        train = data.split("train")
        forwards = train.batch(torch.arange(20), generator=gen()).images
        backwards = train.batch(torch.arange(19, -1, -1), generator=gen(5)).images
        assert torch.equal(forwards, backwards.flip(0))
        alone = train.batch(torch.tensor([7]), generator=gen())
        assert torch.equal(alone.images[0], forwards[7])
        other = open_data("array", {"binarisation": "fixed", "seed": 8}).split("train")
        assert not torch.equal(other.batch(torch.arange(20), generator=gen()).images, forwards)
    # More images come, in front of the old ones: the old ones keep their bits.
    more = np.concatenate([some_images(50, seed=3), images])
    with make_source(more) as source:
        source.version = 2
        grown = open_data("array", {"binarisation": "fixed", "seed": 7}).split("train")
        position = int(np.flatnonzero(grown.indices == 50 + train.indices[7])[0])
        assert torch.equal(grown.batch(torch.tensor([position]), generator=gen()).images[0], forwards[7])


@pytest.mark.parametrize("levels", [256, 3])
def test_threshold_cuts_at_one_half(make_source: Any, levels: int) -> None:
    images = some_images(100)
    with make_source(images):
        train = open_data("array", {"binarisation": "threshold", "levels": levels}).split("train")
        batch = train.batch(torch.arange(len(train)), generator=gen())
    grey = images[train.indices].astype(int)
    expected = grey >= 128 if levels == 256 else grey * 3 // 256 >= 1
    assert np.array_equal(batch.images.numpy().astype(bool), expected)


def test_a_batch_carries_labels_attributes_and_numbers_in_the_whole_set(make_source: Any) -> None:
    labels, attributes = np.arange(100) % 5, np.arange(200, dtype=np.float32).reshape(100, 2)
    columns = {"labels": labels, "attributes": attributes, "class_names": "abcde", "attribute_names": ("x", "y")}
    with make_source(some_images(100), **columns):
        validation = open_data("array").split("validation")
        batch = validation.batch(torch.tensor([2, 0, 2]), generator=gen())
    where = validation.indices[[2, 0, 2]]
    assert batch.indices.tolist() == where.tolist()
    assert batch.labels.tolist() == labels[where].tolist()
    assert batch.attributes.tolist() == attributes[where].tolist()
    assert batch.images.shape == (3, 1, 8, 8)


def test_wrong_names_and_values_are_usage_errors(make_source: Any) -> None:
    with pytest.raises(UsageError, match="mnist"):
        open_data("mnits")
    with make_source(some_images(50)):
        with pytest.raises(UsageError, match="levels"):
            open_data("array", {"levels": 1})
        with pytest.raises(UsageError, match="sizes"):
            open_data("array", {"sizes": 1})
        assert open_data("array", {"size": "none"}).knobs.size is None
        with pytest.raises(KeyError):
            open_data("array").split("training")


def test_a_set_too_small_to_split_says_so(make_source: Any) -> None:
    images = some_images(60)
    test = images[assign(content_hashes(images))["test"][:1]]
    with make_source(test), pytest.raises(DataError, match="none is left to train on"):
        open_data("array")
    train = images[assign(content_hashes(images))["train"][:2]]
    with make_source(train) as source:
        source.version = 2
        assert any("validation" in str(problem) for problem in open_data("array").problems)
