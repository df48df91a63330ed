"""Layout of the pane *Directions*: the rows, which scroll, what is missing, and one line for the search."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.studio.pane_view.stale_line import StaleLine
from genstudio.studio.panes.directions.grid import DirectionGrid
from genstudio.studio.panes.directions.search_progress import SearchProgress
from genstudio.studio.theme import font


class DirectionsLayout(QWidget):
    """``grid`` is the caller's; ``stale`` and ``progress`` take turns in the place of one line, so that pictures never
    move."""

    def __init__(self, grid: DirectionGrid, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = grid
        self.scrolled = QScrollArea(self)
        self.scrolled.setWidgetResizable(True)
        self.scrolled.setFrameShape(QFrame.Shape.NoFrame)
        self.scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scrolled.setWidget(grid)
        self.warnings = QLabel(self)
        self.warnings.setFont(font(13))
        self.warnings.setWordWrap(True)
        self.warnings.setAccessibleName(_("What is missing, and why"))
        self.warnings.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.warnings.hide()
        self.stale = StaleLine(self)
        self.progress = SearchProgress(self)
        self._idle = QWidget(self)
        idle = QVBoxLayout(self._idle)
        idle.setContentsMargins(0, 0, 0, 0)
        idle.addWidget(self.stale)
        self._lines = QStackedWidget(self)
        self._lines.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._lines.addWidget(self._idle)
        self._lines.addWidget(self.progress)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.scrolled, 1)
        column.addWidget(self.warnings)
        column.addWidget(self._lines)
        grid.moved_to.connect(self._scroll_to)

    @property
    def room(self) -> int:
        """Height in pixels of the rows in sight."""
        return self.scrolled.viewport().height()

    def show_warnings(self, texts: Sequence[str]) -> None:
        """Show what is missing, and why."""
        self.warnings.setText("\n".join(texts))
        self.warnings.setVisible(bool(texts))

    def show_search(self, percent: int) -> None:
        """Show how far the search for directions has come."""
        self.progress.bar.setValue(percent)
        self._lines.setCurrentWidget(self.progress)

    def show_idle(self, found_at: int | None, step: int) -> None:
        """Show that directions found at step ``found_at`` are stale where the weights are of another ``step``."""
        self._lines.setCurrentWidget(self._idle)
        self.stale.show_steps(found_at, step)

    @Slot(object)
    def _scroll_to(self, rect: QRectF) -> None:
        centre = rect.center().toPoint()
        self.scrolled.ensureVisible(centre.x(), centre.y(), 0, int(rect.height() / 2) + 8)
