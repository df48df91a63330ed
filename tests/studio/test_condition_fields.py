"""Fields of conditions: each kind has one, and a form shows those that the model takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from genstudio.core.conditions.base import Choices, condition_kinds
from genstudio.core.knobs import KnobInfo, knob
from genstudio.core.messages import N_
from genstudio.panes.samples.content import SamplesState
from genstudio.studio.forms.conditions.base import condition_fields, make_condition_control
from genstudio.studio.forms.conditions.chooser import Chooser
from genstudio.studio.forms.conditions.image import ImageControl
from genstudio.studio.forms.conditions.sliders import SlidersControl
from genstudio.studio.forms.control import TypedControl
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.viewing.blobs import Blob, Blobs
from genstudio.viewing.pane import panes
from genstudio.viewing.pane_state import PaneState, state
from tests.conditional_model import registered, tiles_run
from tests.studio.pane_area import PATIENCE, area_on
from tests.studio.typing_helpers import enter


@state
class FieldsState(PaneState):
    """A field of each sort."""

    label: int = knob(-1, help=N_("Class."), ge=-1, condition="class", titles={-1: N_("any")})
    attributes: tuple[tuple[str, float], ...] = knob((), help=N_("Attributes."), condition="attributes")
    caption: str = knob("", help=N_("Text to draw."))
    image: Blob | None = knob(None, help=N_("Image to start from."))


INFOS: dict[str, KnobInfo] = {info.name: info for info in FieldsState.controls()}


@pytest.fixture
def area(qtbot, home: Path, tmp_path: Path) -> Iterator[Any]:
    with registered():
        run = tiles_run(tmp_path / "tiles")
        with area_on(qtbot, home, run) as made:
            made.show_pane("samples")
            yield made


@pytest.mark.parametrize("kind", list(condition_kinds))
def test_every_kind_of_condition_has_a_field(qtbot, kind: str) -> None:
    knobs = {info.condition: info for _name, pane in panes.items() for info in pane.state.controls()}
    control = make_condition_control(knobs[kind])
    qtbot.addWidget(control.field)
    control.show(knobs[kind].default)


def test_a_kind_of_another_package_brings_its_field(qtbot, put_in: Any) -> None:
    class Scene(type(condition_kinds["class"])):
        name, field = "scene", "graph editor"

    class GraphEditor(TypedControl):
        """Field of another package."""

    put_in(condition_kinds, "scene", Scene())
    put_in(condition_fields, "graph editor", GraphEditor)

    @state
    class SceneState(PaneState):
        scene: str = knob("", help=N_("Objects and relations."), condition="scene")

    controls = PaneControls(SceneState)
    qtbot.addWidget(controls)
    assert isinstance(controls.rows["scene"].control, GraphEditor)
    assert controls.rows["scene"].isHidden(), "no model takes it"
    controls.show_conditions({"scene": Choices()})
    assert not controls.rows["scene"].isHidden()


def test_a_slider_chooses_a_number_or_leaves_it_open(qtbot) -> None:
    control = SlidersControl(INFOS["attributes"])
    qtbot.addWidget(control.field)
    control.offer(Choices(("smile", "yaw"), ((0.0, 1.0), (-40.0, 40.0))))
    control.show((("yaw", 10.0),))
    smile, yaw = control.sliders["smile"], control.sliders["yaw"]
    assert (described(smile), described(yaw)) == ("any", "10.00")
    with qtbot.waitSignal(control.entered) as entered:
        qtbot.keyClick(smile.slider.slider, Qt.Key.Key_Right)
    value = entered.args[0]
    assert [key for key, _number in value] == ["smile", "yaw"], "in the order of the names"
    assert 0.5 < value[0][1] < 0.52, "on from the middle"
    with qtbot.waitSignal(control.entered) as entered:
        qtbot.mouseClick(yaw.clear, Qt.MouseButton.LeftButton)
    assert [key for key, _number in entered.args[0]] == ["smile"]
    assert described(yaw) == "any"


def test_an_image_is_dropped_and_taken_out_again(qtbot) -> None:
    control = ImageControl(INFOS["image"])
    qtbot.addWidget(control.field)
    blob = Blobs().put_array(np.zeros((2, 2, 1), np.uint8))
    with qtbot.waitSignal(control.entered) as entered:
        control.field.drop.arrived.emit(blob, None)
    assert entered.args == [blob]
    with qtbot.waitSignal(control.entered) as entered:
        qtbot.mouseClick(control.field.clear, Qt.MouseButton.LeftButton)
    assert entered.args == [None]


def test_a_text_is_taken_when_it_is_complete(qtbot) -> None:
    control = condition_fields["text"](INFOS["caption"])
    assert isinstance(control, TypedControl)
    qtbot.addWidget(control.field)
    control.field.show()
    with qtbot.waitSignal(control.entered) as entered:
        enter(control.field, "a red shoe")
    assert entered.args == ["a red shoe"]


def test_class_and_attributes_stand_side_by_side_and_a_slider_changes_the_samples(qtbot, area: Any) -> None:
    view = area.views["samples"]
    controls = view.inspector.controls
    sliders, chooser = controls.rows["attributes"].control, controls.rows["label"].control
    assert isinstance(sliders, SlidersControl)
    assert isinstance(chooser, Chooser)
    qtbot.waitUntil(lambda: is_shown(controls.rows["attributes"]) and len(sliders.sliders) == 2, timeout=PATIENCE)
    assert is_shown(controls.rows["label"])
    assert [chooser.field.itemText(k) for k in range(3)] == ["each in turn", "left", "right"]
    before, tilt = view.rendered.content.digest(), sliders.sliders["tilt"].slider
    assert (tilt.slider.minimum(), described(sliders.sliders["tilt"])) == (0, "any")
    light = sliders.sliders["light"].slider.slider
    light.setFocus()
    qtbot.keyClick(light, Qt.Key.Key_End)
    assert area.states["samples"].attributes == (("light", 0.8),), "the highest value in the data"
    qtbot.waitUntil(lambda: view.rendered.final and view.rendered.state == area.states["samples"], timeout=PATIENCE)
    assert view.rendered.content.digest() != before
    area.undo_stack.undo()
    assert area.states["samples"].attributes == ()
    assert described(sliders.sliders["light"]) == "any"


def test_a_model_without_conditions_has_no_fields_of_them(qtbot, area_for) -> None:
    view = area_for("samples").views["samples"]
    assert isinstance(view.state, SamplesState)
    assert view.inspector.controls.rows["attributes"].isHidden()
    assert view.inspector.controls.rows["label"].isHidden()


def described(slider: Any) -> str:
    return slider.slider.slider.accessibleDescription()


def is_shown(widget: QWidget) -> bool:
    return not widget.isHidden()
