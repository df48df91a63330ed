"""Menu of earlier runs: open one, leave the open one, or open a run's folder; while one trains, why none can be opened."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from genstudio.core.messages import _
from genstudio.studio.threads.run_reader import RunLine, run_lines
from genstudio.studio.widgets.titles import literal

if TYPE_CHECKING:
    from genstudio.studio.session.session import Session


class RunsMenu(QMenu):
    """Lists the runs each time that it is about to be shown: at once those of last time, then what the disk holds."""

    run_chosen = Signal(str)  # its folder
    leave_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lines: list[RunLine] = []
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._list)
        self.triggered.connect(self._chosen)

    def show_runs(self, lines: list[RunLine]) -> None:
        """Fill the menu with these runs, newest first."""
        self._lines = lines
        self.clear()
        if self._session.busy:
            self.addAction(_("Stop training to open another run")).setEnabled(False)
            self.addSeparator()
        for line in lines:
            self._add_run(line)
        if not lines:
            self.addAction(_("No runs yet")).setEnabled(False)
        self.addSeparator()
        leave = self.addAction(_("Close this run; it stays saved"))
        leave.setEnabled(self._session.run is not None and not self._session.busy)
        leave.triggered.connect(self.leave_requested)
        other = self.addAction(_("Open a run's folder…"))
        other.setEnabled(not self._session.busy)
        other.triggered.connect(self._choose_folder)

    @property
    def _open_run(self) -> str:
        return str(self._session.run.path) if self._session.run is not None else ""

    def _add_run(self, line: RunLine) -> None:
        action, is_open = self.addAction(literal(line.text)), line.path == self._open_run
        action.setData(line.path)
        action.setCheckable(is_open)
        action.setChecked(is_open)
        action.setEnabled(not self._session.busy)

    @Slot()
    def _list(self) -> None:
        self.show_runs(self._lines)
        self._session.background.submit(partial(run_lines, self._open_run), self._listed, key="runs")

    @Slot(object)
    def _listed(self, lines: list[RunLine]) -> None:
        if lines != self._lines:
            self.show_runs(lines)

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        if action.data():
            self.run_chosen.emit(action.data())

    @Slot()
    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, _("Open a run's folder"))
        if path:
            self.run_chosen.emit(path)
