"""Report of a benchmark: commit, versions, machine and load; and percentiles."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def report(benchmark: str, figures: Mapping[str, Any], *, busy_before: float | None = None) -> None:
    """Print one JSON object: ``figures``, then commit, versions, machine and load."""
    print(
        json.dumps(
            {
                "benchmark": benchmark,
                **figures,
                "commit": commit(),
                "versions": versions(),
                "machine": machine(),
                "load_average": {"before": busy_before, "after": load()},
            },
            indent=2,
            ensure_ascii=False,
        )
    )


def percentile(samples: Sequence[float], part: float) -> float:
    """The smallest sample that is at least as large as ``part`` (0 to 1) of them: never a value that was not measured."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def spread(samples: Sequence[float], digits: int = 3) -> dict[str, Any]:
    """Median, least, most and how many."""
    return {
        "median": round(percentile(samples, 0.5), digits),
        "min": round(min(samples), digits),
        "max": round(max(samples), digits),
        "n": len(samples),
    }


def commit() -> str:
    """The commit that was measured; with a plus when the working tree had changes."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "genstudio", "resources")
    return git("rev-parse", "--short=12", "HEAD") + ("+" if changed else "")


def versions() -> dict[str, Any]:
    """Of genstudio, Python, torch, numpy, Qt and the system."""
    from importlib.metadata import version

    from genstudio.core.version import versions as core

    return {**core(), "pyside6": version("PySide6-Essentials"), "system_release": platform.release()}


def machine() -> dict[str, Any]:
    """The processor, the cores that this process may use, the memory."""
    import psutil

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": _processor(),
        "cores": cores,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "screen": os.environ.get("QT_QPA_PLATFORM") or ("xcb" if os.environ.get("DISPLAY") else "default"),
    }


def load() -> float | None:
    """Load average of the last minute: above the number of cores, figures are not reliable."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
