"""Controls: how the user enters the value of a knob. One class for each kind: choice, switch, slider, typed text.

A control shows a value and emits what is entered; :class:`genstudio.studio.forms.knob_row.KnobRow` checks it, puts it in
force and lays the control out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from genstudio.core.conditions.base import Choices
from genstudio.core.errors import UsageError
from genstudio.core.knobs import KnobInfo
from genstudio.core.messages import Message, translate
from genstudio.studio.forms.knob_text import (
    capitalised,
    choice_titles,
    is_number,
    kinds_of,
    limits_text,
    read_text,
    short_reason,
    value_text,
)
from genstudio.studio.forms.number_field import NumberField
from genstudio.studio.forms.typed_field import TypedField
from genstudio.studio.widgets.controls import Combo
from genstudio.studio.widgets.value_slider import ValueSlider

if TYPE_CHECKING:
    from genstudio.studio.threads.background import Background
    from genstudio.viewing.blobs import Blobs

Options = Sequence[tuple[Any, Message | str]]


class Control(QObject):
    """Base of controls. ``field``: the widget; ``entered`` carries what the user entered, not yet checked.

    ``drag_started`` and ``drag_ended`` frame values that undo takes back as one. ``marked``: :attr:`reason` may have
    changed.
    """

    entered = Signal(object)
    marked = Signal()
    drag_started = Signal()
    drag_ended = Signal()
    bears_title = False  # the field shows the knob's title itself

    def __init__(self, info: KnobInfo, field: QWidget) -> None:
        super().__init__(field)
        self.info, self.field = info, field

    @property
    def tip(self) -> str:
        """Help for the tooltip."""
        return translate(self.info.help)

    @property
    def reason(self) -> str:
        """Reason why the text in the field was refused; empty where it was not."""
        return ""

    @property
    def gesture(self) -> int:
        """A number that successive steps (arrows, wheel) of one visit to the field share; 0 for any other value."""
        return 0

    def show(self, value: Any, *, keep_typing: bool = False) -> None:
        """Show ``value`` without a signal. ``keep_typing`` keeps a half-typed text."""
        raise NotImplementedError

    def refuse(self, reason: str, text: str | None = None) -> None:
        """Mark the field's text (or ``text``) as refused, where it has text."""

    def complete(self) -> bool:
        """Have a half-typed text taken or refused. ``False`` if the text is refused now."""
        return True

    def discard_typing(self) -> None:
        """Show the value in force in place of a half-typed text."""

    def offer(self, choices: Choices) -> None:
        """Of a condition: offer what model and data leave to choose from."""

    def set_services(self, blobs: Blobs, background: Background) -> None:
        """Set the store of images, and the worker that reads files, where the control needs them."""


class ChoiceControl(Control):
    """Combo box. ``choices`` (default: those of the knob) may be replaced."""

    field: Combo

    def __init__(self, info: KnobInfo, choices: Options | None = None) -> None:
        super().__init__(info, Combo(capitalised(info.title)))
        self._choices: list[tuple[Any, str]] = []
        self._value: Any = info.default
        self.set_choices(choice_titles(info) if choices is None else choices)
        self.field.activated.connect(self._chosen)

    def set_choices(self, choices: Options) -> None:
        """Replace the choices; the chosen one stays where it is among them."""
        made = [(value, translate(text)) for value, text in choices]
        if made == self._choices:
            return
        self._choices = made
        self.field.clear()
        for value, text in made:
            self.field.addItem(text, value)
        self.show(self._value)

    def show(self, value: Any, *, keep_typing: bool = False) -> None:
        """Nothing is chosen where the value is none of the choices: another one would be shown in its place."""
        self._value = value
        values = [choice for choice, _text in self._choices]
        self.field.setCurrentIndex(values.index(value) if value in values else -1)

    @Slot(int)
    def _chosen(self, index: int) -> None:
        self._value = self._choices[index][0]
        self.entered.emit(self._value)


class CheckControl(Control):
    """Check box."""

    field: QCheckBox

    def __init__(self, info: KnobInfo) -> None:
        box = QCheckBox()
        box.setAccessibleName(capitalised(info.title))
        super().__init__(info, box)
        box.clicked.connect(self._clicked)

    def show(self, value: Any, *, keep_typing: bool = False) -> None:
        self.field.setChecked(bool(value))

    @Slot(bool)
    def _clicked(self, checked: bool) -> None:
        self.entered.emit(checked)


class SliderControl(Control):
    """Slider over the range of a number, under its title and value, which ``text`` writes (default: as the knob says)."""

    field: ValueSlider
    bears_title = True

    def __init__(self, info: KnobInfo, text: Callable[[float], str] | None = None) -> None:
        assert info.minimum is not None
        assert info.maximum is not None
        self._integer = info.annotation is int
        title, low, high, show = capitalised(info.title), info.minimum, info.maximum, text or SliderText(info)
        super().__init__(info, ValueSlider(title, low, high, integer=self._integer, log=info.log, show=show))
        self.field.moved.connect(self._moved)
        self.field.drag_started.connect(self.drag_started)
        self.field.drag_ended.connect(self.drag_ended)

    def show(self, value: Any, *, keep_typing: bool = False) -> None:
        self.field.set_value(value)

    @Slot(float)
    def _moved(self, value: float) -> None:
        self.entered.emit(int(value) if self._integer else value)


class TypedControl(Control):
    """Line for a number, a row of numbers or a text."""

    field: TypedField

    def __init__(self, info: KnobInfo) -> None:
        title, low, high = capitalised(info.title), info.minimum, info.maximum
        if is_number(info):
            integer = float not in kinds_of(info.annotation)
            field: TypedField = NumberField(title, integer=integer, log=info.log, minimum=low, maximum=high)
        else:
            field = TypedField(title)
        super().__init__(info, field)
        field.completed.connect(self._typed)
        field.marked.connect(self.marked)

    @property
    def tip(self) -> str:
        return f"{super().tip} {limits_text(self.info)}".rstrip()

    @property
    def reason(self) -> str:
        return self.field.reason

    @property
    def gesture(self) -> int:
        return self.field.visit if isinstance(self.field, NumberField) and self.field.stepping else 0

    def show(self, value: Any, *, keep_typing: bool = False) -> None:
        self.field.show_text(value_text(value), keep_typing=keep_typing)

    def refuse(self, reason: str, text: str | None = None) -> None:
        self.field.refuse(reason, text)

    def complete(self) -> bool:
        return self.field.complete()

    def discard_typing(self) -> None:
        self.field.show_text(self.field.text_in_force)

    @Slot(str)
    def _typed(self, text: str) -> None:
        try:
            value = read_text(self.info, text.strip())
        except UsageError as error:
            self.field.refuse(short_reason(error))
        else:
            self.entered.emit(value)


class SliderText:
    """Writes a slider's value as its knob says. A class, since a closure would keep the window alive."""

    def __init__(self, info: KnobInfo) -> None:
        unit = f" {info.unit}" if info.unit else ""
        self._format = info.shown_as or ("{value:.0f}" if info.annotation is int else "{value:.2f}") + unit
        self._titles = info.choice_titles

    def __call__(self, value: float) -> str:
        title = self._titles.get(value)
        return translate(title) if title is not None else self._format.format(value=value)
