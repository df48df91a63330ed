"""Chooser of one of several names, such as a class."""

from __future__ import annotations

from genstudio.core.conditions.base import Choices
from genstudio.core.knobs import KnobInfo
from genstudio.studio.forms.conditions.base import condition_field
from genstudio.studio.forms.control import ChoiceControl


@condition_field("chooser")
class Chooser(ChoiceControl):
    """The knob's own choices, such as "any", then the names, each for its number."""

    def __init__(self, info: KnobInfo) -> None:
        super().__init__(info)
        self._others = list(info.choice_titles.items())

    def offer(self, choices: Choices) -> None:
        self.set_choices([*self._others, *enumerate(choices.names)])
