"""Time from the interpreter's start to the window's first paint, and the longest freeze while torch is imported.

    python benchmarks/window_start.py [--starts 7]

Each start is a separate process that does what the command ``genstudio window`` does; the first, which warms the disk's
cache, is not counted. It reports itself, counting from the moment at which the operating system made the process. Beside
it, in turn with it: the same interpreter painting an empty Qt window. Prints JSON, seconds; the claim is a median of at
most 1.0.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import load, report, spread

OURS = """
import runpy, sys
sys.argv = ["genstudio", "window", "--report", sys.argv[2]]
runpy.run_module("genstudio", run_name="__main__")
"""
BARE = """
import json, sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
spawned, out = float(sys.argv[1]), sys.argv[2]
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        with open(out, "w") as file:
            json.dump({"painted": time.perf_counter() - spawned}, file)
        QTimer.singleShot(0, self.close)
application = QApplication(["bare"])
window = Window()
window.resize(1440, 900)
window.show()
application.exec()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--starts", type=int, default=7, help="how many of each are counted (at least 5)")
    options = parser.parse_args()
    before = load()
    ours, bare = [], []
    with tempfile.TemporaryDirectory(prefix="genstudio-") as scratch:
        for _ in range(max(5, options.starts) + 1):
            ours.append(start(OURS, Path(scratch)))
            bare.append(start(BARE, Path(scratch)))
    ours, bare = ours[1:], bare[1:]
    figures = {
        "claim_seconds": 1.0,
        "painted_seconds": spread([one["painted_seconds"] for one in ours]),
        "bare_qt_window_seconds": spread([one["painted"] for one in bare]),
        "longest_freeze_while_torch_is_imported_ms": spread([one["longest_freeze_ms"] for one in ours], 1),
        "torch_import_seconds": spread([one["torch_import_seconds"] for one in ours]),
        "everything_loaded_seconds": spread([one["ready_seconds"] for one in ours]),
    }
    report("window_start", figures, busy_before=before)


def start(code: str, scratch: Path) -> dict[str, Any]:
    """Run ``code`` in a new interpreter; its output."""
    out = scratch / "figures.json"
    out.unlink(missing_ok=True)
    environment = {**os.environ, "GENSTUDIO_HOME": str(scratch / "home")}
    spawned = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, repr(spawned), str(out)], env=environment, check=False)
    if not out.is_file():
        raise SystemExit(f"the window did not start (exit code {done.returncode})")
    figures: dict[str, Any] = json.loads(out.read_text())
    return figures


if __name__ == "__main__":
    main()
