"""The data card: the choice of images and their settings, a summary of them, and the progress of opening them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from genstudio.core.errors import Cancelled
from genstudio.core.messages import Message, _, translate
from genstudio.studio.forms.knob_form import KnobForm
from genstudio.studio.forms.knob_row import KnobRow
from genstudio.studio.sidebar.data.opening import DataOpening, Preview
from genstudio.studio.sidebar.data.opening_line import OpeningLine
from genstudio.studio.sidebar.data.own_pictures import OwnPicturesButton, dropped_path
from genstudio.studio.sidebar.data.summary import DataSummary, facts_text
from genstudio.studio.threads.background import Background
from genstudio.studio.threads.error_text import error_message
from genstudio.studio.threads.library import DataKind
from genstudio.studio.widgets.card import Card
from genstudio.studio.widgets.controls import Combo, IconButton, restyle


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
        self._shown = ""  # the data set that is summed up here
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

    @Slot(str)
    def use_folder(self, path: str) -> None:
        """Use the images of a folder or zip, as the chosen data set reads them, or else the first that reads such files."""
        readers = [kind for kind in self.kinds.values() if kind.path_knob]
        chosen = [kind for kind in readers if kind.name == self.name]
        for kind in (chosen or readers)[:1]:
            if not self._lock_reason:
                self.show_values(kind.name, {kind.path_knob: path}, {})
                self.edited.emit("data")

    # -- opening -------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Open what the card says, unless that is what is open or being opened."""
        if self.name in self.kinds and self.is_valid():
            self.opening.open(self.name, self.values())

    @Slot()
    def _begun(self) -> None:
        self.opening_line.clear()
        if self.name != self._shown:  # what is shown is of other images
            self._clear()

    def _clear(self) -> None:
        self._shown = ""
        self.fact.setText("")
        self.summary.clear()

    @Slot(object)
    def _opened(self, preview: Preview) -> None:
        self._shown = self.name
        self.fact.setText(facts_text(preview.data))
        self.summary.show_preview(preview)
        self.opening_line.clear()
        self.opened.emit(self.data)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._clear()
        if isinstance(error, Cancelled):
            self.opening_line.show_cancelled(_("Cancelled: nothing was saved."))
        else:
            kind = self.kinds.get(self.name)
            self.opening_line.show_error(translate(error_message(error)), can_download=bool(kind and kind.can_download))
        self.not_opened.emit()

    @Slot(float, object)
    def _show_progress(self, share: float, text: Message) -> None:
        self.opening_line.show_progress(share, translate(text))

    @Slot()
    def _open_again(self) -> None:
        self.opening.discard()
        self.open()

    @Slot()
    def _download(self) -> None:
        self.opening.download(self.name)

    @Slot()
    def _fetched(self) -> None:
        self.opening_line.clear()
        self.downloaded.emit()
        self.open()

    # -- layout and input ----------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.combo = Combo(_("Data set"), self)
        self.combo.activated.connect(self._chosen)
        self.folder_button = OwnPicturesButton(self)
        self.folder_button.path_chosen.connect(self.use_folder)
        self.fold_button = IconButton("unfold", _("Settings of these images"), self)
        self.fold_button.clicked.connect(self._toggle_form)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.combo, 1)
        row.addWidget(self.folder_button)
        row.addWidget(self.fold_button)
        self.body.addLayout(row)
        self.summary = DataSummary(self, self.body)
        self.opening_line = OpeningLine(self, self.body)
        self.opening_line.cancel_requested.connect(self.opening.cancel_and_report)
        self.opening_line.open_requested.connect(self._open_again)
        self.opening_line.download_requested.connect(self._download)

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
        kind = self.kinds.get(name)
        if kind is not None and kind.path_knob and not self._values.get(kind.path_knob):
            self.folder_button.showMenu()
        if name != self.name:
            self.show_values(name, {})
            self.edited.emit("data")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_path(event) and not self._lock_reason:
            event.acceptProposedAction()
            self.setObjectName("drop")
            restyle(self)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.setObjectName("card")
        restyle(self)

    def dropEvent(self, event: QDropEvent) -> None:
        self.setObjectName("card")
        restyle(self)
        self.use_folder(dropped_path(event))


def _title(kind: DataKind) -> str:
    title = translate(kind.title)
    return title if kind.is_there or kind.path_knob else _("{title} (not on this computer)", title=title)
