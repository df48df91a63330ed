"""A line above what was found for other weights than those that are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import colour, font
from genstudio.studio.widgets.controls import link


class _Dot(QWidget):
    """A dot in the colour of a warning, beside the first line of words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(10, 15)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("warn"))
        painter.drawEllipse(0, 3, 10, 10)
        painter.end()


class StaleLine(QWidget):
    """Line on stale directions, hidden while none are. ``again``: the link that searches again (``linked``)."""

    def __init__(self, parent: QWidget | None = None, *, linked: bool = True) -> None:
        super().__init__(parent)
        self._linked = linked
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self.words = QLabel(self)
        self.words.setFont(font(12))
        self.words.setWordWrap(True)
        self.again = link(
            _("Find again"), _("Find directions for the weights that are shown; they replace these"), self
        )
        self.again.setVisible(linked)
        line.addWidget(_Dot(self), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.words, 1)
        line.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_steps(self, found_at: int | None, step: int) -> None:
        """Say that the directions were found at step ``found_at`` and the weights are of ``step``; hide for ``None``."""
        stale = found_at is not None and found_at != step
        if stale:
            words = _("Found at step {found}; the weights are of step {step}.", found=f"{found_at:,}", step=f"{step:,}")
            self.words.setText(words)
            self.setAccessibleName(words)
        self.setVisible(stale)
