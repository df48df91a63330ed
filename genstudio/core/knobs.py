"""Knobs: one declaration gives validation, file, form and command line.

    class VaeKnobs(Knobs):
        latent_dim: int = knob(2, help=N_("Numbers that describe one image."), ge=1, le=512)
        beta: float = knob(1.0, help=N_("Weight of the KL term."), ge=0, live=True)
        net: Literal["mlp", "conv"] = knob("mlp", help=N_("..."))

A ``live`` knob may change while the model trains; any other is structural and needs a new run.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pydantic
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from genstudio.core import aliases
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.plain_text import shortened

_META = "genstudio"
_LARGEST = 2**63 - 1  # what files and arrays hold


def knob(
    default: Any,
    *,
    help: Message,
    label: Message | None = None,
    unit: str = "",
    live: bool = False,
    advanced: bool = False,
    log: bool = False,
    titles: Mapping[Any, Message] | None = None,
    condition: str = "",
    control: bool = True,
    shown_as: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    choices: Callable[[], Iterable[str]] | None = None,
) -> Any:
    """Declare one knob: its default, its range and one sentence of help.

    ``unit`` is shown after the value in the form; ``live`` knobs may change during training; ``advanced`` ones are
    hidden at first; ``log`` ones step by factors instead of differences. ``choices`` gives the values of a string whose
    choices are registered elsewhere: it is called when they are needed, never while the class is made.

    In a pane's form: ``titles`` are those of values, such as "automatic" for 0; ``condition`` names the kind of condition
    that is chosen here, with that kind's field, while a model that takes it is shown; ``shown_as`` is the format of a
    slider's value, such as "±{value:.1f} σ"; without ``control`` the field has none there, since it is set in the pane
    itself.
    """
    meta: Any = {"help": help, "label": label, "unit": unit, "live": live, "advanced": advanced, "log": log}
    meta |= {"choices": choices, "titles": dict(titles or {})}
    meta |= {"condition": condition, "control": control, "shown_as": shown_as}
    limits: Any = {k: v for k, v in {"ge": ge, "gt": gt, "le": le, "lt": lt}.items() if v is not None}
    return pydantic.Field(default, validate_default=True, json_schema_extra={_META: meta}, **limits)


class Knobs(pydantic.BaseModel):
    """The settings of one model, data set, plan or pane: frozen, without unknown names."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), allow_inf_nan=False)

    def changed(self) -> dict[str, Any]:
        """Values that differ from the defaults: those that a recipe file needs."""
        # Both as JSON: a tuple is a list there, and would differ from its own default.
        defaults = type(self).model_construct().model_dump(mode="json")
        return {k: v for k, v in self.model_dump(mode="json").items() if v != defaults.get(k)}

    def with_values(self, **values: Any) -> Any:
        """A validated copy with some values replaced. Raises :class:`UsageError` naming an invalid knob."""
        return parse_knobs(type(self), {**self.model_dump(), **values})


@dataclass(frozen=True)
class KnobInfo:
    """Description of one knob for forms, command line and help."""

    name: str
    annotation: Any
    default: Any
    help: Message
    label: Message | None
    unit: str
    live: bool
    advanced: bool
    log: bool
    choices: tuple[Any, ...] | None
    minimum: float | None
    maximum: float | None
    exclusive_minimum: bool
    exclusive_maximum: bool
    choice_titles: Mapping[Any, Message] = field(default_factory=dict, hash=False)
    condition: str = ""
    control: bool = True
    shown_as: str = ""

    @property
    def title(self) -> str:
        """Text in front of the field: the label, or the name with spaces."""
        return str(self.label) if self.label else self.name.replace("_", " ")


def describe(knobs: type[Knobs]) -> list[KnobInfo]:
    """All knobs of ``knobs``, in the order of their declaration."""
    return [_describe(name, declared) for name, declared in knobs.model_fields.items()]


def parse_knobs(knobs: type[Knobs], values: dict[str, Any]) -> Any:
    """``values`` (from TOML, a form or ``--set``; strings are converted) as ``knobs``.

    Raises :class:`UsageError` with the knob, the value and the range, in one sentence each.
    """
    values = aliases.current(knobs.__name__, values)
    unknown = [k for k in values if k not in knobs.model_fields]
    if unknown:
        raise UsageError(
            N_("There is no setting named '{name}' here.", name=shortened(unknown[0])),
            N_("There are: {names}.", names=", ".join(knobs.model_fields)),
        )
    values = {name: read_none(knobs.model_fields[name].annotation, value) for name, value in values.items()}
    for name, value in values.items():
        if isinstance(value, bool) and _is_number(knobs.model_fields[name].annotation):  # else true would be read as 1
            raise UsageError(
                N_(
                    "{name} = {value} is not valid: {reason}.", name=name, value=value, reason=N_("it must be a number")
                ),
                N_("Choose another value for {name}.", name=name),
            )
    try:
        made = knobs.model_validate(values)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"][:1]) or "?"
        context = first.get("ctx", {})
        if isinstance(context.get("error"), GenstudioErrorLike):
            raise context["error"] from None
        raise UsageError(
            N_(
                "{name} = {value} is not valid: {reason}.",
                name=name,
                value=shortened(first.get("input")),
                reason=_reason(first),
            ),
            N_("Choose another value for {name}.", name=name),
        ) from None
    for name, declared in knobs.model_fields.items():
        value = getattr(made, name)
        choices = _registered_choices(declared)
        if choices is not None and value not in choices:
            expected = ", ".join(map(repr, choices))
            raise UsageError(
                N_(
                    "{name} = {value} is not valid: {reason}.",
                    name=name,
                    value=shortened(value),
                    reason=N_("it must be one of {choices}", choices=expected),
                ),
                N_("Choose another value for {name}.", name=name),
            )
        if isinstance(value, int) and abs(value) > _LARGEST:
            raise UsageError(
                N_(
                    "{name} = {value} is not valid: {reason}.",
                    name=name,
                    value=shortened(value),
                    reason=N_("it must be at most {limit}", limit=_LARGEST),
                ),
                N_("Choose another value for {name}.", name=name),
            )
    return made


