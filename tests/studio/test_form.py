"""The form of knobs: wrong input is explained under the field and disables Start."""

from __future__ import annotations

from typing import Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_
from genstudio.studio.forms.knob_form import KnobForm
from genstudio.studio.forms.number_field import next_125
from tests.studio.typing_helpers import choose, enter

PATIENCE = 60_000


class Some(Knobs):
    size: int = knob(4, help=N_("How big."), ge=1, le=10)
    rate: float = knob(0.001, help=N_("How fast."), gt=0, live=True, log=True, unit="1/s")
    kind: Literal["round", "square"] = knob("round", help=N_("Which shape."))
    loud: bool = knob(False, help=N_("Whether it is loud."))
    limit: int | None = knob(None, help=N_("At most so many; none for all."), advanced=True)


@pytest.fixture
def form(qtbot) -> KnobForm:
    made = KnobForm(Some)
    qtbot.addWidget(made)
    made.show()
    return made


def test_complete_entry_is_checked_and_a_refusal_explained(qtbot, form) -> None:
    row = form.rows["size"]
    for wrong, text in (("0", "at least 1"), ("11", "at most 10"), ("two", "whole number"), ("2.5", "whole number")):
        enter(row.field, wrong)
        assert not form.is_valid()
        assert row.error.isVisible()
        assert text in row.error.text()
        assert row.field.text() == wrong, "what was typed stays as it was typed"
        assert form.values()["size"] == 4, "a refused entry changes nothing"
    enter(row.field, "7")
    assert form.is_valid()
    assert not row.error.isVisible()
    assert form.values() == {"size": 7, "rate": 0.001, "kind": "round", "loud": False, "limit": None}


def test_arrow_keys_step_and_never_leave_the_range(qtbot, form) -> None:
    size, rate = form.rows["size"].field, form.rows["rate"].field
    size.setFocus()
    for _ in range(12):
        QTest.keyClick(size, Qt.Key.Key_Up)
    assert form.values()["size"] == 10
    rate.setFocus()
    QTest.keyClick(rate, Qt.Key.Key_Up)
    assert form.values()["rate"] == pytest.approx(0.002)
    QTest.keyClick(rate, Qt.Key.Key_Down)
    QTest.keyClick(rate, Qt.Key.Key_Down)
    assert form.values()["rate"] == pytest.approx(0.0005)


def test_reset_button_restores_the_recipes_value(qtbot, form) -> None:
    form.set_values({"size": 5, "rate": 0.1})
    row = form.rows["size"]
    assert not row.reset_button.isVisible()
    enter(row.field, "6")
    assert form.changed_names() == ["size"]
    assert row.reset_button.isVisible()
    QTest.mouseClick(row.reset_button, Qt.MouseButton.LeftButton)
    assert form.values()["size"] == 5
    assert form.changed_names() == []


def test_choices_checkboxes_and_optional_values(qtbot, form) -> None:
    choose(form.rows["kind"].field, "square")
    QTest.keyClick(form.rows["loud"].field, Qt.Key.Key_Space)
    enter(form.rows["limit"].field, "12")
    assert form.values() | {"rate": 0} == {"size": 4, "rate": 0, "kind": "square", "loud": True, "limit": 12}
    enter(form.rows["limit"].field, "")
    assert form.values()["limit"] is None


def test_lock_leaves_live_knobs_editable_and_gives_a_reason(qtbot, form) -> None:
    form.lock("a run is going on")
    assert form.rows["rate"].field.isEnabled()
    assert not form.rows["size"].field.isEnabled()
    assert form.rows["size"].field.toolTip() == "a run is going on"
    form.lock("")
    assert form.rows["size"].field.isEnabled()
    assert "How big." in form.rows["size"].field.toolTip()


def test_every_field_can_be_reached_and_is_named(qtbot, form) -> None:
    for row in form.rows.values():
        assert row.field.accessibleName()
        assert row.field.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_tab_goes_from_a_field_to_its_reset_button(qtbot, form) -> None:
    row = form.rows["size"]
    enter(row.field, "6")
    QTest.keyClick(row.field, Qt.Key.Key_Tab)
    assert form.focusWidget() is row.reset_button
    QTest.keyClick(row.reset_button, Qt.Key.Key_Tab)
    assert form.focusWidget() is form.rows["rate"].field


@pytest.mark.parametrize(("value", "up", "down"), [(1, 2, 0.5), (0.001, 0.002, 0.0005), (5, 10, 2), (3, 5, 2)])
def test_arrow_steps_follow_1_2_5(value: float, up: float, down: float) -> None:
    assert next_125(value, 1) == pytest.approx(up)
    assert next_125(value, -1) == pytest.approx(down)


def test_wrong_setting_disables_start(qtbot, window) -> None:
    field = window.left.model.form.rows["latent_dim"].field
    enter(field, "0")
    assert not window.left.controls.main.isEnabled()
    assert "marked in red" in window.left.controls.main.toolTip()
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert window.session.state == "idle"
    enter(field, "3")
    qtbot.waitUntil(window.left.controls.main.isEnabled, timeout=PATIENCE)
    assert "Latent dimensions" in window.left.recipe.fact.full_text()
    assert window.left.draft.recipe().model_knobs["latent_dim"] == 3
