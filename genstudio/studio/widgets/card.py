"""A card: a rounded surface with a caption in small letter-spaced capitals and, at its right, a fact or a button."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from genstudio.studio.theme import GRID, font
from genstudio.studio.widgets.controls import IconButton

ROOMY = 0.7  # of its width that a running number may leave free before it becomes narrower again


class Caption(QLabel):
    """A section's name: muted, small, letter-spaced capitals."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text.upper(), parent)
        self.setObjectName("caption")
        made = font(11, QFont.Weight.Medium)
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.9)
        self.setFont(made)
        self.setAccessibleName(text)


class Fact(QLabel):
    """A muted word or number that gives way (with dots) before it widens the column.

    Draws its text itself: a label's own would have the whole window laid out again at every change, and some change ten
    times a second.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full_text = self._shown = ""
        self.setObjectName("fact")
        self.setFont(font(12))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(24)
        self.setText(text)

    def setText(self, text: str) -> None:
        if text != self._full_text:
            self._full_text = text
            self.setAccessibleName(text)
            self._fit()

    def text(self) -> str:
        """The shown text, with dots where it did not fit."""
        return self._shown

    def full_text(self) -> str:
        """The text before dots."""
        return self._full_text

    def sizeHint(self) -> QSize:
        return QSize(24, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment() | Qt.TextFlag.TextSingleLine, self._shown)
        painter.end()

    def _fit(self) -> None:
        shown = self._fitted(self._full_text)
        if shown != self._shown:
            self._shown = shown
            self.update()
        tip = self._full_text if self.text() != self._full_text else ""
        if tip != self.toolTip():
            self.setToolTip(tip)

    def _fitted(self, text: str) -> str:
        """``text``, with dots where it is too long."""
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(self.width(), 24))


class Sentence(Fact):
    """A fact that goes on in a second line before it gives way. It always has the height of both, so that nothing moves."""

    def text(self) -> str:
        return self._shown.replace("\n", " ")

    def sizeHint(self) -> QSize:
        return QSize(24, 2 * self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), self._shown)
        painter.end()

    def _fitted(self, text: str) -> str:
        metrics, room = self.fontMetrics(), max(self.width(), 24)
        message = text.split(" ")
        fits = [n for n in range(1, len(message) + 1) if metrics.horizontalAdvance(" ".join(message[:n])) <= room]
        first = max(fits, default=0)
        if first in (0, len(message)):
            return super()._fitted(text)
        return " ".join(message[:first]) + "\n" + super()._fitted(" ".join(message[first:]))


class Running(QLabel):
    """Label for a running number. Keeps its largest width, so that nothing around it moves."""

    def __init__(self, parent: QWidget | None = None, *, least: int = 0) -> None:
        super().__init__(parent)
        self._least = least
        self._reserved_width = 0
        self.setFont(font(12))

    def setText(self, text: str) -> None:
        if text == self.text():
            return
        needed = max(self._least, self.fontMetrics().horizontalAdvance(text) + 2)
        if needed > self._reserved_width or needed < ROOMY * self._reserved_width:
            self._reserved_width = needed
            self.setFixedSize(needed, self.fontMetrics().height())  # of a fixed size, a label leaves its layout alone
        super().setText(text)


class Card(QFrame):
    """``card.body`` is the layout below the caption row; ``card.head`` the row itself; ``card.fact`` its text."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(title)
        full_text = QVBoxLayout(self)
        full_text.setContentsMargins(14, 10, 14, 12)
        full_text.setSpacing(GRID - 1)
        self.head = QHBoxLayout()
        self.head.setSpacing(4)
        self.caption = Caption(title, self)
        self.fact = Fact(parent=self)
        self.head.addWidget(self.caption)
        self.head.addWidget(self.fact, 1)
        full_text.addLayout(self.head)
        self.body = QVBoxLayout()
        self.body.setSpacing(GRID - 1)
        full_text.addLayout(self.body)


class FoldingCard(Card):
    """A card with one line (title and summary) and a part under it that can be folded away."""

    folded_changed = Signal(bool)
    unfolded = Signal()  # by the user

    def __init__(self, title: str, parent: QWidget | None = None, *, folded: bool = False) -> None:
        super().__init__(title, parent)
        self.line = QHBoxLayout()
        self.line.setSpacing(GRID)
        self.name = QLabel(self)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.summary = Fact(parent=self)
        self.fold_button = IconButton("unfold", "", self)
        self.fold_button.clicked.connect(self._toggle)
        self.line.addWidget(self.name)
        self.line.addWidget(self.summary, 1)
        self.line.addWidget(self.fold_button)
        self.body.addLayout(self.line)
        self.inside = QWidget(self)
        self.content = QVBoxLayout(self.inside)
        self.content.setContentsMargins(0, 4, 0, 0)
        self.content.setSpacing(GRID - 2)
        self.body.addWidget(self.inside)
        self.set_folded(folded)

    @property
    def folded(self) -> bool:
        return self.inside.isHidden()

    def set_folded(self, folded: bool) -> None:
        """Hide or show the part under the line."""
        from genstudio.core.messages import _

        self.inside.setVisible(not folded)
        self.fold_button.set_icon("unfold" if folded else "fold")
        text = _("Show the settings") if folded else _("Hide the settings")
        self.fold_button.setToolTip(text)
        self.fold_button.setAccessibleName(f"{self.accessibleName()}: {text}")
        self.folded_changed.emit(folded)

    @Slot()
    def _toggle(self) -> None:
        self.set_folded(not self.folded)
        if not self.folded:
            self.unfolded.emit()
