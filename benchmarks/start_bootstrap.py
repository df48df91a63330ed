"""Time of ``main.py`` itself at every start after the first, until it hands over.

A copy of it is started beside an installation that is marked as finished and whose Python does nothing. Compared to, in
turn with it: the same interpreter handing over at once, with no main.py in between. Prints JSON; medians, milliseconds.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTS = 20


def milliseconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return 1000 * (time.perf_counter() - started)


def finished_installation(here: Path, nothing: str) -> Path:
    """A folder with ``main.py`` and all that it reads on its way, and a Python that ends at once."""
    for name in ("main.py", "pyproject.toml"):
        shutil.copy(ROOT / name, here)
    shutil.copytree(ROOT / "genstudio" / "bootstrap", here / "genstudio" / "bootstrap")
    shutil.copy(ROOT / "genstudio" / "__init__.py", here / "genstudio")
    (here / ".venv" / "bin").mkdir(parents=True)
    (here / ".venv" / "bin" / "python").symlink_to(nothing)
    sys.path.insert(0, str(ROOT))
    from genstudio.bootstrap import stamp

    stamp.write(os.path.realpath(here), set())
    return here / "main.py"


def main() -> None:
    if os.name != "posix":
        sys.exit("This benchmark needs exec and a command that does nothing: run it on Linux or macOS.")
    python, nothing = os.path.realpath(sys.executable), shutil.which("true") or "/bin/true"
    with tempfile.TemporaryDirectory() as folder:
        start = finished_installation(Path(folder), nothing)
        starts, bare = [], []
        for _ in range(STARTS + 1):
            starts.append(milliseconds([python, str(start), "train", "mnist-vae-2d"]))
            bare.append(milliseconds([python, "-c", f"import os; os.execv({nothing!r}, [{nothing!r}])"]))
    with_main, without = statistics.median(starts[1:]), statistics.median(bare[1:])
    figures = {
        "own_ms": round(with_main - without, 1),
        "start_ms": round(with_main, 1),
        "interpreter_ms": round(without, 1),
        "starts": STARTS,
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
