"""Controls that a pane state declares by its knobs: no code of its own is needed for titles, formats and classes."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt

from genstudio.core.conditions.base import Choices
from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.studio.forms.conditions.chooser import Chooser
from genstudio.studio.forms.control import CheckControl, ChoiceControl, SliderControl
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.viewing.pane_state import PaneState, state
from tests.studio.typing_helpers import choose


@state
class TrajectoryState(PaneState):
    """State of a pane that has no view of its own."""

    reach: float = knob(2.0, help=N_("Range."), unit="σ", shown_as="±{value:.1f} σ", ge=0.0, le=4.0)
    columns: int = knob(0, help=N_("Columns."), ge=0, le=9, titles={0: N_("automatic")})
    order: Literal["near", "far"] = knob("near", help=N_("Order."), titles={"near": N_("nearest first")})
    label: int = knob(-1, help=N_("Class."), ge=-1, condition="class", titles={-1: N_("any")})
    loop: bool = knob(True, help=N_("Repeat."))
    position: int = knob(0, help=N_("Set by the player."), ge=0, le=10, control=False)


def test_controls_follow_from_the_knobs(qtbot) -> None:
    controls = PaneControls(TrajectoryState)
    qtbot.addWidget(controls)
    kinds = {name: type(row.control) for name, row in controls.rows.items()}
    assert kinds == {
        "reach": SliderControl,
        "columns": SliderControl,
        "order": ChoiceControl,
        "label": Chooser,
        "loop": CheckControl,
    }, "a field without a control has none"
    controls.show_state(TrajectoryState(reach=1.5))
    assert shown(controls, "reach") == "±1.5 σ"
    assert shown(controls, "columns") == "automatic"
    controls.show_state(TrajectoryState(columns=3))
    assert shown(controls, "columns") == "3"
    assert titles(controls, "order") == ["nearest first", "far"], "a value without a title stands for itself"


def test_a_shown_choice_can_be_chosen_once_more(qtbot) -> None:
    """It may be what the pane chose by itself: choosing it makes it the user's."""
    controls = PaneControls(TrajectoryState)
    qtbot.addWidget(controls)
    controls.show_state(TrajectoryState(order="far"))
    with qtbot.waitSignal(controls.edited) as edited:
        choose(controls.rows["order"].field, "far")
    assert edited.args == ["order", "far"]


def test_class_chooser_offers_the_classes_of_the_data(qtbot) -> None:
    controls = PaneControls(TrajectoryState)
    qtbot.addWidget(controls)
    chooser = controls.rows["label"]
    assert isinstance(chooser.control, Chooser)
    assert chooser.isHidden(), "without classes there is nothing to choose"
    controls.show_state(TrajectoryState(label=1))
    controls.show_conditions({"class": Choices(("cat", "dog"))})
    assert not chooser.isHidden()
    assert titles(controls, "label") == ["any", "cat", "dog"]
    assert chooser.field.currentText() == "dog", "the state's class, though it came before the classes"
    controls.show_conditions({"class": Choices(("cow", "hen"))})
    assert titles(controls, "label") == ["any", "cow", "hen"], "another data set with as many classes"
    with qtbot.waitSignal(controls.edited) as edited:
        qtbot.keyClick(chooser.field, Qt.Key.Key_Up)
    assert edited.args == ["label", 0]
    controls.show_conditions({})
    assert chooser.isHidden()


def shown(controls: PaneControls, name: str) -> str:
    control = controls.rows[name].control
    assert isinstance(control, SliderControl)
    return control.field.slider.accessibleDescription()


def titles(controls: PaneControls, name: str) -> list[str]:
    control = controls.rows[name].control
    assert isinstance(control, ChoiceControl)
    return [control.field.itemText(k) for k in range(control.field.count())]
