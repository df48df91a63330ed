"""A slider over numbers, with its name and its value above it: "Range  ±2.0 σ"."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from genstudio.studio.theme import font


class _Slider(QSlider):
    """Heeds the wheel only while it has the focus, so that scrolling past it changes nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ValueSlider(QWidget):
    """``moved`` carries the new value; ``drag_started`` and ``drag_ended`` frame one drag, which undo takes back as one."""

    moved = Signal(float)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(
        self,
        name: str,
        minimum: float,
        maximum: float,
        *,
        integer: bool = False,
        log: bool = False,
        decimals: int = 2,
        show: Callable[[float], str] | None = None,
        tip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._minimum, self._maximum, self._integer, self._log = minimum, maximum, integer, log
        self._decimals = decimals
        self._ticks = round(maximum - minimum) if integer else 200
        self._show = show or (lambda value: f"{value:g}" if integer else f"{value:.2f}")
        self._value = minimum
        self._name = QLabel(name, self)
        self._text = QLabel(self)
        self._text.setFont(font())
        self.slider = _Slider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, self._ticks)
        self.slider.setPageStep(max(1, self._ticks // 10))
        self.slider.setAccessibleName(name)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(tip)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._name)
        head.addWidget(self._text)
        head.addStretch(1)
        outer_layout = QVBoxLayout(self)
        outer_layout.setContentsMargins(0, 0, 0, 0)
        outer_layout.setSpacing(0)
        outer_layout.addLayout(head)
        outer_layout.addWidget(self.slider)
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderPressed.connect(self.drag_started)
        self.slider.sliderReleased.connect(self.drag_ended)

    def value(self) -> float:
        return self._value

    def set_value(self, value: float) -> None:
        """Show ``value`` exactly, even between two places of the slider, without a signal."""
        self._value = value
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(self._tick(value))
        self.slider.blockSignals(blocked)
        self._show_text()

    @Slot(int)
    def _moved(self, tick: int) -> None:
        self._value = self._at(tick)
        self._show_text()
        self.moved.emit(self._value)

    def _show_text(self) -> None:
        shown = self._show(self._value)
        self._text.setText(shown)
        self.slider.setAccessibleDescription(shown)

    def _at(self, tick: int) -> float:
        if self._integer:
            return self._minimum + tick
        part = tick / self._ticks
        if self._log:
            return self._minimum * (self._maximum / self._minimum) ** part
        # Round numbers, since 2.0 is what people mean by a place near it.
        return round(self._minimum + (self._maximum - self._minimum) * part, self._decimals)

    def _tick(self, value: float) -> int:
        if self._integer:
            return round(value - self._minimum)
        if self._log:
            return round(self._ticks * math.log(value / self._minimum) / math.log(self._maximum / self._minimum))
        return round(self._ticks * (value - self._minimum) / (self._maximum - self._minimum))
