"""Line of text under the buttons: what went well or wrong, with at most one thing to do about it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from genstudio.core.messages import Message, _

if TYPE_CHECKING:
    from genstudio.studio.session.session import Session
    from genstudio.studio.settings import Settings
    from genstudio.studio.sidebar.run.controls_card import ControlsCard


class RunMessages(QObject):
    """Shows messages in the line of ``controls``, with undo of a discarded run, or another place for an unkept model."""

    def __init__(self, session: Session, settings: Settings, controls: ControlsCard) -> None:
        super().__init__(controls)
        self._session, self._settings, self._controls = session, settings, controls
        self._offered_to_save = False  # a model that could not be written to its run
        session.failed.connect(self.fail)
        session.informed.connect(self.show_text)
        session.not_saved.connect(self._not_saved)
        session.discarded.connect(self._discarded)
        session.changed.connect(self._session_changed)

    @Slot(object)
    def show_text(self, text: Message | str) -> None:
        """Tell something that went well; an empty text clears the line."""
        self._controls.show_text(text)

    @Slot(object)
    def fail(self, text: Message | str) -> None:
        """Tell an error."""
        if self._session.unsaved.job is None:  # what else fails then follows from that, and must not hide the way out
            self._controls.show_text(text, "bad")

    @Slot(str)
    def saved(self, path: str) -> None:
        """Tell where a file was written."""
        self.show_text(_("Saved as {path}", path=path))

    @Slot(object, object)
    def _discarded(self, was: Path, lies: Path) -> None:
        self._settings.set("session.run", None)
        undo = partial(self._session.undo_discard, was, lies)
        self._controls.show_text(_("{name} is in the trash.", name=was.name), action=_("Undo"), do=undo)

    @Slot(object)
    def _not_saved(self, text: Message | str) -> None:
        again = self._offered_to_save
        self._offered_to_save = True
        action = _("Choose a folder…") if again else _("Save elsewhere")
        self._controls.show_text(text, "bad", action, self._save_in_folder if again else self._session.save_elsewhere)

    def _save_in_folder(self) -> None:
        """Ask for a folder and save there, when the user's own folder of runs can't be written either."""
        chosen = QFileDialog.getExistingDirectory(self._controls, _("A folder for the run"))
        run = self._session.run
        if chosen and run is not None:
            self._session.save_elsewhere(Path(chosen) / run.name)

    @Slot()
    def _session_changed(self) -> None:
        self._offered_to_save = self._offered_to_save and self._session.unsaved.job is not None
