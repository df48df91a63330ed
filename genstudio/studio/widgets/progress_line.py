"""One row for long work: what is done with a bar and *Stop*, then its result with one action and a button that hides it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QWidget

from genstudio.core.messages import _
from genstudio.studio.widgets.controls import IconButton, link


class ProgressLine(QFrame):
    """Hidden while there is neither work nor a result. ``text``: the label, made by the caller."""

    stop_requested = Signal()
    action_requested = Signal()
    close_requested = Signal()

    def __init__(self, text: QLabel, action_text: str, action_tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text_label = text
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.stop = link(_("Stop"), "", self)
        self.action = link(action_text, action_tip, self)
        self.close_button = IconButton("close", _("Hide this line"), self)
        self.row = QHBoxLayout(self)
        for part in (text, self.bar, self.stop, self.action, self.close_button):
            self.row.addWidget(part)
        self.stop.clicked.connect(self.stop_requested)
        self.action.clicked.connect(self.action_requested)
        self.close_button.clicked.connect(self.close_requested)
        self.hide()

    def show_work(self, text: str, share: float, stop_tip: str) -> None:
        """Work is going on, ``share`` (0 to 1) of it is done; ``stop_tip``: tooltip and accessible name of *Stop*."""
        self.text_label.setText(text)
        self.bar.setValue(int(1000 * share))
        self.stop.setToolTip(stop_tip)
        self.stop.setAccessibleName(stop_tip)
        self._show(works=True, has_action=False)

    def show_result(self, text: str, *, has_action: bool) -> None:
        """Work has ended; ``has_action``: the action can be taken."""
        self.text_label.setText(text)
        self._show(works=False, has_action=has_action)

    def _show(self, *, works: bool, has_action: bool) -> None:
        self.bar.setVisible(works)
        self.stop.setVisible(works)
        self.action.setVisible(has_action)
        self.close_button.setVisible(not works)
        self.show()
