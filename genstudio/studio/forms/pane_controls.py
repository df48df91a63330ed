"""The controls that the fields of a pane state make by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from genstudio.core.errors import UsageError
from genstudio.core.knobs import KnobInfo, out_of_range
from genstudio.core.messages import Message, _, translate
from genstudio.studio.forms.knob_field import choice_titles, make_field, read_text, short_reason
from genstudio.studio.forms.number_text import as_text
from genstudio.studio.forms.typed_field import Refusal, TypedField
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import Button, Combo
from genstudio.studio.widgets.value_slider import ValueSlider
from genstudio.viewing.pane_state import PaneState

Choices = Sequence[tuple[Any, Message | str]]


def _capitalised(title: Message | str) -> str:
    """``title`` with a capital first letter; those of nouns further on stay."""
    words = translate(title)
    return words[:1].upper() + words[1:]


class Control(QObject):
    """Widget of one field: ``show`` sets its value without a signal; ``edited`` carries the name and the new value."""

    edited = Signal(str, object)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, name: str, widget: QWidget, show: Callable[[Any], None]) -> None:
        super().__init__(widget)
        self.name, self.widget, self.show = name, widget, show


class ChoiceControl(Control):
    """Combo box beside its name (``bare``: without). ``choices`` (default: those of the knob) may be replaced."""

    def __init__(self, info: KnobInfo, choices: Choices | None = None, title: str = "", *, bare: bool = False) -> None:
        words = title or translate(info.title)
        self.combo = Combo(words)
        self.combo.setToolTip(translate(info.help))
        row = self.combo if bare else _beside(words, self.combo, translate(info.help), None)
        super().__init__(info.name, row, self._show)
        self._choices: list[tuple[Any, str]] = []
        self._value: Any = info.default
        self.set_choices(choice_titles(info) if choices is None else choices)
        self.combo.activated.connect(self._chosen)

    def set_choices(self, choices: Choices) -> None:
        """Replace the choices; the chosen one stays where it is among them."""
        made = [(value, translate(words)) for value, words in choices]
        if made == self._choices:
            return
        self._choices = made
        self.combo.clear()
        self.combo.addItems([words for _value, words in made])
        self._show(self._value)

    def _show(self, value: Any) -> None:
        """Nothing is chosen where the value is none of the choices: another one would be shown in its place."""
        self._value = value
        values = [choice for choice, _words in self._choices]
        self.combo.setCurrentIndex(values.index(value) if value in values else -1)

    @Slot(int)
    def _chosen(self, index: int) -> None:
        self._value = self._choices[index][0]
        self.edited.emit(self.name, self._value)


class ClassControl(ChoiceControl):
    """Chooser of a class: the knob's own choices, such as "any", then the classes of the data; hidden without any."""

    def __init__(self, info: KnobInfo) -> None:
        super().__init__(info)
        self._others = list(info.choice_titles.items())
        self.widget.hide()

    def show_classes(self, names: Sequence[str]) -> None:
        """Offer these classes."""
        self.set_choices([*self._others, *enumerate(names)])
        self.widget.setVisible(bool(names))


class SliderControl(Control):
    """Slider over the range of a number. ``show`` (default: as the knob says) writes its value."""

    def __init__(
        self, info: KnobInfo, show: Callable[[float], str] | None = None, parent: QWidget | None = None
    ) -> None:
        assert info.minimum is not None
        assert info.maximum is not None
        self._integer = info.annotation is int
        self.slider = ValueSlider(
            _capitalised(info.title),
            info.minimum,
            info.maximum,
            integer=self._integer,
            log=info.log,
            show=show or SliderText(info),
            tip=translate(info.help),
            parent=parent,
        )
        super().__init__(info.name, self.slider, self.slider.set_value)
        self.slider.moved.connect(self._moved)
        self.slider.drag_started.connect(self.drag_started)
        self.slider.drag_ended.connect(self.drag_ended)

    @Slot(float)
    def _moved(self, value: float) -> None:
        self.edited.emit(self.name, int(value) if self._integer else value)


