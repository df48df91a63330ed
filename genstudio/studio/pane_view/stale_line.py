"""A line on directions that were found for other weights than those that are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import colour
from genstudio.studio.widgets.card import Fact
from genstudio.studio.widgets.link_line import LinkLine


class _Dot(QWidget):
    """A dot in the colour of a warning, beside words."""

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


class StaleLine(LinkLine):
    """Line on stale directions; ``linked``: with a link that searches again. Its place is for the owner to choose: where it
    comes and goes, no picture and no slider may move."""

    text: Fact

    def __init__(self, parent: QWidget | None = None, *, linked: bool = True) -> None:
        text = Fact()
        text.setObjectName("")  # in the colour of text
        text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        tip = _("Find directions for the weights that are shown; they replace these")
        super().__init__(text, _("Find again"), tip, parent, spacing=8)
        self.row.insertWidget(0, _Dot(self))
        self.row.setStretchFactor(text, 1)
        self.link.setVisible(linked)

    def show_steps(self, found_at: int | None, step: int) -> None:
        """Say that the directions were found at step ``found_at`` and the weights are of ``step``; hide for ``None``."""
        if found_at is None or found_at == step:
            self.show_text("")
        else:
            then, now = f"{found_at:,}", f"{step:,}"
            self.show_text(_("Found at step {found}; the weights are of step {step}.", found=then, step=now))
