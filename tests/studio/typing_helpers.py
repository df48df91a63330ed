"""Typing into fields letter by letter, with or without Enter."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest


def type_in(field, text: str) -> None:
    """Type ``text`` over the content of ``field`` without completing it."""
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClicks(field, text)


def enter(field, text: str) -> None:
    """Type ``text`` over the content of ``field`` and press Enter."""
    type_in(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def choose(combo, choice: object) -> None:
    """Choose an entry of ``combo`` as a user does: set by a program, it would not count as an entry."""
    place = combo.findData(choice)
    combo.setCurrentIndex(place)
    combo.activated.emit(place)