class FieldControl(Control):
    """A number or a text that is typed; why it was refused is shown under it."""

    def __init__(self, info: KnobInfo, parent: QWidget | None = None) -> None:
        words = _capitalised(info.title)
        field = make_field(info, words)
        assert isinstance(field, TypedField)
        self._info, self.field = info, field
        super().__init__(info.name, _beside(words, field, translate(info.help), parent), self._show)
        self.field.completed.connect(self._typed)

    def _show(self, value: Any) -> None:
        self.field.show_text(as_text(value, self._info.annotation is int), keep_typing=True)

    @Slot(str)
    def _typed(self, text: str) -> None:
        try:
            value = read_text(self._info, self.field, text)
            if isinstance(value, int | float) and (reason := out_of_range(self._info, value)) is not None:
                raise UsageError(reason)
        except UsageError as error:
            self.field.refuse(short_reason(error))
            return
        self.field.show_text(as_text(value, self._info.annotation is int))
        self.edited.emit(self.name, value)


class CheckControl(Control):
    def __init__(self, info: KnobInfo, parent: QWidget | None = None) -> None:
        self.box = QCheckBox(_capitalised(info.title), parent)
        self.box.setToolTip(translate(info.help))
        super().__init__(info.name, self.box, self.box.setChecked)
        self.box.clicked.connect(self._clicked)

    @Slot(bool)
    def _clicked(self, checked: bool) -> None:
        self.edited.emit(self.name, checked)


class SliderText:
    """Writes a slider's value as its knob says. A class, since a closure would keep the window alive."""

    def __init__(self, info: KnobInfo) -> None:
        unit = f" {info.unit}" if info.unit else ""
        self._format = info.shown_as or ("{value:.0f}" if info.annotation is int else "{value:.2f}") + unit
        self._titles = info.choice_titles

    def __call__(self, value: float) -> str:
        title = self._titles.get(value)
        return translate(title) if title is not None else self._format.format(value=value)


def control_for(info: KnobInfo) -> Control | None:
    """The control that fits a field's type and range; ``None`` for what is set elsewhere."""
    if not info.control:
        return None
    if info.classes:
        return ClassControl(info)
    if info.choices is not None:
        return ChoiceControl(info)
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
    """Controls of a state's fields, one below the other, as the knobs declare them. ``made`` replaces the control of a
    field; a subclass may move widgets within ``rows``."""

    edited = Signal(str, object)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(
        self,
        state: type[PaneState],
        made: Mapping[str, Control] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controls: dict[str, Control] = {}
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(8)
        for info in state.controls():
            control = (made or {}).get(info.name) or control_for(info)
            if control is not None:
                self._add(control)

    def _add(self, control: Control) -> None:
        self.controls[control.name] = control
        control.edited.connect(self.edited)
        control.drag_started.connect(self.drag_started)
        control.drag_ended.connect(self.drag_ended)
        self.rows.addWidget(control.widget)

    def widget(self, name: str) -> QWidget:
        """Widget of a field."""
        return self.controls[name].widget

    def show_classes(self, names: Sequence[str]) -> None:
        """Offer the classes of the data in each chooser of a class."""
        for control in self.controls.values():
            if isinstance(control, ClassControl):
                control.show_classes(names)

    def add_caption(self, words: str, above: QWidget | None = None) -> None:
        """Put a caption above a widget, or at the end."""
        caption = Caption(words)
        caption.setContentsMargins(0, 8, 0, 0)
        self.rows.insertWidget(self.rows.count() if above is None else self.rows.indexOf(above), caption)

    def add_resample(self, tip: str, row: int = 0) -> Button:
        """Put a button *Resample* into a row."""
        button = Button(_("Resample"), tip, self, icon_name="reset")
        self.rows.insertWidget(row, button)
        return button

    def show_state(self, state: PaneState) -> None:
        """Put the values of ``state`` into the controls."""
        for name, control in self.controls.items():
            control.show(getattr(state, name))


def _beside(words: str, field: QWidget, tip: str, parent: QWidget | None) -> QWidget:
    row = QWidget(parent)
    row.setToolTip(tip)
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    layout = QHBoxLayout()
    layout.setSpacing(8)
    column.addLayout(layout)
    label = QLabel(words[:1].upper() + words[1:], row)
    label.setBuddy(field)
    layout.addWidget(label)
    layout.addStretch(1)
    field.setFixedWidth(112)
    layout.addWidget(field, 0, Qt.AlignmentFlag.AlignRight)
    if isinstance(field, TypedField):
        column.addWidget(Refusal(field, row))
    return row
