"""Values of knobs as text: titles of choices, a typed text as a value, a value as a text, the reason of a refusal."""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin

from genstudio.core.errors import UsageError
from genstudio.core.knobs import KnobInfo, Knobs, parse_knobs
from genstudio.core.messages import Message, _, translate
from genstudio.studio.forms.number_text import as_text, read_number, read_numbers


class KnobCheck:
    """Check of one knob's value: returns it validated, ``plain`` as its JSON type. Raises :class:`UsageError`.

    A class, since a closure over a form would keep it alive.
    """

    def __init__(self, knobs: type[Knobs], name: str, *, plain: bool = True) -> None:
        self._knobs, self._name, self._plain = knobs, name, plain

    def __call__(self, value: Any) -> Any:
        made = parse_knobs(self._knobs, {self._name: value})
        return made.model_dump(mode="json")[self._name] if self._plain else getattr(made, self._name)


def capitalised(title: Message | str) -> str:
    """``title`` with a capital first letter; those of nouns further on stay."""
    text = translate(title)
    return text[:1].upper() + text[1:]


def choice_titles(info: KnobInfo) -> list[tuple[Any, str]]:
    """Values that a knob declares, and their titles: the value itself where it declares none."""
    titles = info.choice_titles
    return [(value, translate(titles.get(value, str(value)))) for value in info.choices or titles]


def read_text(info: KnobInfo, text: str) -> Any:
    """The text as the knob's type: a number, a row of numbers, text, or ``None`` where there may be none.

    Raises :class:`UsageError` for what is no number.
    """
    if get_origin(info.annotation) is tuple:
        parts = get_args(info.annotation)
        if set(parts) <= {int, float}:
            return read_numbers(text, integer=float not in parts)
        return [part.strip() for part in text.split(",")]
    kinds = kinds_of(info.annotation)
    if text == "" and type(None) in kinds:
        return None
    return read_number(text, integer=float not in kinds) if is_number(info) else text


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


def is_number(info: KnobInfo) -> bool:
    """True if the knob is one number, or one that may be ``None``."""
    kinds = kinds_of(info.annotation)
    return int in kinds or float in kinds


def limits_text(info: KnobInfo) -> str:
    """Sentence on the range of a knob, such as "From 1 to 10."; empty where it has no limits."""
    low = "" if info.minimum is None else as_text(info.minimum)
    high = "" if info.maximum is None else as_text(info.maximum)
    if low and high:
        return _("From {low} to {high}.", low=low, high=high)
    if low:
        return _("More than {low}.", low=low) if info.exclusive_minimum else _("At least {low}.", low=low)
    return _("At most {high}.", high=high) if high else ""
