"""Editor of the levels of one pixel: a slider for each channel, and a link back to what the model drew."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.studio.widgets.controls import link
from genstudio.studio.widgets.value_slider import ValueSlider


class LevelEditor(QWidget):
    """``changed`` carries the levels of all channels; ``drag_started`` and ``drag_ended`` frame one drag."""

    changed = Signal(tuple)
    reverted = Signal()
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self.text_label = QLabel(self)
        self.text_label.setWordWrap(True)
        self._rows.addWidget(self.text_label)
        self.sliders: list[ValueSlider] = []
        self.back = link(_("Back to the model's level"), _("Undo this change"), self)
        self.back.clicked.connect(self.reverted)
        self._rows.addWidget(self.back)
        self._shape = (0, 0)
        self.show_pixel(None)

    def show_pixel(
        self, place: tuple[int, int] | None, values: tuple[int, ...] = (), levels: int = 2, *, edited: bool = False
    ) -> None:
        """Show a pixel (row, column) and its levels (C); ``None``: no pixel."""
        if place is None:
            self.text_label.setText(_("Click a drawn pixel to change it: everything after it is drawn again."))
            self.text_label.setObjectName("fact")
        else:
            self.text_label.setText(_("Row {row}, column {column}", row=place[0] + 1, column=place[1] + 1))
            self.text_label.setObjectName("")
            if self._shape != (len(values), levels):
                self._make_sliders(len(values), levels)
            for slider, value in zip(self.sliders, values, strict=True):
                slider.set_value(value)
        for slider in self.sliders:
            slider.setVisible(place is not None)
        self.back.setVisible(edited)

    def _make_sliders(self, channels: int, levels: int) -> None:
        self._shape = (channels, levels)
        for slider in self.sliders:
            self._rows.removeWidget(slider)
            slider.hide()
            slider.deleteLater()
        names = [_("Red"), _("Green"), _("Blue")] if channels == 3 else [_("Level")]
        tip = _("Set this level here, and draw everything after it again (+ and -)")
        self.sliders = [ValueSlider(name, 0, levels - 1, integer=True, tip=tip, parent=self) for name in names]
        for place, slider in enumerate(self.sliders):
            self._rows.insertWidget(1 + place, slider)
            slider.moved.connect(self._moved)
            slider.drag_started.connect(self.drag_started)
            slider.drag_ended.connect(self.drag_ended)

    @Slot(float)
    def _moved(self, value: float) -> None:
        self.changed.emit(tuple(int(slider.value()) for slider in self.sliders))
