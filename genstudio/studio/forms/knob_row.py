"""One row of a form: a knob's words, its field, its unit, a way back to the starting value, and why an entry was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSizePolicy, QWidget

from genstudio.core.errors import UsageError
from genstudio.core.knobs import KnobInfo
from genstudio.core.messages import _, translate
from genstudio.studio.forms.knob_field import make_field, read_text, short_reason, value_text
from genstudio.studio.forms.number_field import NumberField
from genstudio.studio.forms.number_text import as_text
from genstudio.studio.forms.typed_field import Refusal, TypedField
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import Combo, IconButton

LABEL_WIDTH, FIELD_LEAST, FIELD_MOST = 128, 110, 150


class KnobRow(QWidget):
    """``taken`` is the knob's value in force (a JSON type), whatever stands half typed in the field; ``was`` the one
    before. ``edited(name)``: a person's entry was taken. ``marked``: the field is pending or refused, or no longer."""

    edited = Signal(str)
    marked = Signal()

    def __init__(self, info: KnobInfo, check: Callable[[Any], Any], parent: QWidget | None = None) -> None:
        """``check(value)`` gives the knob's value as its JSON type, or raises :class:`UsageError`."""
        super().__init__(parent)
        self.info = info
        self.base: Any = info.default
        self.taken: Any = info.default
        self.was: Any = info.default
        self._check = check
        title = info.title[:1].upper() + info.title[1:]
        self.title = title
        tip = f"{translate(info.help)}{_limits(info)}"
        self.label = QLabel(title, self)
        self.label.setFixedWidth(LABEL_WIDTH)
        self.label.setToolTip(tip)
        self.field = make_field(info, title, self)
        self.field.setToolTip(tip)
        self.field.setAccessibleDescription(tip)
        self.label.setBuddy(self.field)
        self.unit = QLabel(translate(info.unit) if info.unit else "", self)
        self.unit.setObjectName("fact")
        self.unit.setFont(font(12))
        self.back = IconButton("reset", "", self)
        self.back.clicked.connect(self._reset)
        keep = self.back.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.back.setSizePolicy(keep)
        self.error = Refusal(parent=self)
        self._lay_out()
        self._listen()
        self.set_base(info.default)
        self.set_value(info.default)

    @property
    def differs(self) -> bool:
        """True if the value in force differs from the base."""
        return self.taken != (list(self.base) if isinstance(self.base, tuple) else self.base)

    @property
    def reason(self) -> str:
        """Why the text in the field was refused; empty where it was not."""
        return self.field.reason if isinstance(self.field, TypedField) else ""

    @property
    def gesture(self) -> int:
        """A number that successive steps (arrows, wheel) of one visit to the field share; 0 for a typed value."""
        return self.field.visit if isinstance(self.field, NumberField) and self.field.stepping else 0

    def complete(self) -> bool:
        """Have a half-typed text taken or refused. ``False`` if a refused one stands there now."""
        return not isinstance(self.field, TypedField) or self.field.complete()

    def set_value(self, value: Any, *, keep_typing: bool = False) -> None:
        """Put ``value`` in force and show it, silently. ``keep_typing`` leaves a half-typed text standing."""
        try:
            self.taken, wrong = self._check(value), ""
        except UsageError as error:
            self.taken, wrong = self._check(self.info.default), short_reason(error)
        self.was = self.taken
        self.field.blockSignals(True)
        if isinstance(self.field, QCheckBox):
            self.field.setChecked(bool(self.taken))
        elif isinstance(self.field, Combo):
            self.field.setCurrentIndex(max(0, self.field.findData(self.taken)))
        self.field.blockSignals(False)
        if isinstance(self.field, TypedField):
            self.field.show_text(value_text(self.taken), keep_typing=keep_typing)
            if wrong:
                self.field.refuse(wrong, value_text(value))
        self._show()

    def set_base(self, base: Any) -> None:
        """The value that the way back leads to."""
        self.base = base
        text = _("Back to {value}", value=value_text(base) or _("nothing"))
        self.back.setToolTip(text)
        self.back.setAccessibleName(f"{self.info.title}: {text}")
        self._show()

    def refuse(self, reason: str) -> None:
        """The entry just taken can't hold, for ``reason``: the value before is in force again, and the words say why."""
        if isinstance(self.field, TypedField):
            tried = value_text(self.taken)
            self.taken = self.was
            self.field.show_text(value_text(self.was))
            self.field.refuse(reason, tried)
            return
        self.set_value(self.was)
        self.error.show_text(reason)

    def lock(self, reason: str) -> None:
        """Take no changes, for a ``reason`` that the tooltip says; an empty one unlocks."""
        tip = reason or f"{translate(self.info.help)}{_limits(self.info)}"
        if reason and isinstance(self.field, TypedField):
            self.field.show_text(self.field.text_in_force)  # what is half typed can't be taken any more
        self.field.setEnabled(not reason)
        self.field.setToolTip(tip)
        self.label.setToolTip(tip)
        self._show()

    # -- input ---------------------------------------------------------------------------------------------------

    @Slot(str)
    def _typed(self, text: str) -> None:
        assert isinstance(self.field, TypedField)
        try:
            value = self._check(read_text(self.info, self.field, text.strip()))
        except UsageError as error:
            self.field.refuse(short_reason(error))
        else:
            self.field.show_text(value_text(value))
            self._take(value)

    @Slot()
    def _chosen(self) -> None:
        if isinstance(self.field, QCheckBox):
            self._take(self.field.isChecked())
        elif isinstance(self.field, Combo):
            self._take(self.field.currentData())

    @Slot()
    def _reset(self) -> None:
        was = self.taken
        self.set_value(self.base)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        value, self.taken = self.taken, was
        self._take(value)

    def _take(self, value: Any) -> None:
        if value == self.taken:
            self._show()
            return
        self.was, self.taken = self.taken, value
        self._show()
        self.edited.emit(self.info.name)

    @Slot()
    def _show(self) -> None:
        """The words beside the field, and the way back."""
        self.error.show_text(self.reason)
        self.back.setVisible((self.differs or bool(self.reason)) and self.field.isEnabled())

    @Slot()
    def _marked(self) -> None:
        self._show()
        self.marked.emit()

    # -- making --------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        if isinstance(self.field, QCheckBox):
            self.field.toggled.connect(self._chosen)
        elif isinstance(self.field, Combo):
            self.field.currentIndexChanged.connect(self._chosen)
        elif isinstance(self.field, TypedField):
            self.field.completed.connect(self._typed)
            self.field.marked.connect(self._marked)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        if not isinstance(self.field, QCheckBox):
            self.field.setMinimumWidth(FIELD_LEAST)
            self.field.setMaximumWidth(FIELD_MOST)
            self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.field, 0, 1)
        grid.addWidget(self.unit, 0, 2)
        grid.addWidget(self.back, 0, 3)
        grid.addWidget(self.error, 1, 1, 1, 3)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 1)


def _limits(info: KnobInfo) -> str:
    low = "" if info.minimum is None else as_text(info.minimum)
    high = "" if info.maximum is None else as_text(info.maximum)
    if low and high:
        return " " + _("From {low} to {high}.", low=low, high=high)
    if low:
        text = _("More than {low}.", low=low) if info.exclusive_minimum else _("At least {low}.", low=low)
        return f" {text}"
    return " " + _("At most {high}.", high=high) if high else ""
