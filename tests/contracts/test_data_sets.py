"""Contract of ``data/``, tested on every registered data set."""

from __future__ import annotations

import gzip
import pickle
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from genstudio.core import knobs
from genstudio.core.errors import Cancelled
from genstudio.core.messages import Message
from genstudio.data.base import DataKnobs, data_sets
from genstudio.data.dataset import DataSet, open_data
from genstudio.data.sources.idx import IdxSource

LIMIT = 64
# Ours: other tests register data sets of their own, made for one purpose.
NAMES = [name for name, kind in data_sets.items() if kind.__module__.startswith("genstudio.")]
# Other images are points of the plane: they have no size, no colours, and values that are real.
PICTURES = [name for name in NAMES if issubclass(data_sets[name].Knobs, DataKnobs)]


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files for the sources that need some: IDX files of random digits, CIFAR-10's pickles of noise, pictures in two
    classes."""
    top = tmp_path_factory.mktemp("search")
    rng = np.random.default_rng(0)
    for name in NAMES:
        kind = data_sets[name]
        if issubclass(kind, IdxSource):
            for stem, n in (("train", 50), ("t10k", 20)):
                for what, values in (
                    ("images-idx3", rng.integers(0, 256, (n, 28, 28))),
                    ("labels-idx1", np.arange(n) % 10),
                ):
                    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
                    path = top / kind.folders[0] / f"{stem}-{what}-ubyte.gz"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(gzip.compress(header + values.astype(np.uint8).tobytes()))
    batches = top / "cifar-10-batches-py"
    batches.mkdir()
    for batch in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"):
        told = {"data": rng.integers(0, 256, (12, 3072), dtype=np.uint8), "labels": [k % 10 for k in range(12)]}
        (batches / batch).write_bytes(pickle.dumps(told, protocol=2))
    for i in range(LIMIT + 6):
        path = top / "pictures" / ("round", "square")[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (20, 20, 3), dtype=np.uint8)).save(path)
    lines = [f"{('round', 'square')[i % 2]}/{i}.png,{i / 10}" for i in range(LIMIT + 6)]
    (top / "pictures" / "attributes.csv").write_text("\n".join(["file,weight", *lines]))
    return top


@pytest.fixture(scope="module")
def module_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One cache for all tests of a module: each data set is made once."""
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENSTUDIO_CACHE", str(cache))
        yield cache


