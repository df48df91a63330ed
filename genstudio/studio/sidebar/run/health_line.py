"""One line of plain words on the run's health, with the remedy as a button."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QWidget

from genstudio.core.messages import translate
from genstudio.studio.session.session import Session
from genstudio.studio.theme import colour, font
from genstudio.studio.widgets.controls import link
from genstudio.viewing.charts.curve_data import CurveData

if TYPE_CHECKING:
    from genstudio.training.health import Health

log = logging.getLogger(__name__)
SPACE = 8  # pixels
PAUSE = 2.0  # seconds between two looks
ALARM_STANDS = 20.0  # seconds in which what the loop raised can be read
ROLES = {"good": "good", "unclear": "muted", "watch": "warn", "bad": "bad"}
CHANGEABLE = ("training", "paused")  # states of the session in which live settings are taken


class _Dot(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(10, 15)  # as tall as the first line of text, which it is beside
        self.role = "good"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(self.role))
        painter.drawEllipse(0, 3, 10, 10)
        painter.end()


class HealthLine(QWidget):
    """Hidden until there is something to say. ``remedy_requested(dict)``: live settings to change."""

    remedy_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.level = ""
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE)
        self.dot = _Dot(self)
        self.text_label = QLabel(self)
        self.text_label.setWordWrap(True)
        self.text_label.setFont(font(12))
        self.remedy = link("", "", self)
        self.remedy.clicked.connect(self._take_remedy)
        self._message_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._message_row.setSpacing(SPACE)
        self._message_row.addWidget(self.text_label, 1)
        self._message_row.addWidget(self.remedy, 0, Qt.AlignmentFlag.AlignLeft)
        line.addWidget(self.dot, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(self._message_row, 1)
        self._change: dict[str, Any] = {}
        self._looked = self._stands_until = 0.0
        self._can_act = False
        self._request_number = 0  # of the newest request: answers to earlier ones are not shown
        self.clear()

    def clear(self) -> None:
        """Say nothing, and don't show what was being looked at: it may be of another run."""
        self.level = ""
        self._request_number += 1
        self._looked = self._stands_until = 0.0
        self.hide()

    def show_text(self, level: str, text: str, remedy: str = "", change: dict[str, Any] | None = None) -> None:
        """Say ``text``; ``level`` is good, unclear, watch or bad; ``change`` are the live settings behind the button."""
        self.level, self._change = level, dict(change or {})
        self.dot.role = ROLES.get(level, "muted")
        self.dot.update()
        self.text_label.setText(text)
        self.setAccessibleName(text)
        self.remedy.setText(remedy)
        self.remedy.setVisible(bool(remedy and change))
        self._place()
        self.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """The button behind the words where both have room on one line, else below them."""
        needed = (
            self.text_label.fontMetrics().horizontalAdvance(self.text_label.text())
            + SPACE
            + self.remedy.sizeHint().width()
        )
        beside = needed <= self.width() - self.dot.width() - SPACE
        self._message_row.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        self._message_row.setSpacing(SPACE if beside else 0)

    def show_alarm(self, alarm: Any) -> None:
        """Show an alarm of the loop for a while, or until training ends."""
        self.show_text(alarm.level, translate(alarm.message))
        self._stands_until = time.monotonic() + ALARM_STANDS

    def consider(self, data: CurveData, session: Session, *, now: bool = False) -> None:
        """Look at the newest numbers, at most every two seconds (or ``now``), in the background.

        The words follow the session's state: only while it trains is something said in the present tense."""
        time_now = time.monotonic()
        self._can_act = session.job is not None and session.state in CHANGEABLE
        if (time_now - self._looked < PAUSE and not now) or not data.rows or session.recipe is None:
            return
        if self._alarm_stands():
            return
        self._looked = time_now
        rows, job, recipe = list(data.rows), session.job, session.recipe
        plan = job.live.plan if job is not None else recipe.plan
        knobs = job.live.model_knobs.model_dump() if job is not None else recipe.model_knobs

        self._request_number += 1
        number, training, only = self._request_number, session.state == "training", session.live.only

        def find_health() -> tuple[int, Health | None]:
            from genstudio.training.health import assess
            from genstudio.training.metrics import metrics_of

            return number, assess(rows, plan, knobs, metrics_of(recipe.model), training=training, only=only)

        session.background.submit(find_health, self._found, self._not_found, key="health")

    def _alarm_stands(self) -> bool:
        return self._can_act and time.monotonic() < self._stands_until

    @Slot(object)
    def _found(self, answer: tuple[int, Health | None]) -> None:
        number, health = answer
        if health is None or number != self._request_number or self._alarm_stands():
            return  # going back to an early step clears the line
        change = health.change if self._can_act else {}
        self.show_text(health.level, translate(health.message), translate(health.remedy), change)

    @Slot(object)
    def _not_found(self, error: Exception) -> None:
        log.error("the run's health could not be seen", exc_info=error)

    @Slot()
    def _take_remedy(self) -> None:
        change, self._change = self._change, {}
        self.remedy.hide()
        self.remedy_requested.emit(change)
