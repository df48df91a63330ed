"""The end of the data card: progress of opening images, why they could not be opened, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.studio.sidebar.data.problems import hint
from genstudio.studio.widgets.controls import link, restyle


class OpeningLine(QObject):
    """A progress bar, and below it ``text`` with the links *Cancel*, *Open* and *Download*, in the layout of the owner."""

    cancel_requested = Signal()
    open_requested = Signal()
    download_requested = Signal()

    def __init__(self, parent: QWidget, layout: QVBoxLayout) -> None:
        super().__init__(parent)
        self.bar = QProgressBar(parent)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Opening the images"))
        self.text = hint(parent)
        self.cancel_button = link(_("Cancel"), _("Stop opening these images"), parent)
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.open_button = link(_("Open"), _("Open these images"), parent)
        self.open_button.clicked.connect(self.open_requested)
        self.download_button = link(_("Download"), _("Download these images"), parent)
        self.download_button.clicked.connect(self.download_requested)
        line = QHBoxLayout()
        line.addWidget(self.text, 1)
        for button in (self.cancel_button, self.open_button, self.download_button):
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.bar)
        layout.addLayout(line)
        self.clear()

    def show_progress(self, share: float, text: str) -> None:
        """Show that ``share`` (0 to 1) of the images is opened or downloaded."""
        self.clear()
        self.bar.setValue(round(share * 1000))
        self.bar.show()
        self.cancel_button.show()
        self._show_text(text)

    def show_cancelled(self, text: str) -> None:
        """Show that the user has stopped it, and offer to open the images after all."""
        self.clear()
        self._show_text(text)
        self.open_button.show()

    def show_error(self, text: str, *, can_download: bool) -> None:
        """Show why the images could not be opened."""
        self.clear()
        self._show_text(text, "bad")
        self.download_button.setVisible(can_download)

    def clear(self) -> None:
        """Show nothing."""
        self._show_text("")
        for widget in (self.bar, self.cancel_button, self.open_button, self.download_button):
            widget.hide()

    def _show_text(self, text: str, level: str = "") -> None:
        self.text.setText(text)
        self.text.setVisible(bool(text))
        if self.text.property("level") != level:
            self.text.setProperty("level", level)
            restyle(self.text)
