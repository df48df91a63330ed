"""Precision, recall, density and coverage of a Gaussian against itself: our figures for a perfect model.

    python benchmarks/prdc_gaussian.py [--n 10000] [--dim 1000] [--draws 3]

Naeem et al. (2020) give .477, .471, 1.056 and .974 for one draw of 10,000 points in 1,000 dimensions, k = 5. Precision and
recall depend on the number of dimensions (.67 in 64); density and coverage are 1 and 1 - 2^-5 = .969 on average in any.
"""

from __future__ import annotations

import argparse
import json
import time

import as_started  # noqa: F401 - before torch
import torch

from genstudio.core.version import versions
from genstudio.evaluate.measures.prdc import neighbourhoods

THEIRS = {"precision": 0.477, "recall": 0.471, "density": 1.056, "coverage": 0.974}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--dim", type=int, default=1_000)
    parser.add_argument("--draws", type=int, default=3)
    options = parser.parse_args()
    draws = []
    began = time.process_time()
    for seed in range(options.draws):
        dice = torch.Generator().manual_seed(seed)
        x, y = (torch.randn(options.n, options.dim, generator=dice) for _ in range(2))
        draws.append({key: round(value, 4) for key, value in neighbourhoods(x, y).items()})
    spent = round((time.process_time() - began) / options.draws, 1)
    print(
        json.dumps(
            {
                "n": options.n,
                "dim": options.dim,
                "draws": draws,
                "theirs": THEIRS,
                "cpu_seconds_each": spent,
                **versions(),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
