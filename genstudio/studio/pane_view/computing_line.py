"""A short line on work that is going on, or was stopped, with a link that stops it or begins again."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import font
from genstudio.studio.widgets.link_line import LinkLine


class ComputingLine(LinkLine):
    """``stop_requested`` and ``compute_requested``: the link was clicked."""

    stop_requested = Signal()
    compute_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        text = QLabel()
        text.setObjectName("fact")
        text.setFont(font(12))
        super().__init__(text, _("Stop"), parent=parent, spacing=4)
        self._stopped = False
        self.set_link(_("Stop"), _("Stop computing this picture"))
        self.link.clicked.connect(self._clicked)

    def show_share(self, share: float | None) -> None:
        """Work is going on; ``share`` (0 to 1) of it is done, where that is known."""
        self._stopped = False
        self.set_link(_("Stop"), _("Stop computing this picture"))
        self.show_text(computing_text(share))

    def show_stopped(self) -> None:
        """The user has stopped it."""
        self._stopped = True
        self.set_link(_("Compute"), _("Compute this picture with the newest weights"))
        self.show_text(_("Stopped"))

    @Slot()
    def _clicked(self) -> None:
        (self.compute_requested if self._stopped else self.stop_requested).emit()


def computing_text(share: float | None) -> str:
    """ "Computing, 40 %", or "Computing" where the share is not known."""
    return _("Computing") if share is None else _("Computing, {percent} %", percent=f"{100 * share:.0f}")
