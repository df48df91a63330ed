"""The data card: which images, how many and of what kind, a look at some of them, and what was left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QProgressBar, QWidget

from genstudio.core.errors import Cancelled
from genstudio.core.messages import Message, _, translate
from genstudio.data.base import data_sets
from genstudio.studio.forms.knob_form import KnobForm
from genstudio.studio.forms.knob_row import KnobRow
from genstudio.studio.sidebar.data.opening import DataOpening, Preview
from genstudio.studio.sidebar.data.problems import DataProblems, hint
from genstudio.studio.sidebar.data.thumbnails import Thumbnails
from genstudio.studio.theme import font
from genstudio.studio.threads.background import Background
from genstudio.studio.threads.error_text import error_message
from genstudio.studio.threads.library import DataKind
from genstudio.studio.widgets.card import Card
from genstudio.studio.widgets.controls import Combo, IconButton, link, restyle

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet

FOLDER = "folder"


class DataCard(Card):
    """``edited``: another data set or another of its knobs. ``opened(DataSet)``: the images are there."""

    edited = Signal(str)
    marked = Signal()  # a field is pending or refused, or no longer
    opened = Signal(object)
    not_opened = Signal()
    downloaded = Signal()

    def __init__(self, loader: Background, parent: QWidget | None = None) -> None:
        super().__init__(_("Data"), parent)
        self.opening = DataOpening(loader, self)
        self.kinds: dict[str, DataKind] = {}
        self.name = ""
        self._shown = ""  # the data set whose images and facts stand here
        self.form: KnobForm | None = None
        self._form_of = ""
        self._values: dict[str, Any] = {}
        self._base: dict[str, Any] = {}
        self._lock_reason = ""
        self.setAcceptDrops(True)
        self._build()
        self.opening.begun.connect(self._begun)
        self.opening.progressed.connect(self._show_progress)
        self.opening.opened.connect(self._opened)
        self.opening.failed.connect(self._failed)
        self.opening.fetched.connect(self._fetched)

    # -- values --------------------------------------------------------------------------------------------------

    def set_kinds(self, kinds: dict[str, DataKind]) -> None:
        """The data sets there are: from now on images can be opened."""
        self.kinds = kinds
        self.combo.clear()
        for name, kind in kinds.items():
            self.combo.addItem(_title(kind), name)
            self.combo.setItemData(self.combo.count() - 1, translate(kind.help), Qt.ItemDataRole.ToolTipRole)
        self.opening.discard()
        if self.name:
            self.show_values(self.name, self._values, self._base)

    def show_values(self, name: str, values: dict[str, Any], base: dict[str, Any] | None = None) -> None:
        """Show the data set ``name`` with knob ``values``, and open it."""
        self.name, self._values = name, dict(values)
        self._base = dict(values if base is None else base)
        kind = self.kinds.get(name)
        if kind is None:
            if not self.kinds:  # not known yet: the name is all there is to say
                self.combo.clear()
                self.combo.addItem(name, name)
            return
        self.combo.setCurrentIndex(self.combo.findData(name))
        if self._form_of != name:
            self._make_form(kind)
        assert self.form is not None
        self.form.set_values(self._values, base=self._base)
        self.open()

    def values(self) -> dict[str, Any]:
        """Knob values as a recipe holds them."""
        return dict(self._values) if self.form is None else {**self._values, **self.form.values()}

    def is_valid(self) -> bool:
        return self.form is None or self.form.is_valid()

    def first_error(self) -> str:
        """The first refused entry in words; empty where there is none."""
        return self.form.first_error() if self.form else ""

    def complete(self) -> KnobRow | None:
        """Have half-typed texts taken or refused: the first row whose text is refused now, or ``None``."""
        return self.form.complete() if self.form else None

    def set_folded(self, folded: bool) -> None:
        """Hide or show the settings of the images."""
        if self.form is not None and self.form.isHidden() != folded:
            self._toggle_form()

    @property
    def data(self) -> Any:
        """The data set that is open, or ``None``."""
        return self.opening.data

    @property
    def is_opening(self) -> bool:
        """True while images are being opened."""
        return self.opening.is_running

    def changes(self) -> list[str]:
        return self.form.changed_names() if self.form else []

    def lock(self, reason: str) -> None:
        """Take no changes while a run is going on, for a reason."""
        self._lock_reason = reason
        self.combo.setEnabled(not reason)
        self.combo.setToolTip(reason)
        self.folder_button.setEnabled(not reason)
        if self.form is not None:
            self.form.lock(reason, live_stay=False)

    def use_folder(self, path: str) -> None:
        """Take the images of a folder or zip."""
        if FOLDER in self.kinds and not self._lock_reason:
            self.show_values(FOLDER, {"path": path}, {})
            self.edited.emit("data")

    # -- opening -------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Open what the card says, unless that is what is open or being opened."""
        if self.name in self.kinds and self.is_valid():
            self.opening.open(self.name, self.values())

    @Slot()
    def _begun(self) -> None:
        self._busy(False)
        self._say("")
        if self.name != self._shown:  # what stands here is of other images
            self._clear()

    def _clear(self) -> None:
        self._shown = ""
        self.fact.setText("")
        self.details.setText("")
        self.thumbs.show_images([], "")
        self._problems.show([])

    @Slot(object)
    def _opened(self, preview: Preview) -> None:
        self._busy(False)
        self._shown = self.name
        spec = preview.data.spec
        facts = _facts(preview.data)
        self.fact.setText(facts)
        self.thumbs.show_images(preview.images, _("Examples of {facts}", facts=facts))
        details = []
        if spec.class_names:
            details.append(_("{n} classes", n=len(spec.class_names)))
        if spec.attribute_names:
            details.append(_("{n} attributes", n=len(spec.attribute_names)))
        binarisation = preview.data.split("train").binarisation
        if binarisation != "none":
            details.append(_("binarised: {how}", how=binarisation))
        self.details.setText(" · ".join(details))
        self.details.setToolTip("\n".join(filter(None, [", ".join(spec.class_names), ", ".join(spec.attribute_names)])))
        self._problems.show([translate(problem) for problem in preview.data.problems])
        self._say("")
        self.opened.emit(self.data)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._busy(False)
        self._clear()
        kind = self.kinds.get(self.name)
        if isinstance(error, Cancelled):
            self._say(_("Cancelled: nothing was saved."))
            self.again.show()
        else:
            self._say(translate(error_message(error)), "bad")
            self.download_button.setVisible(bool(kind and kind.can_download))
        self.not_opened.emit()

    @Slot(float, object)
    def _show_progress(self, share: float, text: Message) -> None:
        self._busy(True)
        self.bar.setValue(round(share * 1000))
        self.text_label.setText(translate(text))
        self.text_label.setVisible(True)

    @Slot()
    def _open_again(self) -> None:
        self.opening.discard()
        self.open()

    @Slot()
    def _download(self) -> None:
        self.opening.download(self.name)

    @Slot()
    def _fetched(self) -> None:
        self._busy(False)
        self.downloaded.emit()
        self.open()

    # -- looks ---------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.fold_button = IconButton("unfold", _("Settings of these images"), self)
        self.fold_button.clicked.connect(self._toggle_form)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.combo = Combo(_("Data set"), self)
        self.combo.activated.connect(self._chosen)
        menu = QMenu(self)
        menu.addAction(_("A folder of pictures…")).triggered.connect(self._choose_folder)
        menu.addAction(_("A zip of pictures…")).triggered.connect(self._choose_zip)
        self.folder_button = IconButton("folder", _("Train on your own pictures (or drop a folder here)"), self)
        self.folder_button.setMenu(menu)
        row.addWidget(self.combo, 1)
        row.addWidget(self.folder_button)
        row.addWidget(self.fold_button)
        self.body.addLayout(row)
        self.thumbs = Thumbnails(self)
        self.body.addWidget(self.thumbs)
        self.details = QLabel(self)
        self.details.setObjectName("fact")
        self.details.setFont(font(12))
        self._problems = DataProblems(self)
        self.problems, self.problems_button = self._problems.list, self._problems.button
        line = QHBoxLayout()
        line.addWidget(self.details)
        line.addStretch(1)
        line.addWidget(self.problems_button)
        self.body.addLayout(line)
        self.body.addWidget(self.problems)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Opening the images"))
        self.body.addWidget(self.bar)
        self.text_label = hint(self)
        self.cancel_button = link(_("Cancel"), _("Stop opening these images"), self)
        self.cancel_button.clicked.connect(self.opening.cancel_and_report)
        self.again = link(_("Open"), _("Open these images"), self)
        self.again.clicked.connect(self._open_again)
        self.download_button = link(_("Download"), _("Download these images"), self)
        self.download_button.clicked.connect(self._download)
        line = QHBoxLayout()
        line.addWidget(self.text_label, 1)
        for button in (self.cancel_button, self.again, self.download_button):
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(line)
        self.details.hide()
        self._busy(False)
        self._say("")

    def _busy(self, busy: bool) -> None:
        self.bar.setVisible(busy)
        self.cancel_button.setVisible(busy)
        if busy:
            self.again.hide()
            self.download_button.hide()
        else:
            self.text_label.hide()

    def _say(self, text: str, level: str = "") -> None:
        self.text_label.setText(text)
        self.text_label.setVisible(bool(text))
        self.text_label.setProperty("level", level)
        restyle(self.text_label)
        self.again.hide()
        self.download_button.hide()
        self.details.setVisible(bool(self.details.text()) and not text)

    def _make_form(self, kind: DataKind) -> None:
        folded = True
        if self.form is not None:
            folded = self.form.isHidden()
            self.form.edited.disconnect(self._form_edited)
            self.form.marked.disconnect(self.marked)
            self.body.removeWidget(self.form)
            self.form.deleteLater()
        self.form = KnobForm(kind.knobs, self)
        self.form.edited.connect(self._form_edited)
        self.form.marked.connect(self.marked)
        self.form.lock(self._lock_reason, live_stay=False)
        self.body.addWidget(self.form)
        self.form.setVisible(not folded)
        self._form_of = kind.name

    @Slot()
    def _toggle_form(self) -> None:
        if self.form is not None:
            self.form.setVisible(self.form.isHidden())
            self.fold_button.set_icon("unfold" if self.form.isHidden() else "fold")

    @Slot(str)
    def _form_edited(self, name: str) -> None:
        self.open()
        self.edited.emit(name)

    @Slot(int)
    def _chosen(self, position: int) -> None:
        name = self.combo.itemData(position)
        if name == FOLDER and not self._values.get("path"):
            self.folder_button.showMenu()
        if name != self.name:
            self.show_values(name, {})
            self.edited.emit("data")

    @Slot()
    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, _("A folder of pictures"))
        if path:
            self.use_folder(path)

    @Slot()
    def _choose_zip(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, _("A zip of pictures"), "", "Zip (*.zip)")
        if path:
            self.use_folder(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) and not self._lock_reason:
            event.acceptProposedAction()
            self.setObjectName("drop")
            restyle(self)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.setObjectName("card")
        restyle(self)

    def dropEvent(self, event: QDropEvent) -> None:
        self.setObjectName("card")
        restyle(self)
        self.use_folder(_dropped(event))


def _dropped(event: QDropEvent) -> str:
    for url in event.mimeData().urls():
        path = Path(url.toLocalFile())
        if path.is_dir() or path.suffix.lower() == ".zip":
            return str(path)
    return ""


def _title(kind: DataKind) -> str:
    title = translate(kind.title)
    return title if kind.is_there or kind.name == FOLDER else _("{title} (not on this computer)", title=title)


def _facts(data: DataSet) -> str:
    """Number and kind of the images."""
    n = f"{len(data):,}"
    if data.spec.is_point:
        return _("{n} points of the plane", n=n)
    return _("{n} {noun} · {spec}", n=n, noun=data_sets[data.name].noun, spec=data.spec)
