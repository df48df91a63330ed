"""Controls: the widget of one field of a pane state, and its signals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from genstudio.core.conditions.base import Choices
from genstudio.core.errors import UsageError
from genstudio.core.knobs import KnobInfo, out_of_range
from genstudio.core.messages import Message, translate
from genstudio.studio.forms.knob_field import choice_titles, make_field, read_text, short_reason
from genstudio.studio.forms.number_text import as_text
from genstudio.studio.forms.typed_field import Refusal, TypedField
from genstudio.studio.widgets.controls import Combo
from genstudio.studio.widgets.value_slider import ValueSlider

if TYPE_CHECKING:
    from genstudio.studio.threads.background import Background
    from genstudio.viewing.blobs import Blobs

Options = Sequence[tuple[Any, Message | str]]


def capitalised(title: Message | str) -> str:
    """``title`` with a capital first letter; those of nouns further on stay."""
    text = translate(title)
    return text[:1].upper() + text[1:]


class Control(QObject):
    """Widget of one field: ``show`` sets its value without a signal; ``edited`` carries the name and the new value."""

    edited = Signal(str, object)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, name: str, widget: QWidget, show: Callable[[Any], None]) -> None:
        super().__init__(widget)
        self.name, self.widget, self.show = name, widget, show

    def offer(self, choices: Choices | None) -> None:
        """Of a condition's field: show it with the choices that model and data leave, or hide it (``None``)."""
        self.widget.setVisible(choices is not None)

    def set_services(self, blobs: Blobs, background: Background) -> None:
        """Set the store of images, and the worker that reads files, where the control needs them."""


class ChoiceControl(Control):
    """Combo box beside its name (``bare``: without). ``choices`` (default: those of the knob) may be replaced."""

    def __init__(self, info: KnobInfo, choices: Options | None = None, title: str = "", *, bare: bool = False) -> None:
        text = title or translate(info.title)
        self.combo = Combo(text)
        self.combo.setToolTip(translate(info.help))
        row = self.combo if bare else beside(text, self.combo, translate(info.help), None)
        super().__init__(info.name, row, self._show)
        self._choices: list[tuple[Any, str]] = []
        self._value: Any = info.default
        self.set_choices(choice_titles(info) if choices is None else choices)
        self.combo.activated.connect(self._chosen)

    def set_choices(self, choices: Options) -> None:
        """Replace the choices; the chosen one stays where it is among them."""
        made = [(value, translate(text)) for value, text in choices]
        if made == self._choices:
            return
        self._choices = made
        self.combo.clear()
        self.combo.addItems([text for _value, text in made])
        self._show(self._value)

    def _show(self, value: Any) -> None:
        """Nothing is chosen where the value is none of the choices: another one would be shown in its place."""
        self._value = value
        values = [choice for choice, _text in self._choices]
        self.combo.setCurrentIndex(values.index(value) if value in values else -1)

    @Slot(int)
    def _chosen(self, index: int) -> None:
        self._value = self._choices[index][0]
        self.edited.emit(self.name, self._value)


class SliderControl(Control):
    """Slider over the range of a number. ``show`` (default: as the knob says) writes its value."""

    def __init__(
        self, info: KnobInfo, show: Callable[[float], str] | None = None, parent: QWidget | None = None
    ) -> None:
        assert info.minimum is not None
        assert info.maximum is not None
        self._integer = info.annotation is int
        self.slider = ValueSlider(
            capitalised(info.title),
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
        text = capitalised(info.title)
        field = make_field(info, text)
        assert isinstance(field, TypedField)
        self._info, self.field = info, field
        super().__init__(info.name, beside(text, field, translate(info.help), parent), self._show)
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
        self.box = QCheckBox(capitalised(info.title), parent)
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


def beside(text: str, field: QWidget, tip: str, parent: QWidget | None) -> QWidget:
    """``field`` at the right of its name, with the reason of a refusal under it."""
    row = QWidget(parent)
    row.setToolTip(tip)
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    layout = QHBoxLayout()
    layout.setSpacing(8)
    column.addLayout(layout)
    label = QLabel(text[:1].upper() + text[1:], row)
    label.setBuddy(field)
    layout.addWidget(label)
    layout.addStretch(1)
    field.setFixedWidth(112)
    layout.addWidget(field, 0, Qt.AlignmentFlag.AlignRight)
    if isinstance(field, TypedField):
        column.addWidget(Refusal(field, row))
    return row
