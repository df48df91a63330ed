"""Versions of everything that can affect a number: part of every run's provenance."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any


def versions() -> dict[str, Any]:
    """genstudio, python, torch, numpy and the machine, without importing any of them."""

    def of(package: str) -> str | None:
        try:
            return version(package)
        except PackageNotFoundError:
            return None

    from genstudio import __version__

    return {
        "genstudio": __version__,
        "python": platform.python_version(),
        "torch": of("torch"),
        "numpy": of("numpy"),
        "machine": platform.machine(),
        "system": platform.system(),
    }
