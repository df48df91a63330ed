"""The field that a knob gets in any form, by its type, and the value that a typed text stands for."""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin

from PySide6.QtWidgets import QCheckBox, QWidget

from genstudio.core.errors import UsageError
from genstudio.core.knobs import KnobInfo
from genstudio.core.messages import Message, translate
from genstudio.studio.forms.number_field import NumberField
from genstudio.studio.forms.number_text import as_text, read_number, read_numbers
from genstudio.studio.forms.typed_field import TypedField
from genstudio.studio.widgets.controls import Combo

KnobField = QCheckBox | Combo | TypedField


def make_field(info: KnobInfo, title: str, parent: QWidget | None = None) -> KnobField:
    """A check box, a combo box with the values as data, or a field for a number or a text."""
    if info.annotation is bool:
        box = QCheckBox(parent)
        box.setAccessibleName(title)
        return box
    if info.choices:
        combo = Combo(title, parent)
        for value, text in choice_titles(info):
            combo.addItem(text, value)
        return combo
    kinds = kinds_of(info.annotation)
    if int in kinds or float in kinds:
        integer = float not in kinds
        return NumberField(title, parent, integer=integer, log=info.log, minimum=info.minimum, maximum=info.maximum)
    return TypedField(title, parent)


def choice_titles(info: KnobInfo) -> list[tuple[Any, str]]:
    """Values that a knob declares, and their titles: the value itself where it declares none."""
    titles = info.choice_titles
    return [(value, translate(titles.get(value, str(value)))) for value in info.choices or titles]


def read_text(info: KnobInfo, field: TypedField, text: str) -> Any:
    """The text as the knob's type: a number, a row of numbers, text, or ``None`` where there may be none.

    Raises :class:`UsageError` for what is no number.
    """
    if get_origin(info.annotation) is tuple:
        parts = get_args(info.annotation)
        if set(parts) <= {int, float}:
            return read_numbers(text, integer=float not in parts)
        return [part.strip() for part in text.split(",")]
    if text == "" and type(None) in kinds_of(info.annotation):
        return None
    return read_number(text, integer=field.integer) if isinstance(field, NumberField) else text


def value_text(value: Any) -> str:
    """A knob's value as its field shows it."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(as_text(part) for part in value)
    return as_text(value)


def short_reason(error: UsageError) -> str:
    """The reason of a refusal as one sentence for beside a field: "It must be at least 1."."""
    what = error.what
    reason = what.args.get("reason") if isinstance(what, Message) else None
    text = translate(reason) if reason else str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def kinds_of(annotation: Any) -> tuple[Any, ...]:
    """The types that a knob may have."""
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