@pytest.fixture(autouse=True)
def use_module_cache(module_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(module_cache))


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=PICTURES)
def pictures(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def small(name: str, **values: Any) -> dict[str, Any]:
    return {"limit": LIMIT, **({"path": "pictures", "size": 12} if name == "folder" else {}), **values}


def opened(name: str, search: Path, *, given: dict[str, Any] | None = None, **values: Any) -> DataSet:
    return open_data(name, small(name, **values), search=[search], **(given or {}))


def gen(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_it_has_title_and_help_and_every_knob_has_help(name: str) -> None:
    kind = data_sets[name]
    assert isinstance(kind.title, Message)
    assert isinstance(kind.help, Message)
    described = {knob.name: knob for knob in knobs.describe(kind.Knobs)}
    assert {"levels", "limit", "seed"} <= set(described)
    assert ("size" in described, "colour" in described, "binarisation" in described) == (name in PICTURES,) * 3
    assert all(str(knob.help).endswith(".") for knob in described.values())
    kind.Knobs()


@pytest.mark.parametrize("binarisation", ["none", "dynamic", "fixed", "threshold"])
def test_binarised_images_have_two_levels(pictures: str, search: Path, binarisation: str) -> None:
    data = opened(pictures, search, binarisation=binarisation)
    assert data.spec.levels == (256 if binarisation == "none" else 2)
    check_batches(data, binarisation)


def test_batches_are_what_the_spec_says(name: str, search: Path) -> None:
    check_batches(opened(name, search, **({"binarisation": "none"} if name in PICTURES else {})), "none")
    levels = opened(name, search, levels=4, **({"binarisation": "none"} if name in PICTURES else {}))
    assert levels.spec.levels == 4
    check_batches(levels, "none")


def check_batches(data: DataSet, binarisation: str) -> None:
    assert 0 < len(data) <= LIMIT
    for split_name in ("train", "validation", "test"):
        split = data.split(split_name)
        batch = split.batch(torch.arange(len(split)), generator=gen(0))
        assert split.spec == batch.spec == data.spec
        assert split.binarisation == binarisation
        assert batch.images.dtype == torch.float32
        assert batch.images.shape == (len(split), *data.spec.shape)
        assert batch.indices.tolist() == split.indices.tolist()
        assert batch.images.is_contiguous()
        assert bool(((batch.images >= 0) & (batch.images <= 1)).all())
        if data.spec.levels is not None:
            assert torch.equal(batch.levels.float() / (data.spec.levels - 1), batch.images)
        if data.spec.class_names:
            assert batch.labels is not None
            assert batch.labels.dtype == torch.int64
            assert bool(((batch.labels >= 0) & (batch.labels < len(data.spec.class_names))).all())
        else:
            assert batch.labels is None
        if data.spec.attribute_names:
            assert batch.attributes is not None
            assert batch.attributes.dtype == torch.float32
            assert batch.attributes.shape == (len(split), len(data.spec.attribute_names))
        else:
            assert batch.attributes is None


def test_images_differ_from_one_another(name: str, search: Path) -> None:
    data = opened(name, search)
    assert len(np.unique(data.hashes)) > 0.9 * len(data)


def test_grey_and_colour_and_size_are_honoured(pictures: str, search: Path) -> None:
    assert opened(pictures, search, colour="grey").spec.channels == 1
    assert opened(pictures, search, colour="colour", size=16).spec.shape == (3, 16, 16)


def test_splits_are_disjoint_complete_and_the_same_each_time(name: str, search: Path) -> None:
    data, again = opened(name, search), opened(name, search)
    parts = [data.split(split).indices for split in ("train", "validation", "test")]
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(len(data)))
    for split in ("train", "validation", "test"):
        assert data.split(split).indices.dtype == np.int64
        assert np.array_equal(data.split(split).indices, again.split(split).indices)
    # The seed draws bits, it never moves an image from training to test (a source that draws its images by it aside).
    if "seed" in data_sets[name].after_cache:
        assert np.array_equal(opened(name, search, seed=5).split("test").indices, parts[2])


@pytest.mark.parametrize("binarisation", ["none", "dynamic", "fixed", "threshold"])
def test_the_same_seed_gives_the_same_bits(pictures: str, search: Path, binarisation: str) -> None:
    train = opened(pictures, search, binarisation=binarisation).split("train")
    positions = torch.tensor([3, 1, 2, 1])
    first, again = (train.batch(positions, generator=gen(7)).images for _ in range(2))
    other = train.batch(positions, generator=gen(8)).images
    assert torch.equal(first, again)
    assert torch.equal(first, other) == (binarisation != "dynamic")


def test_the_images_are_the_same_wherever_they_are_decoded(
    name: str, search: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(name, search)
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path))
    second = opened(name, search)
    assert first.fingerprint == second.fingerprint
    assert np.array_equal(first.bytes(range(len(first))), second.bytes(range(len(second))))


def test_opening_twice_decodes_once(name: str, search: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(name, search)

    def decode(*args: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(data_sets[name], "decode", decode)
    opened(name, search, levels=4, **({"binarisation": "fixed"} if name in PICTURES else {}))


def test_progress_rises_to_one_in_words(
    name: str, search: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path))
    told: list[tuple[float, Message]] = []
    opened(name, search, given={"progress": lambda share, text: told.append((share, text))})
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(isinstance(text, Message) and str(text) for _, text in told)


def test_a_cancel_leaves_nothing(name: str, search: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path))
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 1

    with pytest.raises(Cancelled):
        opened(name, search, given={"cancelled": cancelled})
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == []
    assert len(opened(name, search)) > 0
