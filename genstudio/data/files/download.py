"""Download of data sets: only on request, verified, complete or absent."""

from __future__ import annotations

import hashlib
import os
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

from genstudio.core.errors import Cancelled as CancelledError
from genstudio.core.errors import DataError
from genstudio.core.messages import N_
from genstudio.core.paths import cache_dir
from genstudio.data.base import Cancelled, Progress, data_sets

TIMEOUT = 20.0
_Share = Callable[[float], None]
_PIECE = 2**16


def download(name: str, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Path:
    """Download the data set ``name`` into the user's cache, where it is found afterwards; returns the folder.

    Raises :class:`UsageError` for an unknown name, :class:`DataError` when it can't be had (no network, a damaged
    file, no download for this data set), :class:`genstudio.core.errors.Cancelled`.
    """
    kind = data_sets[name]
    return kind.download(cache_dir() / "data", progress or (lambda share, text: None), cancelled or (lambda: False))


def fetch_idx_files(torchvision_name: str, folder: Path, progress: Progress, cancelled: Cancelled) -> Path:
    """The four files of a data set that torchvision knows, from its mirrors, checked by its MD5 sums."""
    import torchvision.datasets

    known = getattr(torchvision.datasets, torchvision_name)
    for i, (file_name, md5) in enumerate(known.resources):
        target = folder / file_name
        if target.is_file() and _md5(target) == md5:
            continue
        _fetch_from_any(
            [f"{mirror}{file_name}" for mirror in known.mirrors],
            target,
            md5,
            _part(progress, i, len(known.resources), file_name),
            cancelled,
        )
    progress(1.0, N_("Downloaded to {folder}", folder=str(folder)))
    return folder


def _part(progress: Progress, i: int, parts: int, name: str) -> _Share:
    def report(share: float) -> None:
        progress((i + share) / parts, N_("Downloading {name}", name=name))

    return report


def _fetch_from_any(urls: list[str], target: Path, md5: str, progress: _Share, cancelled: Cancelled) -> None:
    reasons = []
    for url in urls:
        try:
            fetch(url, target, md5, progress, cancelled)
            return
        except DataError as error:
            reasons.append(error)
    raise reasons[0]


def fetch(url: str, target: Path, md5: str, progress: _Share, cancelled: Cancelled) -> None:
    """One file, under a temporary name until its MD5 sum is right."""
    temporary = target.with_name(f".{target.name}-{uuid.uuid4().hex[:8]}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer, open(temporary, "wb") as file:
            size, done = int(answer.headers.get("Content-Length") or 0), 0
            while piece := answer.read(_PIECE):
                if cancelled():
                    raise CancelledError(N_("The download was cancelled."), N_("Nothing was saved."))
                file.write(piece)
                done += len(piece)
                progress(min(1.0, done / size) if size else 0.0)
        if _md5(temporary) != md5:
            raise DataError(
                N_("{url} did not return the expected file.", url=url),
                N_("Try again later, or put the file into {folder} yourself.", folder=str(target.parent)),
            )
        os.replace(temporary, target)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise DataError(
            N_("{url} can't be downloaded: {reason}.", url=url, reason=str(reason)),
            N_(
                "Check the network, or get the file elsewhere and put it into {folder}.",
                folder=str(target.parent),
            ),
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _md5(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
