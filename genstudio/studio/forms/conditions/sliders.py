"""A slider for each of several named numbers, such as attributes; each may be left open ("any")."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from genstudio.core.conditions.base import Choices
from genstudio.core.knobs import KnobInfo
from genstudio.core.messages import _
from genstudio.studio.forms.conditions.base import condition_field
from genstudio.studio.forms.control import Control
from genstudio.studio.forms.knob_text import capitalised
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import link
from genstudio.studio.widgets.value_slider import ValueSlider


class NumberOrAny:
    """Writes a slider's number, or "any" while it is left open. A class, since a closure would keep the window alive."""

    def __init__(self, decimals: int) -> None:
        self.is_open, self._decimals = True, decimals

    def __call__(self, value: float) -> str:
        return _("any") if self.is_open else f"{value:.{self._decimals}f}"


class OpenSlider(QWidget):
    """Slider of one number, with a link that leaves the number open again; ``chosen`` carries its name and the number, or
    ``None``."""

    chosen = Signal(str, object)

    def __init__(self, name: str, low: float, high: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self._middle = name, (low + high) / 2
        decimals = max(2, 1 - math.floor(math.log10(high - low)))
        self._text = NumberOrAny(decimals)
        title = capitalised(name.replace("_", " "))
        self.slider = ValueSlider(title, low, high, decimals=decimals, show=self._text, parent=self)
        self.clear = link(_("Any"), _("Leave {name} to the model", name=title), self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        row.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignBottom)
        policy = self.clear.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.clear.setSizePolicy(policy)
        self.slider.moved.connect(self._moved)
        self.clear.clicked.connect(self._cleared)
        self.set_value(None)

    def set_value(self, value: float | None) -> None:
        """Show a number, or "any" with the slider in its middle."""
        self._text.is_open = value is None
        self.slider.set_value(self._middle if value is None else value)
        self.clear.setVisible(value is not None)

    @Slot(float)
    def _moved(self, value: float) -> None:
        self.set_value(value)
        self.chosen.emit(self.name, value)

    @Slot()
    def _cleared(self) -> None:
        self.set_value(None)
        self.slider.slider.setFocus()
        self.chosen.emit(self.name, None)


@condition_field("sliders")
class SlidersControl(Control):
    """Value: (name, number) of each number that is not left open, in the order of the names."""

    bears_title = True

    def __init__(self, info: KnobInfo) -> None:
        super().__init__(info, QWidget())
        self.sliders: dict[str, OpenSlider] = {}
        self._choices: Choices | None = None
        self._value: tuple[tuple[str, float], ...] = ()
        self._rows = QVBoxLayout(self.field)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self._rows.addWidget(Caption(capitalised(info.title)))

    def offer(self, choices: Choices) -> None:
        if choices != self._choices:
            self._choices = choices
            for old in self.sliders.values():
                self._rows.removeWidget(old)
                old.deleteLater()
            self.sliders = {}
            for name, (low, high) in zip(choices.names, choices.ranges, strict=True):
                self._add(OpenSlider(name, low, high, self.field))
            self.show(self._value)

    def _add(self, made: OpenSlider) -> None:
        self.sliders[made.name] = made
        made.chosen.connect(self._chosen)
        made.slider.drag_started.connect(self.drag_started)
        made.slider.drag_ended.connect(self.drag_ended)
        self._rows.addWidget(made)

    def show(self, value: Sequence[tuple[str, float]], *, keep_typing: bool = False) -> None:
        self._value = tuple((name, number) for name, number in value)
        known = dict(self._value)
        for name, slider in self.sliders.items():
            slider.set_value(known.get(name))

    @Slot(str, object)
    def _chosen(self, name: str, number: float | None) -> None:
        known = {key: value for key, value in self._value if key != name}
        if number is not None:
            known[name] = number
        self._value = tuple((key, known[key]) for key in self.sliders if key in known)
        self.entered.emit(self._value)
