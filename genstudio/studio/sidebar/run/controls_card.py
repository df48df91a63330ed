"""Buttons of training, its progress, and the line of text for news and errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.studio.session.session import IDLE, OPENING, PAUSED, PREPARING, STOPPING, TRAINING
from genstudio.studio.sidebar.run.step_menu import OnlyLine, StepMenu
from genstudio.studio.theme import font
from genstudio.studio.widgets.card import Fact, Running
from genstudio.studio.widgets.controls import Button, IconButton, link, restyle

START_KEYS = ("Ctrl+Return", "Ctrl+Enter")
PAUSE_KEY, STEP_KEY, STOP_KEY, DISCARD_KEY = "Ctrl+P", "Ctrl+.", "Ctrl+E", "Ctrl+Shift+Backspace"


class ControlsCard(QFrame):
    """Buttons of training. Emits what the user wants; the session does it."""

    start_requested = Signal()  # or continue: the caption says which; while dimmed too, to learn why
    pause_requested = Signal()
    continue_requested = Signal()
    step_requested = Signal()
    step_alone_requested = Signal(str)  # of this player
    all_requested = Signal()  # all players learn again
    stop_requested = Signal()
    discard_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(_("Training"))
        self._state = IDLE
        self._only = ""
        self._why_not = ""
        self._action: Callable[[], None] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addLayout(self._buttons())
        self.only = OnlyLine(self)
        self.only.all_requested.connect(self.all_requested)
        column.addWidget(self.only)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(_("Progress"))
        column.addWidget(self.bar)
        line = QHBoxLayout()
        self.where = Running(self)
        self.where.setObjectName("fact")
        self.pace = Fact(parent=self)
        line.addWidget(self.where)
        line.addWidget(self.pace, 1)
        column.addLayout(line)
        column.addWidget(self._notice())
        self.show_progress(0, "")
        self.show_state(IDLE, can_start=False, resumes=False, has_run=False)

    # -- state ---------------------------------------------------------------------------------------------------

    def show_state(self, state: str, *, can_start: bool, resumes: bool, has_run: bool, why_not: str = "") -> None:
        """Enable the buttons that apply. ``resumes``: starting means resuming the open run; ``why_not``: what has to
        be put right before starting."""
        self._state, self._why_not = state, why_not
        text, icon, tip, key = {
            TRAINING: (_("Pause"), "pause", _("Pause after this step; nothing is lost"), PAUSE_KEY),
            PAUSED: (_("Continue"), "play", _("Continue from here"), PAUSE_KEY),
            PREPARING: (_("Preparing…"), "", _("Opening the images and building the model"), ""),
            STOPPING: (_("Saving…"), "", _("Saving the current state"), ""),
            OPENING: (_("Opening…"), "", _("A run is being opened"), ""),
        }.get(state) or (
            (_("Continue"), "play", _("Resume this run exactly where it stopped"), START_KEYS[0])
            if resumes
            else (_("Start"), "play", _("Train a new run with these settings"), START_KEYS[0])
        )
        self.main.setText(text)
        self.main.set_icon(icon)
        self.main.setAccessibleName(text)
        self.main.setToolTip(why_not or _with_key(tip, key))
        self.main.setEnabled(state in (TRAINING, PAUSED) or (state == IDLE and can_start))
        self.step.setEnabled(state in (TRAINING, PAUSED))
        self.step_menu.set_state(state in (TRAINING, PAUSED), self._only)
        self.only.show_only(self._only if state in (TRAINING, PAUSED) else "")
        self.stop.setEnabled(state in (TRAINING, PAUSED, PREPARING, OPENING))
        self.stop.setText(_("Cancel") if state in (PREPARING, OPENING) else _("Stop and save"))
        self.stop.setAccessibleName(self.stop.text())
        self.discard.setEnabled(state in (TRAINING, PAUSED) or (state == IDLE and has_run))
        if self.bar.property("paused") != (state == PAUSED):
            self.bar.setProperty("paused", state == PAUSED)
            restyle(self.bar)

    def show_players(self, players: Sequence[str], only: str = "") -> None:
        """The model's ``players``, each of which can take a step alone; ``only``: the one that learns alone now. Shown with
        the next state."""
        self._only = only
        self.step_menu.set_players(players)

    def show_progress(self, share: float, where: str, pace: str = "") -> None:
        """Show the progress: 0..1, "step 1,240 of 3,000", "5,120 images/s · 0:48 left"; nothing for empty texts."""
        for widget in (self.bar, self.where, self.pace):
            widget.setVisible(bool(where))
        self.bar.setValue(round(min(max(share, 0.0), 1.0) * 1000))
        self.where.setText(where)
        self.pace.setText(pace)

    def show_text(
        self, message: Message | str, level: str = "", action: str = "", do: Callable[[], None] | None = None
    ) -> None:
        """One line of text, with at most one thing to do about it ("Undo"). An empty one clears the line."""
        text = translate(message)
        self.text_label.setText(text)
        self.notice.setVisible(bool(text))
        self.notice.setProperty("level", level)
        restyle(self.notice)
        self._action = do
        self.action.setText(action)
        self.action.setVisible(bool(action))

    def drop_error(self) -> None:
        """Clear the line if it shows an error; other messages stay."""
        if self.notice.property("level") == "bad":
            self.show_text("")

    # -- making --------------------------------------------------------------------------------------------------

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.main = Button(_("Start"), parent=self, icon_name="play", primary=True)
        self.main.setMinimumWidth(96)
        self.main.clicked.connect(self._main)
        self.main.installEventFilter(self)
        self.step = Button(_("Step"), _with_key(_("Train exactly one step, then pause"), STEP_KEY), self)
        self.step.clicked.connect(self.step_requested)
        self.step_menu = StepMenu(self)
        self.step_menu.alone_requested.connect(self.step_alone_requested)
        self.step_menu.all_requested.connect(self.all_requested)
        self.stop = Button(
            _("Stop and save"), _with_key(_("End training and save; it can be resumed later"), STOP_KEY), self
        )
        self.stop.clicked.connect(self.stop_requested)
        self.discard = Button(
            _("Discard"), _with_key(_("Put this run in the trash; that can be undone"), DISCARD_KEY), self
        )
        self.discard.clicked.connect(self.discard_requested)
        row.addWidget(self.main)
        stepping = QHBoxLayout()
        stepping.setSpacing(0)
        stepping.addWidget(self.step)
        stepping.addWidget(self.step_menu)
        row.addLayout(stepping)
        row.addWidget(self.stop)
        row.addStretch(1)
        row.addWidget(self.discard)
        for keys, slot in (
            (START_KEYS, self._start_key),
            ((PAUSE_KEY,), self._pause_key),
            ((STEP_KEY,), self.step.click),
            ((STOP_KEY,), self.stop.click),
            ((DISCARD_KEY,), self.discard.click),
        ):
            for key in keys:
                shortcut = QShortcut(QKeySequence(key), self)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.activated.connect(slot)
        return row

    def _notice(self) -> QFrame:
        self.notice = QFrame(self)
        self.notice.setObjectName("notice")
        line = QHBoxLayout(self.notice)
        line.setContentsMargins(10, 6, 6, 6)
        self.text_label = QLabel(self.notice)
        self.text_label.setWordWrap(True)
        self.text_label.setFont(font(12))
        self.text_label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.text_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action = link("", "", self.notice)
        self.action.clicked.connect(self._act)
        self.close_notice = IconButton("close", _("Close"), self.notice)
        self.close_notice.clicked.connect(self._clear)
        line.addWidget(self.text_label, 1)
        line.addWidget(self.action, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.close_notice, 0, Qt.AlignmentFlag.AlignTop)
        self.notice.hide()
        return self.notice

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press on *Start* while it is dimmed says why: the press may just have left a field that was refused by it."""
        if watched is self.main and event.type() == QEvent.Type.MouseButtonPress and not self.main.isEnabled():
            self._refresh_reason()
        return False

    def _refresh_reason(self) -> None:
        if self._why_not:
            self.start_requested.emit()

    @Slot()
    def _main(self) -> None:
        {TRAINING: self.pause_requested, PAUSED: self.continue_requested}.get(self._state, self.start_requested).emit()

    @Slot()
    def _start_key(self) -> None:
        if self._state in (IDLE, PAUSED):
            self.main.click()
            if not self.main.isEnabled():
                self._refresh_reason()

    @Slot()
    def _pause_key(self) -> None:
        if self._state in (TRAINING, PAUSED):
            self.main.click()

    @Slot()
    def _act(self) -> None:
        action = self._action
        self._clear()
        if action is not None:
            action()

    @Slot()
    def _clear(self) -> None:
        self.show_text("")


def _with_key(tip: str, key: str) -> str:
    if not key:
        return tip
    return f"{tip} ({QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)})"
