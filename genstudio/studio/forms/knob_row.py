"""One row of a form: a knob's control, its title, its unit, its reset button, and the reason of a refusal.

A row has one of three layouts: ``form`` (title, field, unit and reset button in columns), ``compact`` (the title before or
in the field) and ``bare`` (the field alone).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from genstudio.core.errors import UsageError
from genstudio.core.messages import _, translate
from genstudio.studio.forms.control import CheckControl, Control
from genstudio.studio.forms.knob_text import capitalised, short_reason, value_text
from genstudio.studio.forms.typed_field import Refusal
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import IconButton

RowLayout = Literal["form", "compact", "bare"]
LABEL_WIDTH, FIELD_LEAST, FIELD_MOST = 128, 110, 150
COMPACT_FIELD = 112


class KnobRow(QWidget):
    """``value`` is the knob's value in force, whatever is half typed in the field; ``previous`` the one before.

    ``edited(name, value)``: an entry was taken, perhaps the value in force once more. ``marked``: the field is pending or
    refused, or no longer. ``drag_started`` and ``drag_ended`` frame entries that undo takes back as one.
    """

    edited = Signal(str, object)
    marked = Signal()
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(
        self,
        control: Control,
        check: Callable[[Any], Any],
        layout: RowLayout = "form",
        parent: QWidget | None = None,
    ) -> None:
        """``check(value)`` returns a valid value, or raises :class:`UsageError`."""
        super().__init__(parent)
        self.info, self.control, self.field = control.info, control, control.field
        self.field.setParent(self)  # first, since Tab follows the order in which widgets get their parent
        self.base: Any = self.info.default
        self.value: Any = self.info.default
        self.previous: Any = self.info.default
        self._check = check
        self.title = capitalised(self.info.title)
        self.error = Refusal(parent=self)
        self.reset_button: IconButton | None = None
        self.label: QLabel | None = None
        {"form": self._lay_out_form, "compact": self._lay_out_compact, "bare": self._lay_out_bare}[layout]()
        self._set_tip(control.tip)
        self.field.setAccessibleDescription(control.tip)
        control.entered.connect(self._entered)
        control.marked.connect(self._marked)
        control.drag_started.connect(self.drag_started)
        control.drag_ended.connect(self.drag_ended)
        self.set_base(self.info.default)
        self.show_value(check(self.info.default))

    @property
    def differs(self) -> bool:
        """True if the value in force differs from the base."""
        return bool(self.value != (list(self.base) if isinstance(self.base, tuple) else self.base))

    @property
    def reason(self) -> str:
        """Why the text in the field was refused; empty where it was not."""
        return self.control.reason

    @property
    def gesture(self) -> int:
        """A number that successive steps (arrows, wheel) of one visit to the field share; 0 for a typed value."""
        return self.control.gesture

    def complete(self) -> bool:
        """Have a half-typed text taken or refused. ``False`` if the text is refused now."""
        return self.control.complete()

    def show_value(self, value: Any, *, keep_typing: bool = False) -> None:
        """Put a valid ``value`` in force and show it, silently. ``keep_typing`` keeps a half-typed text."""
        self.value = self.previous = value
        self.control.show(value, keep_typing=keep_typing)
        self._show()

    def set_value(self, value: Any, *, keep_typing: bool = False) -> None:
        """Put ``value`` in force and show it, silently; the default where it is not valid, with ``value`` as refused
        text."""
        try:
            valid = self._check(value)
        except UsageError as error:
            self.show_value(self._check(self.info.default))
            self.control.refuse(short_reason(error), value_text(value))
        else:
            self.show_value(valid, keep_typing=keep_typing)

    def set_base(self, base: Any) -> None:
        """Set the value that the reset button restores."""
        self.base = base
        if self.reset_button is not None:
            text = _("Back to {value}", value=value_text(base) or _("nothing"))
            self.reset_button.setToolTip(text)
            self.reset_button.setAccessibleName(f"{self.info.title}: {text}")
        self._show()

    def refuse(self, reason: str) -> None:
        """Refuse the entry just taken, for ``reason``: the value before is in force again."""
        tried = value_text(self.value)
        self.show_value(self.previous)
        self.control.refuse(reason, tried)
        self.error.show_text(reason)

    def lock(self, reason: str) -> None:
        """Take no changes, for a ``reason`` that the tooltip says; an empty one unlocks."""
        if reason:
            self.control.discard_typing()  # what is half typed can't be taken any more
        self.field.setEnabled(not reason)
        self._set_tip(reason or self.control.tip)
        self._show()

    # -- input ---------------------------------------------------------------------------------------------------

    @Slot(object)
    def _entered(self, entry: Any) -> None:
        try:
            value = self._check(entry)
        except UsageError as error:
            self._refuse_entry(short_reason(error))
        else:
            self._take(value)

    def _refuse_entry(self, reason: str) -> None:
        self.control.refuse(reason)
        if not self.control.reason:  # there is no text to be marked as refused
            self.control.show(self.value)
            self.error.show_text(reason)

    @Slot()
    def reset(self) -> None:
        """Put the base in force, as an entry of the user's."""
        before = self.value
        self.set_value(self.base)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._announce(before)

    def _take(self, value: Any) -> None:
        before = self.value
        self.show_value(value)
        self._announce(before)

    def _announce(self, before: Any) -> None:
        """Emit the value in force as an entry that followed ``before``."""
        self.previous = before
        self.edited.emit(self.info.name, self.value)

    @Slot()
    def _show(self) -> None:
        """Show the reason of a refusal, and the reset button where there is something to reset."""
        self.error.show_text(self.reason)
        if self.reset_button is not None:
            self.reset_button.setVisible((self.differs or bool(self.reason)) and self.field.isEnabled())

    @Slot()
    def _marked(self) -> None:
        self._show()
        self.marked.emit()

    def _set_tip(self, tip: str) -> None:
        for widget in (self, self.label, self.field):
            if widget is not None:
                widget.setToolTip(tip)

    # -- layouts -------------------------------------------------------------------------------------------------

    def _make_label(self) -> QLabel:
        self.label = QLabel(self.title, self)
        self.label.setBuddy(self.field)
        return self.label

    def _lay_out_form(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        if not isinstance(self.field, QCheckBox):
            self.field.setMinimumWidth(FIELD_LEAST)
            self.field.setMaximumWidth(FIELD_MOST)
            self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        label = self._make_label()
        label.setFixedWidth(LABEL_WIDTH)
        unit = QLabel(translate(self.info.unit) if self.info.unit else "", self)
        unit.setObjectName("fact")
        unit.setFont(font(12))
        self.reset_button = IconButton("reset", "", self)
        self.reset_button.clicked.connect(self.reset)
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        for column, widget in enumerate((label, self.field, unit, self.reset_button)):
            grid.addWidget(widget, 0, column)
        grid.addWidget(self.error, 1, 1, 1, 3)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 1)

    def _lay_out_compact(self) -> None:
        if isinstance(self.control, CheckControl):
            self.control.field.setText(self.title)
        elif not self.control.bears_title:
            self.field.setFixedWidth(COMPACT_FIELD)
            line = QHBoxLayout()
            line.setSpacing(8)
            line.addWidget(self._make_label())
            line.addStretch(1)
            line.addWidget(self.field, 0, Qt.AlignmentFlag.AlignRight)
            self._lay_out_above_error(line)
            return
        self._lay_out_bare()

    def _lay_out_bare(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.field)
        self._lay_out_above_error(line)

    def _lay_out_above_error(self, line: QHBoxLayout) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.error)