def from_text(annotation: Any, text: str) -> Any:
    """Value of ``text``, from a command line, for a knob of this type.

    For a text knob the text stays as it is, even if it looks like a number, a date or ``true`` (quotes around it are
    removed); ``none`` is ``None`` for an optional knob; everything else is read as TOML. Text that is not TOML stays
    text, and :func:`parse_knobs` refuses it.
    """
    text = text.strip()
    kinds = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    if NoneType in kinds and text.lower() in ("", "none"):
        return None
    if str in kinds or any(get_origin(kind) is Literal for kind in kinds):
        value = toml_value(text) if text[:1] in ('"', "'") else text
        return value if isinstance(value, str) else text
    return toml_value(text)


def toml_value(text: str) -> Any:
    """``text`` as a TOML value; unchanged if it is not TOML, or too large."""
    try:
        document = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):  # also numbers of more digits, and deeper nesting, than Python reads
        return text
    return document["value"] if document.keys() == {"value"} else text


def out_of_range(info: KnobInfo, value: float) -> Message | str | None:
    """Reason why a number is outside a knob's limits, or ``None`` if it is inside."""
    low, high, kind = info.minimum, info.maximum, ""
    if low is not None and (value < low or (value == low and info.exclusive_minimum)):
        kind = "greater_than" if info.exclusive_minimum else "greater_than_equal"
    elif high is not None and (value > high or (value == high and info.exclusive_maximum)):
        kind = "less_than" if info.exclusive_maximum else "less_than_equal"
    return _reason({"type": kind, "ctx": {"gt": low, "ge": low, "lt": high, "le": high}}) if kind else None


def read_none(annotation: Any, value: Any) -> Any:
    """``value``, or ``None`` for the text "none" of a knob that may be ``None``: TOML and command lines have no
    null."""
    kinds = get_args(annotation)
    says_none = isinstance(value, str) and value.strip().lower() == "none"
    return None if says_none and type(None) in kinds and str not in kinds else value


def _is_number(annotation: Any) -> bool:
    kinds = get_args(annotation) or (annotation,)
    return (int in kinds or float in kinds) and bool not in kinds and get_origin(annotation) is not Literal


GenstudioErrorLike = (UsageError,)


def _reason(error: Any) -> Message | str:
    context = error.get("ctx", {})
    text = {
        "greater_than_equal": N_("it must be at least {limit}", limit=context.get("ge")),
        "greater_than": N_("it must be more than {limit}", limit=context.get("gt")),
        "less_than_equal": N_("it must be at most {limit}", limit=context.get("le")),
        "less_than": N_("it must be less than {limit}", limit=context.get("lt")),
        "literal_error": N_("it must be one of {choices}", choices=context.get("expected")),
        "int_parsing": N_("it must be a whole number"),
        "int_type": N_("it must be a whole number"),
        "int_from_float": N_("it must be a whole number"),
        "float_parsing": N_("it must be a number"),
        "float_type": N_("it must be a number"),
        "finite_number": N_("it must be a finite number"),
        "bool_parsing": N_("it must be true or false"),
    }
    return text.get(error["type"]) or str(error["msg"])


def _registered_choices(field: FieldInfo) -> tuple[str, ...] | None:
    """Choices of a knob that were declared by a function, else ``None``."""
    extra: Any = field.json_schema_extra
    choices = extra.get(_META, {}).get("choices") if isinstance(extra, dict) else None
    return None if choices is None else tuple(choices())


def _choices(field: FieldInfo) -> tuple[Any, ...] | None:
    if get_origin(field.annotation) is Literal:
        return get_args(field.annotation)
    return _registered_choices(field)


def _describe(name: str, field: FieldInfo) -> KnobInfo:
    extra: Any = field.json_schema_extra
    meta: dict[str, Any] = dict(extra.get(_META, {})) if isinstance(extra, dict) else {}
    if not meta.get("help"):
        raise TypeError(f"the knob {name} has no help: declare it with knob(..., help=N_(...))")
    limits: dict[str, Any] = {}
    for constraint in field.metadata:
        for key in ("ge", "gt", "le", "lt"):
            if getattr(constraint, key, None) is not None:
                limits[key] = getattr(constraint, key)
    return KnobInfo(
        name=name,
        annotation=field.annotation,
        default=None if field.default is PydanticUndefined else field.default,
        help=meta["help"],
        label=meta["label"],
        unit=meta["unit"],
        live=meta["live"],
        advanced=meta["advanced"],
        log=meta["log"],
        choices=_choices(field),
        minimum=limits.get("ge", limits.get("gt")),
        maximum=limits.get("le", limits.get("lt")),
        exclusive_minimum="gt" in limits,
        exclusive_maximum="lt" in limits,
        choice_titles=meta["titles"],
        condition=meta["condition"],
        control=meta["control"],
        shown_as=meta["shown_as"],
    )
