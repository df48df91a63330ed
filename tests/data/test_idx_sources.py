"""MNIST and Fashion-MNIST: found in the usual places, told apart, and reported when missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from genstudio.core.errors import DataError
from genstudio.core.paths import data_dirs
from genstudio.data.dataset import open_data
from genstudio.data.sources.fashion_mnist import FashionMnist
from genstudio.data.sources.mnist import Mnist
from tests.data.idx_files import write_digits, write_idx


@pytest.mark.parametrize("inside", ["", "MNIST/raw", "raw", "mnist", "MNIST"])
def test_files_are_found_directly_and_in_the_usual_sub_folders(tmp_path: Path, inside: str) -> None:
    write_digits(tmp_path / inside)
    data = open_data("mnist", search=[tmp_path])
    assert len(data) == 80
    assert len(data.split("test")) == 20
    assert data.has_official_test
    # The label was drawn into the first pixel, so this sees images and labels that lost one another.
    assert np.array_equal(data.bytes(np.arange(80))[:, 0, 0, 0], data.labels)


def test_files_are_found_through_the_environment_and_in_the_cache(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_digits(own_cache / "data" / "MNIST" / "raw", train=30)
    assert len(open_data("mnist")) == 50
    write_digits(tmp_path / "here", train=40)
    monkeypatch.setenv("GENSTUDIO_DATA", str(tmp_path / "here"))
    assert len(open_data("mnist")) == 60
    write_digits(tmp_path / "given", train=50)
    assert len(open_data("mnist", search=data_dirs(tmp_path / "given"))) == 70


def test_an_absent_data_set_says_where_it_looked_and_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        open_data("mnist", search=[tmp_path / "one", tmp_path / "two"])
    text = str(caught.value)
    for expected in ("MNIST", str(tmp_path / "one"), str(tmp_path / "two"), "data download mnist", "GENSTUDIO_DATA"):
        assert expected in text


def test_a_missing_file_among_the_four_is_named(tmp_path: Path) -> None:
    write_digits(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="t10k-labels"):
        open_data("mnist", search=[tmp_path])


def test_fashion_mnist_is_not_mistaken_for_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sets use the same file names; only how their labels begin tells them apart."""
    write_digits(tmp_path)
    write_idx(tmp_path / "t10k-labels-idx1-ubyte", np.array([*FashionMnist.first_test_labels, *range(10)]))
    with pytest.raises(DataError, match="not found"):
        open_data("mnist", search=[tmp_path])
    monkeypatch.setattr(FashionMnist, "system", ())
    assert len(open_data("fashion-mnist", search=[tmp_path])) == 80


def test_a_named_folder_comes_before_loose_files(tmp_path: Path) -> None:
    write_digits(tmp_path, train=30)
    write_digits(tmp_path / "MNIST" / "raw", train=40)
    assert len(open_data("mnist", search=[tmp_path])) == 60


def test_images_and_labels_that_do_not_match_are_refused(tmp_path: Path) -> None:
    write_digits(tmp_path)
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.zeros(59))
    with pytest.raises(DataError, match=r"60 images and .*labels.* has 59 labels"):
        open_data("mnist", search=[tmp_path])
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.full(60, 10))
    with pytest.raises(DataError, match="label 10"):
        open_data("mnist", search=[tmp_path])


def test_size_colour_and_limit_shape_what_is_decoded(tmp_path: Path) -> None:
    write_digits(tmp_path)
    values = {"size": 16, "colour": "colour", "limit": 30}
    data = open_data("mnist", values, search=[tmp_path])
    assert data.spec.shape == (3, 16, 16)
    assert len(data) == 30
    images = data.bytes(np.arange(30))
    assert np.array_equal(images[:, 0], images[:, 2])
    # The limit takes from training and test alike, and its images are the same each time.
    assert 0 < len(data.split("test")) < 20
    assert data.fingerprint == open_data("mnist", values, search=[tmp_path]).fingerprint


def test_is_there_says_whether_the_files_are_found(tmp_path: Path) -> None:
    assert not Mnist(Mnist.Knobs(), [tmp_path]).is_there()
    write_digits(tmp_path)
    assert Mnist(Mnist.Knobs(), [tmp_path]).is_there()
