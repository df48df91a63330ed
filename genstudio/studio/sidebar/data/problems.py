"""Remarks on a data set, such as what was left out and why: a count, and the list on a click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QLabel, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import link

SHOWN = 200


class DataProblems(QObject):
    """Remarks on a data set: ``button`` with their number and ``list`` with their texts, placed by the owner."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.list = hint(parent)
        self.list.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = link("", "", parent)
        self.button.clicked.connect(self.toggle)
        self.button.hide()
        self.list.hide()

    def show(self, problems: Sequence[str]) -> None:
        """Other problems; the list is folded."""
        n = len(problems)
        self.button.setText(_("{n} remarks", n=n) if n > 1 else _("1 remark"))
        self.button.setAccessibleName(_("Skipped files and the reasons"))
        self.button.setVisible(bool(problems))
        rest = n - SHOWN
        shown = [*problems[:SHOWN], *([_("and {n} more", n=rest)] if rest > 0 else [])]
        self.list.setText("\n".join(shown))
        self.list.hide()

    @Slot()
    def toggle(self) -> None:
        """Unfold the list, or fold it."""
        self.list.setVisible(self.list.isHidden())


def hint(parent: QWidget) -> QLabel:
    """A small line of text that wraps."""
    made = QLabel(parent)
    made.setObjectName("hint")
    made.setWordWrap(True)
    made.setFont(font(12))
    return made
