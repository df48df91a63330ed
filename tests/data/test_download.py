"""Downloads are complete and checked, or absent; a missing network is a message, not a traceback."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import torchvision.datasets

from genstudio.core.errors import Cancelled, DataError
from genstudio.data.dataset import open_data
from genstudio.data.files.download import download
from tests.data.idx_files import write_digits


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that torchvision's MNIST uses as its mirror (after one that is down)."""
    folder = write_digits(tmp_path / "mirror")
    names = sorted(path.name for path in folder.iterdir())
    sums = [(name, hashlib.md5((folder / name).read_bytes()).hexdigest()) for name in names]
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [f"{tmp_path.as_uri()}/down/", f"{folder.as_uri()}/"])
    monkeypatch.setattr(torchvision.datasets.MNIST, "resources", sums)
    return folder


def test_downloaded_data_is_found_afterwards(own_cache: Path, mirror: Path) -> None:
    with pytest.raises(DataError):
        open_data("mnist")
    shares: list[float] = []
    folder = download("mnist", lambda share, text: shares.append(share))
    assert own_cache in folder.parents
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(open_data("mnist")) == 80
    # A second time there is nothing to fetch.
    for path in mirror.iterdir():
        path.unlink()
    download("mnist")


def test_a_file_that_is_not_what_was_expected_is_not_kept(own_cache: Path, mirror: Path) -> None:
    (mirror / "train-labels-idx1-ubyte").write_bytes(b"a login page")
    with pytest.raises(DataError, match="train-labels"):
        download("mnist")
    kept = [path.name for path in (own_cache / "data").rglob("*") if path.is_file()]
    assert "train-labels-idx1-ubyte" not in kept
    assert not any(name.startswith(".") for name in kept)


def test_cancelled_download_keeps_nothing(own_cache: Path, mirror: Path) -> None:
    with pytest.raises(Cancelled):
        download("mnist", cancelled=lambda: True)
    assert [path for path in (own_cache / "data").rglob("*") if path.is_file()] == []


def test_without_a_network_the_error_is_plain(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*args: Any, **kwargs: Any) -> Any:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(urllib.request, "urlopen", no_network)
    with pytest.raises(DataError) as caught:
        download("fashion-mnist")
    assert "Name or service not known" in str(caught.value)
    assert str(own_cache) in str(caught.value)


def test_own_pictures_are_not_downloaded() -> None:
    with pytest.raises(DataError, match="can't be downloaded"):
        download("folder")
