"""A typed value takes effect when complete; until then it is marked, and Escape restores the old one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from genstudio import studio
from genstudio.core.knobs import Knobs, describe, knob
from genstudio.core.messages import N_
from genstudio.studio.forms.control import TypedControl
from genstudio.studio.forms.knob_form import KnobForm
from genstudio.studio.forms.knob_row import KnobRow
from genstudio.studio.forms.knob_text import KnobCheck
from tests.studio.typing_helpers import enter, type_in


class Some(Knobs):
    rate: float = knob(0.001, help=N_("How fast."), gt=0, le=10, live=True, log=True)
    count: int = knob(4, help=N_("How many."), ge=1, le=2000)
    betas: tuple[float, float] = knob((0.9, 0.999), help=N_("Two."))
    path: str = knob("", help=N_("Where."))
    hidden: int | None = knob(None, help=N_("Folded away."), ge=1, advanced=True)


@pytest.fixture
def form(qtbot) -> KnobForm:
    made = KnobForm(Some)
    qtbot.addWidget(made)
    made.show()
    made.told = []
    made.edited.connect(lambda name: made.told.append((name, made.values()[name])))
    return made


@pytest.fixture
def field(form):
    return form.rows["rate"].field


def test_typed_letters_change_nothing_and_are_marked(qtbot, form, field) -> None:
    type_in(field, "5e-")
    assert form.told == []
    assert form.values()["rate"] == 0.001
    assert field.property("pending")
    assert "Escape restores 0.001" in field.hint()
    assert form.is_valid(), "what is not complete is not wrong yet"
    QTest.keyClicks(field, "4")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert form.told == [("rate", 0.0005)]
    assert not field.property("pending")
    assert field.text() == "0.0005", "it says how it was read"


@pytest.mark.parametrize("leave", ["tab", "click elsewhere", "hidden"])
def test_leaving_the_field_completes_it(qtbot, form, field, leave: str) -> None:
    qtbot.waitUntil(lambda: form.isActiveWindow() or form.activateWindow() or form.isActiveWindow())
    type_in(field, "2")
    if leave == "tab":
        QTest.keyClick(field, Qt.Key.Key_Tab)
    elif leave == "hidden":
        form.rows["rate"].hide()
    else:
        QTest.mouseClick(form.rows["count"].field, Qt.MouseButton.LeftButton)
    assert form.told == [("rate", 2.0)]


@pytest.mark.parametrize("reason", [Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason])
def test_another_window_or_a_menu_in_front_completes_nothing(qtbot, form, field, reason) -> None:
    """A person who looks up a value in another window has typed 5 of 5e-4."""
    type_in(field, "5")
    QApplication.sendEvent(field, QFocusEvent(QEvent.Type.FocusOut, reason))
    assert form.told == []
    assert field.is_pending


def test_refused_entry_gives_a_reason_and_escape_restores_the_value(qtbot, form, field) -> None:
    row = form.rows["rate"]
    enter(field, "fast")
    assert form.told == []
    assert form.values()["rate"] == 0.001
    assert field.property("wrong")
    assert row.error.isVisible()
    assert row.error.text() == "It must be a number."
    assert form.first_error() == "Rate: It must be a number."
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.001"
    assert form.is_valid()
    assert not row.error.isVisible()
    enter(field, "0")
    assert "more than 0" in row.error.text()
    QTest.keyClicks(field, ".5")
    assert not row.error.isVisible(), "it is being put right"
    QTest.keyClick(field, Qt.Key.Key_Enter)
    assert form.told == [("rate", 0.5)]


def test_escape_without_typing_goes_to_the_parent(qtbot, field) -> None:
    field.setFocus()
    seen = []
    field.parent().keyPressEvent = lambda event: seen.append(event.key())
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert seen == [Qt.Key.Key_Escape]


def test_arrows_and_wheel_take_effect_at_once(qtbot, form, field) -> None:
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert form.told == [("rate", 0.002)]
    middle = field.rect().center()
    down = QPoint(0, -120)
    wheel = QWheelEvent(
        middle, field.mapToGlobal(middle), QPoint(), down, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    qtbot.waitUntil(lambda: field.hasFocus() or form.activateWindow() or field.hasFocus())
    QApplication.sendEvent(field, wheel)
    assert form.told[1:] == [("rate", 0.001)]
    type_in(field, "3")
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert form.told[-1] == ("rate", 5.0), "from what is typed"


def test_same_value_in_another_spelling_is_no_change(qtbot, form, field) -> None:
    enter(field, "1e-3")
    assert form.told == []
    assert field.text() == "0.001"


def test_text_rows_and_missing_values(qtbot, form) -> None:
    type_in(form.rows["path"].field, "/home")
    assert form.told == [], "no folder is opened at each letter of its name"
    QTest.keyClick(form.rows["path"].field, Qt.Key.Key_Return)
    enter(form.rows["betas"].field, "0.5 0.9")
    enter(form.rows["hidden"].field, "3")
    enter(form.rows["hidden"].field, "")
    assert form.told == [("path", "/home"), ("betas", [0.5, 0.9]), ("hidden", 3), ("hidden", None)]
    enter(form.rows["betas"].field, "0.5")
    assert form.rows["betas"].reason
    enter(form.rows["hidden"].field, "0")
    assert not form.more.isHidden(), "a refusal is never folded away"


def test_outside_changes_keep_a_half_typed_entry(qtbot, form, field) -> None:
    type_in(field, "0.0")
    form.rows["rate"].set_value(0.5, keep_typing=True)
    assert field.text() == "0.0"
    assert form.values()["rate"] == 0.5
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.5"
    form.set_values({"rate": 0.25})
    type_in(field, "7")
    form.set_values({"rate": 0.125})  # another recipe
    assert field.text() == "0.125"
    assert form.values()["rate"] == 0.125


def test_a_recipe_s_value_that_does_not_fit_is_shown_and_explained(qtbot, form, field) -> None:
    form.set_values({"rate": -1})
    assert (field.text(), form.is_valid()) == ("-1", False)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.001"


def test_lock_discards_a_half_typed_entry(qtbot, form) -> None:
    row = form.rows["count"]
    type_in(row.field, "12")
    row.field.clearFocus()
    type_in(row.field, "99")
    QApplication.sendEvent(row.field, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.ActiveWindowFocusReason))
    form.lock("it trains")
    assert row.field.text() == "12"
    assert form.values()["count"] == 12


def test_undo_belongs_to_the_window_unless_an_entry_is_half_typed(qtbot, form, field) -> None:
    undone = []
    shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), form)
    shortcut.activated.connect(lambda: undone.append(1))
    qtbot.waitUntil(lambda: form.isActiveWindow() or form.activateWindow() or form.isActiveWindow())
    enter(field, "0.5")
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == [1]
    assert field.text() == "0.5"
    QTest.keyClicks(field, "5")
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == [1], "it takes back letters"


# -- fields of panes ---------------------------------------------------------------------------------------------------


@pytest.fixture
def compact_row(qtbot) -> KnobRow:
    info = describe(Some)[1]
    made = KnobRow(TypedControl(info), KnobCheck(Some, info.name, plain=False), "compact")
    qtbot.addWidget(made)
    made.entries = []
    made.edited.connect(lambda name, value: made.entries.append(value))
    made.show_value(7)
    made.show()
    return made


def test_pane_fields_show_refusals_and_never_revert_silently(qtbot, compact_row) -> None:
    text = compact_row.error
    for wrong, why in (
        ("x", "whole number"),
        ("0", "at least 1"),
        ("2001", "at most 2000"),
        ("2.000", "Write 2 or 2000"),
    ):
        enter(compact_row.field, wrong)
        assert compact_row.field.text() == wrong
        assert text.isVisible()
        assert why in text.text()
        compact_row.show_value(7, keep_typing=True)  # the picture comes again
        assert text.isVisible(), "a refusal stays until the person acts"
    assert compact_row.entries == []
    compact_row.show_value(8, keep_typing=True)  # undo, another run: another value is in force
    assert compact_row.field.text() == "8"
    assert not text.isVisible()
    enter(compact_row.field, "2 000")
    assert compact_row.entries == [2000]


def test_every_text_input_is_a_typed_field() -> None:
    """A plain line edit or spin box would accept letters, or silently restore the old value."""
    root = Path(studio.__file__).parent
    plain = re.compile(r"(QLineEdit|QSpinBox|QDoubleSpinBox|QPlainTextEdit|QTextEdit|QInputDialog)\b")
    users = {p.relative_to(root).as_posix() for p in root.rglob("*.py") if plain.search(p.read_text(encoding="utf-8"))}
    assert users == {"forms/typed_field.py"}
