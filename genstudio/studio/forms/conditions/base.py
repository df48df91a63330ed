"""Table of the form fields of conditions: a kind of condition names its field, a control is registered under that name.

    @condition_field("sliders")
    class SlidersControl(Control): ...

A further field is one file in this folder, or comes from another package by the entry point group ``genstudio.studio``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from genstudio.core.conditions.base import condition_kinds
from genstudio.core.knobs import KnobInfo
from genstudio.core.messages import N_
from genstudio.core.registry import Registry
from genstudio.studio.forms.control import Control

C = TypeVar("C", bound=Callable[[KnobInfo], Control])

condition_fields: Registry[Callable[[KnobInfo], Control]] = Registry(
    N_("form field"), "genstudio.studio.forms.conditions", plugins="genstudio.studio"
)


def condition_field(name: str) -> Callable[[C], C]:
    """Decorator: register a control, made from a knob, as the field ``name`` of conditions. Raises :class:`UsageError` for
    a name that is taken."""

    def register(control: C) -> C:
        condition_fields.register(name)(control)
        return control

    return register


def make_condition_control(info: KnobInfo) -> Control:
    """Control of a knob that chooses a condition: the field of that kind."""
    return condition_fields[condition_kinds[info.condition].field](info)
