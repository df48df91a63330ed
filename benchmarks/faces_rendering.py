"""Portraits per second of the renderer behind the data set ``faces``, as the data set itself draws them.

    python benchmarks/faces_rendering.py [--count 2048] [--threads N] [--sizes 32 64]

Compared with one thread, and with threads that share each operation instead of drawing a group of portraits each. Prints
JSON; ``faces_per_second`` is wall clock, ``per_cpu_second`` what a core gives when nothing else runs on it, and
``seconds_for_20000`` what the claim (under 40 s at 32 pixels on two cores) is about.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from typing import Any

import as_started  # noqa: F401 - before torch
import torch

from genstudio.core.device import describe_device
from genstudio.core.version import versions
from genstudio.data.sources.faces import CHUNK, SITTING, Faces
from genstudio.data.synthetic_faces import draw_factors, render


def side_by_side(size: int, count: int, painters: int) -> dict[str, float]:
    """The data set's method: one group of portraits per thread."""
    source = Faces(Faces.Knobs(size=size, count=count), search=[])
    wall, cpu = time.perf_counter(), time.process_time()
    done = sum(len(images) for images, _ in source.portraits(count, painters=painters))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "faces_per_second": round(done / wall, 1),
        "per_cpu_second": round(done / cpu, 1),
        "seconds_for_20000": round(20_000 * wall / done, 1),
    }


def shared_operations(size: int, count: int, threads: int) -> dict[str, float]:
    """The simplest method: one chunk after the other, all threads in every operation."""
    torch.set_num_threads(threads)
    people = draw_factors(count, torch.Generator().manual_seed(0))
    wall = time.perf_counter()
    for chunk in people.split(CHUNK):
        render(chunk, size)
    wall = time.perf_counter() - wall
    return {"faces_per_second": round(count / wall, 1), "seconds_for_20000": round(20_000 * wall / count, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=8 * SITTING, help="portraits per measurement")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sizes", type=int, nargs="+", default=[32, 64])
    options = parser.parse_args()
    render(draw_factors(8, torch.Generator().manual_seed(0)), 32)  # the first call pays for torch's own start
    sizes: dict[str, Any] = {}
    for size in options.sizes:
        sizes[str(size)] = {
            "data_set": side_by_side(size, options.count, options.threads),
            "one_thread": side_by_side(size, options.count // 4, 1),
            "shared_operations": shared_operations(size, options.count // 4, options.threads),
        }
    device = describe_device(torch.device("cpu")).english
    figures = {"count": options.count, "threads": options.threads, "sizes": sizes, "device": device, **versions()}
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
