"""Export of a pane's picture, an animation or its numbers: written on a worker, with one line of progress."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QStandardPaths, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QWidget

from genstudio.core.errors import Cancelled, GenstudioError
from genstudio.core.messages import Message, _, translate
from genstudio.export.pane_exports import exports_of, find_export, write
from genstudio.studio.threads.background import Background, Task
from genstudio.studio.widgets.progress_line import ProgressLine
from genstudio.viewing.exports import Export, ExportRequest

if TYPE_CHECKING:
    from genstudio.studio.pane_view.view import PaneView
    from genstudio.studio.session.session import Session
    from genstudio.viewing.blobs import Blobs

FORMAT_NAMES = {".webp": "WebP", ".npz": "NumPy"}  # others are written in capitals


class Exporter(QObject):
    """Writes one file at a time. ``choose_path(title, proposed, filters)`` asks the user for a path; "" is no."""

    progressed = Signal(float, object)
    began = Signal(str)
    finished = Signal(object)  # the Path written
    failed = Signal(object)  # words; "" when the user stopped it

    def __init__(self, session: Session, blobs: Blobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._window = session, parent
        self.blobs = blobs
        self.choose_path: Callable[[str, str, str], str] = self._ask
        self._worker = Background("export", self)
        self._task: Task | None = None
        self._views: dict[str, PaneView] = {}  # by pane
        self._folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)

    def add_view(self, view: PaneView) -> None:
        """Put what can be exported into the view's menu."""
        self._views[view.pane.name] = view
        menu: QMenu = view.inspector.export.menu()
        groups: dict[str, QMenu] = {}
        for export in exports_of(view.pane):
            group = translate(export.group) if export.group is not None else ""
            if group and group not in groups:
                groups[group] = menu.addMenu(group)
            action = groups.get(group, menu).addAction(translate(export.title))
            action.setData((view.pane.name, export.name))
            action.triggered.connect(self._chosen)
        view.export_requested.connect(partial(self._requested, view))
        for parent in (view, view.inspector):
            shortcut = QShortcut(QKeySequence("Ctrl+Shift+E"), parent)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(view.inspector.export.showMenu)

    def export(self, view: PaneView, name: str, path: str) -> None:
        """Write the export ``name`` of what ``view`` shows now to ``path``; the export line shows its progress."""
        export = find_export(view.pane, name)
        shown = view.rendered
        if shown is None or shown.content is None or shown.snapshot is None:
            self.failed.emit(_("There is nothing to save yet: press Start, or open a run."))
            return
        request = ExportRequest(
            export, Path(path), shown.state, shown.content, shown.snapshot,
            self._session.run, self._session.data, self.blobs, shown.final, {**view.film, **export.options},
        )  # fmt: skip
        self.began.emit(Path(path).name)
        self._task = self._worker.submit(_Work(request, self), self._done, self._broke, key="export")

    @property
    def busy(self) -> bool:
        return self._task is not None

    @property
    def is_writing(self) -> bool:
        """True while the worker writes, also what was stopped and is to be dropped."""
        return self._worker.busy()

    @Slot()
    def cancel(self) -> None:
        """Stop; nothing half-made is left behind."""
        if self._task is not None:
            self._task.dropped.set()
            self._task = None
            self.failed.emit("")

    def cancelled(self) -> bool:
        """Asked by the worker."""
        return self._task is None or self._task.dropped.is_set()

    def stop(self) -> None:
        """End the worker; what is being written is dropped."""
        self.blockSignals(True)
        if self._task is not None:
            self._task.dropped.set()
        self._worker.stop()

    @Slot()
    def _chosen(self) -> None:
        action: Any = self.sender()
        pane, name = action.data()
        self._requested(self._views[pane], name)

    def _requested(self, view: PaneView, name: str, suffix: str = "") -> None:
        """Ask for a path, and export."""
        export = find_export(view.pane, name)
        file = export.file.format(pane=view.pane.name, step=view.rendered.step if view.rendered else 0)
        proposed = str((Path(self._folder) / file).with_suffix(suffix or Path(file).suffix))
        path = self.choose_path(translate(export.title).rstrip("…"), proposed, file_filters(export))
        if path:
            self._folder = str(Path(path).parent)
            self.export(view, name, path)

    def _ask(self, title: str, proposed: str, filters: str) -> str:
        path, chosen = QFileDialog.getSaveFileName(self._window, title, proposed, filters)
        if path and not Path(path).suffix and "*" in chosen:
            path += chosen.split("*")[1].split(")")[0].split(" ")[0]
        return path

    def _done(self, path: Path) -> None:
        self._task = None
        self.finished.emit(path)

    def _broke(self, error: Exception) -> None:
        self._task = None
        if isinstance(error, Cancelled):
            self.failed.emit("")
        elif isinstance(error, GenstudioError):
            self.failed.emit(str(error))
        elif isinstance(error, OSError):
            self.failed.emit(_("The file could not be written: {reason}. Choose another place.", reason=error.strerror))
        else:
            self.failed.emit(_("Nothing was saved: {kind}: {reason}", kind=type(error).__name__, reason=str(error)))


class _Work:
    """The worker's part, apart from the exporter so that no Qt object is made or deleted on the worker."""

    def __init__(self, request: ExportRequest, exporter: Exporter) -> None:
        self._request, self._exporter = request, exporter

    def __call__(self) -> Path:
        return write(self._request, self._exporter.progressed.emit, self._exporter.cancelled)


class ExportLine(ProgressLine):
    """Progress of an export with *Stop*, then its file with *Show in folder*. An error is shown elsewhere, where the next
    progress does not overwrite it."""

    def __init__(self, exporter: Exporter, parent: QWidget | None = None) -> None:
        super().__init__(QLabel(), _("Show in folder"), parent=parent)
        self.setObjectName("notice")
        self._exporter = exporter
        self._path: Path | None = None
        self.bar.setFixedWidth(160)
        self.row.setContentsMargins(12, 4, 6, 4)
        self.row.setStretchFactor(self.text_label, 1)
        exporter.began.connect(self._began)
        exporter.progressed.connect(self._progressed)
        exporter.finished.connect(self._finished)
        exporter.failed.connect(self._failed)
        self.stop_requested.connect(exporter.cancel)
        self.action_requested.connect(self._open_folder)
        self.close_requested.connect(self.hide)

    @Slot(str)
    def _began(self, name: str) -> None:
        self.show_work(_("Saving {name}", name=name), 0.0, _("Stop saving"))

    @Slot(float, object)
    def _progressed(self, share: float, text: Message | str) -> None:
        if self._exporter.busy:
            self.show_work(translate(text), share, _("Stop saving"))

    @Slot(object)
    def _finished(self, path: Path) -> None:
        self._path = path
        self.show_result(_("Saved {name}", name=path.name), has_action=True)
        self.text_label.setToolTip(str(path))

    @Slot(object)
    def _failed(self, text: str) -> None:
        if not text:
            self.show_result(_("Stopped. Nothing was saved."), has_action=False)
        elif not self._exporter.busy:
            self.hide()

    @Slot()
    def _open_folder(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))


def file_filters(export: Export) -> str:
    """Formats of an export as Qt's file dialog takes them: ``"GIF (*.gif);;WebP (*.webp)"``."""
    return ";;".join(f"{FORMAT_NAMES.get(one, one[1:].upper())} (*{one})" for one in export.suffixes)
