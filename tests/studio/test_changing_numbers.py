"""Numbers that change during training: readable, and without cost to the rest of the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from genstudio.studio.widgets.card import Fact, Running, Sentence


class Ear(QObject):
    """Counts how often a widget is asked to lay itself out."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.heard = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.heard += event.type() == QEvent.Type.LayoutRequest
        return False


@pytest.fixture
def window(qtbot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def shown(window: QWidget, label: QLabel) -> Ear:
    """``label`` in a line of the window, and a counter of layouts there."""
    line = QHBoxLayout()
    line.addWidget(label, 1)
    column = QVBoxLayout(window)
    column.addLayout(line)
    window.resize(300, 60)
    window.show()
    label.setText("step 10,000 of 20,000")
    QApplication.processEvents()
    return Ear(window)


@pytest.mark.parametrize("kind", [Running, Fact, Sentence])
def test_changing_number_causes_no_new_layout(window, kind) -> None:
    label = kind()
    ear = shown(window, label)
    for step in range(10_001, 10_030):
        label.setText(f"step {step:,} of 20,000")
        QApplication.processEvents()
    assert ear.heard == 0
    assert label.text() == "step 10,029 of 20,000"
    label.setText("step 10,029 of 20,000,000")
    QApplication.processEvents()
    assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width(), "room for a longer one"


def test_fact_is_elided_and_keeps_its_text(window) -> None:
    fact = Fact()
    shown(window, fact)
    before = fact.grab().toImage()
    fact.setText("something else")
    assert fact.grab().toImage() != before
    fact.window().setFixedWidth(70)
    QApplication.processEvents()
    assert fact.text().endswith("…")
    assert fact.full_text() == fact.toolTip() == fact.accessibleName() == "something else"


def test_sentence_uses_a_second_line_before_it_is_elided(window) -> None:
    sentence = Sentence()
    shown(window, sentence)
    one_line, height = sentence.grab().toImage(), sentence.height()
    text = "8 samples from step 1,200, their 3 nearest of 54,869 images"
    sentence.setText(text)
    assert sentence.text() == text
    assert sentence.toolTip() == ""
    assert sentence.grab().toImage() != one_line
    sentence.window().setFixedWidth(120)
    QApplication.processEvents()
    assert sentence.text().endswith("…")
    assert sentence.full_text() == sentence.toolTip() == text
    assert sentence.height() == height
