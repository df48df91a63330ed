"""Disk space of an installation: how much it takes and how much there is.

Measured in .venv with everything of ``pyproject.toml`` (Linux x86-64, Python 3.11, PyTorch 2.14.1, in November 2026):
6.6 GB with the CUDA build that Linux gets by default, 1.8 GB with a CPU build. Windows and macOS get a CPU build.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_, Message

GB = 1_000_000_000
CPU_BUILD = 1.8 * GB
CUDA_BUILD = 6.8 * GB
CPU_DOWNLOAD = 0.6 * GB
CUDA_DOWNLOAD = 3.2 * GB
SKIP = "GENSTUDIO_SKIP_DISK_CHECK"


@dataclass(frozen=True)
class Disk:
    """Bytes: size of the installation, size of what exists, free space, and size of pip's downloads."""

    need: float
    there: float
    free: float
    download: float
    cuda: bool

    @property
    def missing(self) -> float:
        """Bytes short of what is still to be written; 0 if there is enough."""
        return max(0.0, self.need - self.there - self.free)


def measure(folder: str, venv: str, pip_settings: str) -> Disk:
    """The disk under ``folder`` before installing into ``venv`` with pip set up as ``pip_settings`` (text) says."""
    cuda = sys.platform == "linux" and not chooses_cpu_build(pip_settings)
    need, download = (CUDA_BUILD, CUDA_DOWNLOAD) if cuda else (CPU_BUILD, CPU_DOWNLOAD)
    return Disk(need, size(venv), shutil.disk_usage(folder).free, download, cuda)


def chooses_cpu_build(pip_settings: str) -> bool:
    """True if pip is pointed at an index or a folder of CPU builds: their addresses have a part that is just ``cpu``."""
    return re.search(r"[/\\]cpu(?=[/\\'\"\s]|$)", pip_settings, re.MULTILINE) is not None


def size(folder: str) -> float:
    """Bytes that ``folder`` takes; 0 if it isn't there."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                found = os.lstat(os.path.join(place, name))
            except OSError:
                continue
            total += found.st_size
    return float(total)


def text(disk: Disk) -> Message:
    """Message before anything is downloaded."""
    if disk.there > 0.1 * GB:
        sizes = N_("Disk: {need} GB in all, of which {there} GB are already there; {free} GB free.", **_in_gb(disk))
    else:
        # pip holds each package twice until it is done: in its cache and in the temporary folder.
        sizes = N_(
            "Disk: {need} GB needed, and up to {twice} GB more while it downloads; {free} GB free.",
            twice=f"{2 * disk.download / GB:.1f}",
            **_in_gb(disk),
        )
    if not disk.cuda:
        return sizes
    return N_(
        "{sizes} Most of it is PyTorch's CUDA build; a CPU build makes it {cpu} GB (README, 'A smaller PyTorch').",
        sizes=sizes,
        cpu=f"{CPU_BUILD / GB:.1f}",
    )


def require(disk: Disk) -> None:
    """Raises GenstudioError when the disk is too small. ``GENSTUDIO_SKIP_DISK_CHECK=1`` skips the check."""
    if not disk.missing or os.environ.get(SKIP):
        return
    what = N_(
        "Not enough disk space: {short} GB more are needed on the disk that holds main.py.",
        short=f"{disk.missing / GB:.1f}",
    )
    if disk.cuda and disk.free + disk.there >= CPU_BUILD:
        raise GenstudioError(
            what,
            N_(
                "Free some space, or use a CPU build of PyTorch, which fits: set PIP_EXTRA_INDEX_URL to the "
                "index of CPU builds that PyTorch's install page names, and start again."
            ),
        )
    raise GenstudioError(what, N_("Free some space and start again."))


def temporary_folder(disk: Disk, venv: str, given: Iterable[str] = ("TMPDIR", "TEMP", "TMP")) -> str | None:
    """Folder for pip's temporary downloads, or None for pip's default.

    ``/tmp`` is often kept in memory, and then too small for PyTorch. A folder that the user set is kept.
    """
    if any(os.environ.get(name) for name in given) or sys.platform != "linux":
        return None
    if shutil.disk_usage(tempfile.gettempdir()).free >= disk.download:
        return None
    return os.path.join(venv, "tmp")


def _in_gb(disk: Disk) -> dict[str, str]:
    return {name: f"{getattr(disk, name) / GB:.1f}" for name in ("need", "there", "free")}
