"""A field for one number: typed, and stepped by arrow keys and (when it has the focus) by the wheel."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from genstudio.core.errors import UsageError
from genstudio.studio.forms.number_text import as_text, read_number
from genstudio.studio.forms.typed_field import TypedField


class NumberField(TypedField):
    """Number that takes effect when it is complete; a step is complete at once (``stepping`` is true meanwhile).

    Up and Down add ``step`` (ten times that with Shift; a tenth with Ctrl for real numbers); ``log`` fields go through
    1, 2, 5, 10 instead. Never leaves [``minimum``, ``maximum``] by stepping.
    """

    def __init__(
        self,
        name: str,
        parent: QWidget | None = None,
        *,
        integer: bool,
        log: bool = False,
        minimum: float | None = None,
        maximum: float | None = None,
    ) -> None:
        super().__init__(name, parent)
        self.integer, self.log, self.minimum, self.maximum = integer, log, minimum, maximum
        self.stepping = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if direction is None:
            super().keyPressEvent(event)
        else:
            self.step_by(direction, event.modifiers())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and not self.isReadOnly() and event.angleDelta().y():
            self.step_by(1 if event.angleDelta().y() > 0 else -1, event.modifiers())
            event.accept()
        else:
            event.ignore()

    def step_by(self, direction: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One step up (1) or down (-1)."""
        try:
            value = read_number(self.text(), integer=self.integer)
        except UsageError:
            self.complete()
            return
        if self.isReadOnly():
            return
        self.stepping = True
        try:
            self.setText(as_text(self._clamp(self._next(value, direction, modifiers)), self.integer))
            self.complete()
        finally:
            self.stepping = False

    def _next(self, value: float, direction: int, modifiers: Qt.KeyboardModifier) -> float:
        if self.log and value > 0:
            return next_125(value, direction)
        size = 1.0
        if not self.integer:
            reach = abs(value) or min(1.0, self.maximum or 1.0)
            size = 10 ** math.floor(math.log10(reach) - 0.001) if reach < 10 else 1.0
            if modifiers & Qt.KeyboardModifier.ControlModifier:
                size /= 10
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            size *= 10
        return value + direction * size

    def _clamp(self, value: float) -> float:
        if self.minimum is not None:
            value = max(value, self.minimum)
        if self.maximum is not None:
            value = min(value, self.maximum)
        return value


def next_125(value: float, direction: int) -> float:
    """The next of ... .1, .2, .5, 1, 2, 5, 10 ... above (1) or below (-1) ``value``, which is positive."""
    power = math.floor(math.log10(value))
    ladder = [digit * 10.0**p for p in (power - 1, power, power + 1) for digit in (1, 2, 5)]
    if direction > 0:
        return next(rung for rung in ladder if rung > value * 1.0001)
    return next(rung for rung in reversed(ladder) if rung < value * 0.9999)
