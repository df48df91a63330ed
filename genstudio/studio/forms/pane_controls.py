"""The controls that the fields of a pane state make by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from genstudio.core.errors import UsageError
from genstudio.core.knobs import KnobInfo, out_of_range
from genstudio.core.messages import Message, translate
from genstudio.studio.forms.knob_row import short_reason
from genstudio.studio.forms.number_field import NumberField
from genstudio.studio.forms.number_text import as_text, read_number
from genstudio.studio.forms.typed_field import Refusal, TypedField
from genstudio.studio.widgets.controls import Combo
from genstudio.studio.widgets.value_slider import ValueSlider
from genstudio.viewing.blobs import Blob
from genstudio.viewing.pane_state import PaneState

Choices = Sequence[tuple[Any, Message | str]]


def _headed(title: Message | str) -> str:
    """With a capital letter at its head; those of nouns further on stay."""
    words = translate(title)
    return words[:1].upper() + words[1:]


class Control(QObject):
    """One field's widget: ``show`` puts a value in without a sound, ``edited`` tells what a person chose."""

    edited = Signal(str, object)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, name: str, widget: QWidget, show: Callable[[Any], None]) -> None:
        super().__init__(widget)
        self.name, self.widget, self.show = name, widget, show


class ChoiceControl(Control):
    """Combo box beside its name (``bare``: without); its choices may be replaced."""

    def __init__(self, info: KnobInfo, choices: Choices, title: str = "", *, bare: bool = False) -> None:
        words = title or translate(info.title)
        self.combo = Combo(words)
        self.combo.setToolTip(translate(info.help))
        row = self.combo if bare else _beside(words, self.combo, translate(info.help), None)
        super().__init__(info.name, row, self._show)
        self._values: list[Any] = []
        self.set_choices(choices)
        self.combo.activated.connect(self._chosen)

    def set_choices(self, choices: Choices) -> None:
        """Other choices, the chosen one kept where it is among them."""
        values = [value for value, _ in choices]
        if values == self._values:
            return
        kept = self._values[self.combo.currentIndex()] if self._values and self.combo.currentIndex() >= 0 else None
        self._values = values
        self.combo.clear()
        self.combo.addItems([translate(words) for _, words in choices])
        self._show(kept)

    def _show(self, value: Any) -> None:
        """Nothing is chosen where the value is none of the choices: another one would be shown in its place."""
        unknown = 0 if value is None and self._values else -1
        self.combo.setCurrentIndex(self._values.index(value) if value in self._values else unknown)

    @Slot(int)
    def _chosen(self, index: int) -> None:
        self.edited.emit(self.name, self._values[index])


class SliderControl(Control):
    def __init__(
        self, info: KnobInfo, show: Callable[[float], str] | None = None, parent: QWidget | None = None
    ) -> None:
        assert info.minimum is not None
        assert info.maximum is not None
        self._whole = info.annotation is int
        unit = f" {info.unit}" if info.unit else ""
        as_words = show or (lambda value: (f"{value:.0f}" if self._whole else f"{value:.2f}") + unit)
        self.slider = ValueSlider(
            _headed(info.title),
            info.minimum,
            info.maximum,
            whole=self._whole,
            log=info.log,
            show=as_words,
            tip=translate(info.help),
            parent=parent,
        )
        super().__init__(info.name, self.slider, self.slider.set_value)
        self.slider.moved.connect(self._moved)
        self.slider.drag_started.connect(self.drag_started)
        self.slider.drag_ended.connect(self.drag_ended)

    @Slot(float)
    def _moved(self, value: float) -> None:
        self.edited.emit(self.name, int(value) if self._whole else value)


class FieldControl(Control):
    """A number or a word that is typed; why it was refused stands under it."""

    def __init__(self, info: KnobInfo, parent: QWidget | None = None) -> None:
        words = _headed(info.title)
        self._info, self._whole = info, info.annotation is int
        self.field: TypedField = (
            NumberField(words, whole=self._whole, minimum=info.minimum, maximum=info.maximum)
            if info.annotation in (int, float)
            else TypedField(words)
        )
        super().__init__(info.name, _beside(words, self.field, translate(info.help), parent), self._show)
        self._value: Any = info.default
        self.field.completed.connect(self._typed)

    def _show(self, value: Any) -> None:
        self._value = value
        self.field.show_text(as_text(value, self._whole), keep_typing=True)

    @Slot(str)
    def _typed(self, text: str) -> None:
        try:
            value = self._read(text)
        except UsageError as error:
            self.field.refuse(short_reason(error))
            return
        self._value = value
        self.field.show_text(as_text(value, self._whole))
        self.edited.emit(self.name, value)

    def _read(self, text: str) -> Any:
        if not isinstance(self.field, NumberField):
            return text
        value = read_number(text, whole=self._whole)
        reason = out_of_range(self._info, value)
        if reason is not None:
            raise UsageError(reason)
        return value


class CheckControl(Control):
    def __init__(self, info: KnobInfo, parent: QWidget | None = None) -> None:
        self.box = QCheckBox(_headed(info.title), parent)
        self.box.setToolTip(translate(info.help))
        super().__init__(info.name, self.box, self.box.setChecked)
        self.box.clicked.connect(self._clicked)

    @Slot(bool)
    def _clicked(self, checked: bool) -> None:
        self.edited.emit(self.name, checked)


def control_for(info: KnobInfo) -> Control | None:
    """The control that fits a field's type and range; ``None`` for what is no setting (a blob)."""
    if info.choices is not None:
        return ChoiceControl(info, [(choice, str(choice)) for choice in info.choices])
    if info.annotation is bool:
        return CheckControl(info)
    if info.annotation in (int, float) and info.minimum is not None and info.maximum is not None:
        span = info.maximum - info.minimum
        if info.annotation is float or span <= 1000:
            return SliderControl(info)
    if info.annotation in (int, float, str):
        return FieldControl(info)
    return None


class PaneControls(QWidget):
    """Controls one under the other. ``made`` replaces the control of a field, ``left_out`` names fields without one."""

    edited = Signal(str, object)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(
        self,
        state: type[PaneState],
        made: dict[str, Control] | None = None,
        left_out: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controls: dict[str, Control] = {}
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(8)
        for info in state.controls():
            if info.name in left_out or info.annotation is Blob:
                continue
            control = (made or {}).get(info.name) or control_for(info)
            if control is not None:
                self.add(control)

    def add(self, control: Control, *, placed: bool = True) -> None:
        """Listen to ``control``, and put it under the others unless it has a place already."""
        self.controls[control.name] = control
        control.edited.connect(self.edited)
        control.drag_started.connect(self.drag_started)
        control.drag_ended.connect(self.drag_ended)
        if placed:
            self.rows.addWidget(control.widget)

    def show_state(self, state: PaneState) -> None:
        """Put the values of ``state`` into the controls."""
        for name, control in self.controls.items():
            control.show(getattr(state, name))


def _beside(words: str, field: QWidget, tip: str, parent: QWidget | None) -> QWidget:
    row = QWidget(parent)
    row.setToolTip(tip)
    whole = QVBoxLayout(row)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(2)
    layout = QHBoxLayout()
    layout.setSpacing(8)
    whole.addLayout(layout)
    label = QLabel(words[:1].upper() + words[1:], row)
    label.setBuddy(field)
    layout.addWidget(label)
    layout.addStretch(1)
    field.setFixedWidth(112)
    layout.addWidget(field, 0, Qt.AlignmentFlag.AlignRight)
    if isinstance(field, TypedField):
        whole.addWidget(Refusal(field, row))
    return row
