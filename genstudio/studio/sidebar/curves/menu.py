"""The curves' further menu: other runs behind this one, and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from genstudio.core.messages import _
from genstudio.studio.session.session import Session
from genstudio.studio.sidebar.curves.options import CurveOptions
from genstudio.studio.theme import theme
from genstudio.studio.threads.error_text import error_message
from genstudio.studio.threads.run_reader import RunLine, read_rows, run_lines
from genstudio.studio.widgets.controls import IconButton
from genstudio.studio.widgets.titles import literal
from genstudio.viewing.charts.curve_data import CurveData

KINDS = ("png", "svg", "csv")


class CurvesMenu(IconButton):
    """``compared``: the curves (by the run's path) to be drawn behind have changed; ``exported``: a file is written."""

    compared = Signal(object)
    exported = Signal(str)
    pane_requested = Signal(str)  # a pane that shows more of these numbers, by name
    failed = Signal(object)

    def __init__(self, session: Session, options: CurveOptions, parent: QWidget | None = None) -> None:
        super().__init__("more", _("Compare with other runs, and export"), parent)
        self.session, self.options = session, options
        self.others: dict[str, CurveData] = {}
        self.menu_of_all = QMenu(self)
        self.others_menu = self.menu_of_all.addMenu(_("Compare with"))
        self.others_menu.aboutToShow.connect(self._list_others)
        self.others_menu.triggered.connect(self._other_chosen)
        self.menu_of_all.addSeparator()
        losses = self.menu_of_all.addAction(_("Loss per image"))
        losses.setToolTip(_("A histogram of the loss of each held-out image: finds bad data"))
        losses.triggered.connect(self._show_losses)
        self.menu_of_all.addSeparator()
        for kind in KINDS:
            action = self.menu_of_all.addAction(_("Save the curves as {kind}…", kind=kind.upper()))
            action.setData(kind)
            action.triggered.connect(self._save_chosen)
        self.setMenu(self.menu_of_all)

    @property
    def _open_run(self) -> str:
        return str(self.session.run.path) if self.session.run is not None else ""

    @Slot()
    def _show_losses(self) -> None:
        self.pane_requested.emit("image_losses")

    # -- other runs ----------------------------------------------------------------------------------------------

    @Slot()
    def _list_others(self) -> None:
        self.session.background.submit(run_lines, self._others_listed, self._broke, key="other runs")

    @Slot(object)
    def _others_listed(self, lines: list[RunLine]) -> None:
        self.others_menu.clear()
        for line in lines:
            if line.path != self._open_run:
                action = self.others_menu.addAction(literal(line.text))
                action.setCheckable(True)
                action.setChecked(line.path in self.others)
                action.setData(line.path)
        if self.others_menu.isEmpty():
            self.others_menu.addAction(_("No other runs yet")).setEnabled(False)

    @Slot(QAction)
    def _other_chosen(self, action: QAction) -> None:
        path = action.data()
        if not path:
            return
        if path in self.others:
            del self.others[path]
            self.compared.emit(self.others)
        else:
            self.session.background.submit(lambda: (path, CurveData(read_rows(path)[0])), self._other_read, self._broke)

    @Slot(object)
    def _other_read(self, found: tuple[str, CurveData]) -> None:
        path, data = found
        self.others[path] = data
        self.compared.emit(self.others)

    # -- files ---------------------------------------------------------------------------------------------------

    @Slot()
    def _save_chosen(self) -> None:
        self.save(self.sender().data())  # type: ignore[attr-defined]

    @Slot(str)
    def save(self, kind: str) -> None:
        """Ask for a name, and write the curves as png, svg or csv."""
        name = Path(self._open_run).name or "curves"
        path, _kind = QFileDialog.getSaveFileName(
            self, _("Save the curves"), f"{name}.{kind}", f"{kind.upper()} (*.{kind})"
        )
        if path:
            self.save_as(path if Path(path).suffix else f"{path}.{kind}")

    def save_as(self, path: str) -> None:
        """Write the open run's curves as they are shown, as PNG, SVG or CSV by the suffix; ``exported`` is emitted
        when it is done."""
        run = self.session.run
        if run is None:
            self.failed.emit(_("There are no curves to save yet. Start a run, or open one."))
            return
        log, weight, x = self.options.log, self.options.smoothing, self.options.axis
        theme_name = theme().current.name

        def work() -> str:
            from genstudio.export.charts.curves import save_run_curves

            return str(save_run_curves(path, run, log=log, smoothing=weight, x=x, theme=theme_name))

        written: Callable[[str], None] = self.exported.emit
        self.session.background.submit(work, written, self._broke)

    @Slot(object)
    def _broke(self, error: Exception) -> None:
        self.failed.emit(error_message(error))
