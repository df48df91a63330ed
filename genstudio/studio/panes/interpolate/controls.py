"""Controls of the pane Interpolate: the path, the selected key frame, a morph of two classes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, _
from genstudio.latent.points import LatentPoint
from genstudio.panes.interpolate.content import InterpolateState
from genstudio.studio.forms.number_field import NumberField
from genstudio.studio.forms.number_text import read_number
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.forms.typed_field import Refusal
from genstudio.studio.panes.interpolate.shown_path import CodeSources
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import Button, Combo

if TYPE_CHECKING:
    from genstudio.viewing.pane_state import PaneState

MOST = 2**31 - 1


class InterpolateControls(PaneControls):
    """``kind_chosen``: the chosen key frame is to be of another kind; ``frame_edited``: it is to be this one;
    ``number_stepped``: the same, as one of a row of steps; ``morph_requested(a, b)`` of two classes."""

    kind_chosen = Signal(str)
    frame_edited = Signal(object)
    number_stepped = Signal(object)
    morph_requested = Signal(int, int)

    def __init__(self) -> None:
        super().__init__(InterpolateState)
        self._frame = LatentPoint()
        self._known = CodeSources()
        self._classes: tuple[str, ...] = ()
        self.another = self.add_resample(_("Draw all drawn key frames again (R)"))
        self.column.addWidget(self._frame_rows())
        self.column.addWidget(self._morph_rows())

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_state(self, state: PaneState) -> None:
        super().show_state(state)
        assert isinstance(state, InterpolateState)
        self.rows["between"].setVisible(state.show == "strip")

    def show_known(self, known: CodeSources) -> None:
        """Show what model and data allow: classes and kinds of key frames."""
        self._known = known
        names = known.class_names
        if names != self._classes:
            self._classes = names
            for combo in (self.which_class, self.condition, self.morph_from, self.morph_to):
                combo.clear()
                combo.addItems(names)
            self.morph_to.setCurrentIndex(min(1, len(names) - 1))
        self._morph.setVisible(len(names) > 1)

    def show_frame(self, frame: LatentPoint | None, k: int, n: int) -> None:
        """Show the selected key frame, the ``k``-th of ``n`` counted from 0."""
        self._frame_box.setVisible(frame is not None)
        if frame is None:
            return
        same = frame == self._frame  # else what is half typed was meant for another key frame
        self._frame = frame
        title = _("Key frame {k} of {n}", k=k + 1, n=n)
        self._title.setText(title.upper())
        self._title.setAccessibleName(title)
        kinds = self._known.kinds(frame.kind)
        if [self.kind.itemData(i) for i in range(self.kind.count())] != [kind for kind, _text in kinds]:
            self.kind.clear()
            for kind, text in kinds:
                self.kind.addItem(text, kind)
        self.kind.setCurrentIndex(self.kind.findData(frame.kind))
        self._number_row.setVisible(frame.kind in ("seed", "image"))
        name = _("Seed") if frame.kind == "seed" else _("Number")
        self._number_name.setText(name)
        self.number.setAccessibleName(name)
        self.number.show_text(str(frame.number), keep_typing=same)
        self._class_row.setVisible(frame.kind == "class")
        self._condition_row.setVisible(self._known.model_classes > 0 and frame.kind != "class")
        count = max(len(self._classes), 1)
        self.which_class.setCurrentIndex(frame.number % count if self._classes else -1)
        self.condition.setCurrentIndex(frame.label % count if self._classes else -1)

    # -- parts ---------------------------------------------------------------------------------------------------

    def _frame_rows(self) -> QWidget:
        self._frame_box = QWidget(self)
        column = QVBoxLayout(self._frame_box)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        self._title = Caption("", self._frame_box)
        self.kind = Combo(_("Kind of key frame"))
        self.kind.setToolTip(_("Replace it"))
        self.number = NumberField(_("Number"), integer=True, minimum=0, maximum=MOST)
        self._number_name, self._number_row = _row(_("Number"), self.number)
        self.which_class = Combo(_("Typical of the class"))
        _name, self._class_row = _row(_("Class"), self.which_class)
        self.condition = Combo(_("The class at this key frame"))
        _name, self._condition_row = _row(_("Conditioned on"), self.condition)
        self.remove = Button(_("Remove"), _("Remove this key frame (Delete)"), self._frame_box)
        refusal = Refusal(self.number, self._frame_box)
        for part in (
            self._title,
            self.kind,
            self._number_row,
            refusal,
            self._class_row,
            self._condition_row,
            self.remove,
        ):
            column.addWidget(part)
        self.kind.activated.connect(self._kind_activated)
        self.number.completed.connect(self._number_typed)
        self.which_class.activated.connect(self._class_activated)
        self.condition.activated.connect(self._condition_activated)
        return self._frame_box

    def _morph_rows(self) -> QWidget:
        """ "[0] to [1]" and the button that makes it so."""
        self._morph = QWidget(self)
        column = QVBoxLayout(self._morph)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        self.morph_from, self.morph_to = Combo(_("From the class")), Combo(_("To the class"))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.morph_from, 1)
        line.addWidget(QLabel(_("to"), self._morph))
        line.addWidget(self.morph_to, 1)
        for combo in (self.morph_from, self.morph_to):
            combo.setMinimumContentsLength(2)
        self.morph = Button(_("Morph"), _("Replace all key frames by two, one of each class (M)"))
        self.morph.clicked.connect(self.request_morph)
        column.addWidget(Caption(_("Morph two classes"), self._morph))
        column.addLayout(line)
        column.addWidget(self.morph)
        self._morph.hide()
        return self._morph

    # -- actions -------------------------------------------------------------------------------------------------

    @Slot()
    def request_morph(self) -> None:
        """Request a morph between the two chosen classes."""
        if len(self._classes) > 1:
            self.morph_requested.emit(self.morph_from.currentIndex(), self.morph_to.currentIndex())

    @Slot(int)
    def _kind_activated(self, index: int) -> None:
        kind = str(self.kind.itemData(index))
        if kind != self._frame.kind or kind == "own":
            self.kind.setCurrentIndex(self.kind.findData(self._frame.kind))  # until it is so: no file may be chosen
            self.kind_chosen.emit(kind)

    @Slot(str)
    def _number_typed(self, text: str) -> None:
        try:
            number = int(read_number(text, integer=True))
            if not 0 <= number <= MOST:
                raise UsageError(N_("It must be from 0 to {most}.", most=MOST))
        except UsageError as error:
            self.number.refuse(str(error))
            return
        self.number.show_text(str(number))
        if number != self._frame.number:
            signal = self.number_stepped if self.number.stepping else self.frame_edited
            signal.emit(replace(self._frame, number=number))

    @Slot(int)
    def _class_activated(self, index: int) -> None:
        if index != self._frame.number:
            self.frame_edited.emit(replace(self._frame, number=index))

    @Slot(int)
    def _condition_activated(self, index: int) -> None:
        if index != self._frame.label:
            self.frame_edited.emit(replace(self._frame, label=index))


def _row(text: str, field: QWidget) -> tuple[QLabel, QWidget]:
    """A name and its field on one line."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    label = QLabel(text, row)
    label.setBuddy(field)
    line.addWidget(label)
    line.addStretch(1)
    field.setFixedWidth(112)
    line.addWidget(field)
    return label, row
