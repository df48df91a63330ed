"""Export of a pane's picture, an animation or its numbers: written on a worker, with one line of progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QStandardPaths, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QWidget

from genstudio.core.errors import Cancelled, GenstudioError
from genstudio.core.messages import Message, _, translate
from genstudio.studio.pane_area.writers import Request, write
from genstudio.studio.threads.background import Background, Task
from genstudio.studio.widgets.progress_line import ProgressLine

if TYPE_CHECKING:
    from genstudio.studio.pane_view.view import PaneView
    from genstudio.studio.session.session import Session
    from genstudio.viewing.blobs import Blobs

ANIMATIONS = "GIF (*.gif);;WebP (*.webp);;MP4 (*.mp4);;APNG (*.apng)"
SCALES = (1, 2, 4, 8, 16)  # of the films of a drawing
HISTOGRAMS = ("neighbours", "real_or_fake")  # panes whose series are histograms


@dataclass(frozen=True)
class Kind:
    """One thing that can be saved: its name in the menu, the name proposed for the file, the formats. Those of one
    ``group`` stand in a menu of their own; ``options`` are for the writer."""

    name: str
    title: str
    file: str
    filters: str
    group: str = ""
    options: tuple[tuple[str, Any], ...] = ()


def kinds_for(pane: str, has_z: bool) -> list[Kind]:
    """Entries of the export menu of a pane."""
    kinds = [Kind("picture", _("Picture…"), "{pane}-{step}.png", "PNG (*.png)")]
    kinds.append(Kind("training", _("Animation: through training…"), "{pane}-training.gif", ANIMATIONS))
    if pane == "pixels":
        group = _("Animation: the drawing, as fast as it plays")
        kinds += [
            Kind(
                f"drawing-{scale}", _("enlarged {scale} times…", scale=scale) if scale > 1 else _("original size…"),
                "{pane}-drawing-{step}.gif", ANIMATIONS, group, (("scale", scale),),
            )
            for scale in SCALES
        ]  # fmt: skip
    elif pane == "manifold":
        kinds.append(Kind("walk", _("Animation: a path across the manifold…"), "{pane}-walk-{step}.gif", ANIMATIONS))
    elif pane == "sliders":
        kinds += [
            Kind("sweep", _("Animation: this slider back and forth…"), "{pane}-{step}.gif", ANIMATIONS),
            Kind("padwalk", _("Animation: a path through the pad…"), "{pane}-pad-{step}.gif", ANIMATIONS),
            Kind("sweepsheet", _("Sheet: this slider from end to end…"), "{pane}-row-{step}.png", "PNG (*.png)"),
            Kind("padsheet", _("Sheet: the pad's figure…"), "{pane}-figure-{step}.png", "PNG (*.png)"),
        ]
    elif pane == "interpolate":
        kinds[1:1] = [
            Kind("strip", _("Strip of the whole path…"), "{pane}-strip-{step}.png", "PNG (*.png)"),
            Kind("path", _("Animation: along the path, as it plays…"), "{pane}-path-{step}.gif", ANIMATIONS),
        ]
        title = _("Animation: the whole path, at every checkpoint…")
        whole = (("whole path", True),)
        kinds.append(Kind("training-path", title, "{pane}-path-training.gif", ANIMATIONS, options=whole))
    elif has_z:
        kinds.append(Kind("walk", _("Animation: a path through z…"), "{pane}-walk-{step}.gif", ANIMATIONS))
    if pane == "directions":
        kinds.append(
            Kind("matrix", _("Matrix with its names…"), "{pane}-matrix-{step}.svg", "SVG (*.svg);;PNG (*.png)")
        )
    if pane in HISTOGRAMS:
        formats = "SVG (*.svg);;PNG (*.png);;CSV (*.csv)"
        kinds.append(Kind("histogram", _("Histogram…"), "{pane}-histogram-{step}.svg", formats))
    kinds.append(Kind("numbers", _("Data…"), "{pane}-{step}.csv", "CSV (*.csv);;NumPy (*.npz)"))
    return kinds


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
        for kind in kinds_for(view.pane.name, has_z=_decodes(view)):
            if kind.group and kind.group not in groups:
                groups[kind.group] = menu.addMenu(kind.group)
            action = groups.get(kind.group, menu).addAction(kind.title)
            action.setData((view.pane.name, kind.name))
            action.triggered.connect(self._chosen)
        for parent in (view, view.inspector):
            shortcut = QShortcut(QKeySequence("Ctrl+Shift+E"), parent)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(view.inspector.export.showMenu)

    def export(self, view: PaneView, kind: str, path: str) -> None:
        """Write ``kind`` of what ``view`` shows now to ``path``; the line of text tells how it goes."""
        options = next((k.options for k in kinds_for(view.pane.name, True) if k.name == kind), ())
        shown = view.rendered
        if shown is None or shown.content is None or shown.snapshot is None:
            self.failed.emit(_("There is nothing to save yet: press Start, or open a run."))
            return
        request = Request(
            kind, Path(path), shown.state, shown.content, shown.snapshot,
            self._session.run, self._session.data, self.blobs, shown.final,
            view.film | dict(options),
        )  # fmt: skip
        self.began.emit(Path(path).name)
        self._task = self._worker.submit(_Work(request, self), self._done, self._broke, key="export")

    @property
    def busy(self) -> bool:
        return self._task is not None

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
        pane, kind_name = action.data()
        view = self._views[pane]
        kind = next(k for k in kinds_for(pane, True) if k.name == kind_name)
        step = view.rendered.step if view.rendered else 0
        name = kind.file.format(pane=pane, step=step)
        path = self.choose_path(kind.title.rstrip("…"), str(Path(self._folder) / name), kind.filters)
        if path:
            self._folder = str(Path(path).parent)
            self.export(view, kind_name, path)

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

    def __init__(self, request: Request, exporter: Exporter) -> None:
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
        self.row.setStretchFactor(self.words, 1)
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
    def _progressed(self, share: float, words: Message | str) -> None:
        if self._exporter.busy:
            self.show_work(translate(words), share, _("Stop saving"))

    @Slot(object)
    def _finished(self, path: Path) -> None:
        self._path = path
        self.show_result(_("Saved {name}", name=path.name), has_action=True)
        self.words.setToolTip(str(path))

    @Slot(object)
    def _failed(self, words: str) -> None:
        if not words:
            self.show_result(_("Stopped. Nothing was saved."), has_action=False)
        elif not self._exporter.busy:
            self.hide()

    @Slot()
    def _open_folder(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))


def _decodes(view: PaneView) -> bool:
    return "Decodes" in {capability.__name__ for capability in view.pane.needs} or view.pane.name == "samples"
