"""The control that a knob gets in a form, by its type and range."""

from __future__ import annotations

from genstudio.core.knobs import KnobInfo
from genstudio.studio.forms.conditions.base import make_condition_control
from genstudio.studio.forms.control import CheckControl, ChoiceControl, Control, SliderControl, TypedControl

MOST_PLACES = 1000  # of an integer's slider


def make_control(info: KnobInfo, *, sliders: bool) -> Control:
    """Make the control of a knob. ``sliders``: a number with two limits gets a slider instead of a line to type in."""
    if info.condition:
        return make_condition_control(info)
    if info.annotation is bool:
        return CheckControl(info)
    if info.choices is not None:
        return ChoiceControl(info)
    if sliders and _fits_a_slider(info):
        return SliderControl(info)
    return TypedControl(info)


def _fits_a_slider(info: KnobInfo) -> bool:
    if info.annotation not in (int, float) or info.minimum is None or info.maximum is None:
        return False
    return info.annotation is float or info.maximum - info.minimum <= MOST_PLACES
