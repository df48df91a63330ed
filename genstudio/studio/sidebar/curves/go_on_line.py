"""Line under the curves of a finished run: go on for a number of steps."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from genstudio.core.errors import UsageError
from genstudio.core.messages import _, translate
from genstudio.studio.forms.number_field import NumberField
from genstudio.studio.forms.number_text import as_text, read_number
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import Button

SHARE = 4  # a quarter of the plan is proposed
LEAST, MOST = 1, 100_000_000


class GoOnLine(QWidget):
    """``requested(steps)``. Proposes a quarter of the plan; a number that a person has typed stays."""

    requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._proposed = 0
        self.button = Button(_("Go on"), _("Train this run further, exactly from where it stopped"), self)
        self.button.clicked.connect(self._request)
        self.field = NumberField(_("Further steps"), self, integer=True, log=True, minimum=LEAST, maximum=MOST)
        self.field.setFixedWidth(84)
        self.field.completed.connect(self._completed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        before, after = QLabel(_("for"), self), QLabel(_("steps"), self)
        for part in (self.button, before, self.field, after):
            row.addWidget(part)
        for label in (before, after):
            label.setFont(font(12))
        row.addStretch(1)

    def propose(self, planned: int) -> None:
        """Propose a number of further steps for a plan of ``planned``."""
        steps = max(LEAST, round(planned / SHARE))
        if self.steps in (0, self._proposed):
            self.field.show_text(as_text(steps, True))
        self._proposed = steps

    @property
    def steps(self) -> int:
        """The number of steps in force; 0 before one was proposed."""
        text = self.field.text_in_force
        return int(read_number(text, integer=True)) if text else 0

    @Slot(str)
    def _completed(self, text: str) -> None:
        try:
            steps = read_number(text, integer=True)
        except UsageError as error:
            self.field.refuse(translate(error.what))
            return
        if not LEAST <= steps <= MOST:
            self.field.refuse(_("A number from {low} to {high}.", low=f"{LEAST:,}", high=f"{MOST:,}"))
            return
        self.field.show_text(as_text(steps, True))

    @Slot()
    def _request(self) -> None:
        self.field.complete()
        if not self.field.reason:
            self.requested.emit(self.steps)
