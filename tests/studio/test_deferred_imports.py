"""Classes of Qt are created on the GUI thread only; otherwise one start in twenty crashed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from genstudio.studio.deferred_imports import late_modules

OPEN = """
import importlib.abc, json, sys, threading

class Where(importlib.abc.MetaPathFinder):
    elsewhere = []
    def find_spec(self, name, path=None, target=None):
        if name.startswith("genstudio.studio") and threading.current_thread() is not threading.main_thread():
            self.elsewhere.append(name)
        return None

sys.meta_path.insert(0, Where())
from PySide6.QtWidgets import QApplication
app = QApplication([])
from genstudio.studio.main_window import MainWindow
window = MainWindow()
window.ready.connect(window.close)
app.setQuitOnLastWindowClosed(True)
window.show()
app.exec()
missing = [name for name in json.loads(sys.argv[1]) if name not in sys.modules]
print(json.dumps({"elsewhere": Where.elsewhere, "missing": missing, "panes": window.panes is not None}))
"""


def test_window_code_is_imported_on_the_gui_thread(tmp_path) -> None:
    settings = {"GENSTUDIO_HOME": str(tmp_path / "home"), "GENSTUDIO_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", OPEN, json.dumps(late_modules())],
        env={**os.environ, **settings, "QT_QPA_PLATFORM": "offscreen", "GENSTUDIO_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == {"elsewhere": [], "missing": [], "panes": True}
