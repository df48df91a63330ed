"""Everything Qt: the window, its workers, widgets and panes. Nothing below this floor knows that there is a screen."""

import os

# pyqtgraph would take any binding of Qt that it finds first.
os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
