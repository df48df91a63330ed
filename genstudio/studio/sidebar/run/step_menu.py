"""Menu for steps of one of several players alone, and a line that shows while only one is trained."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import IconButton, shortcut_text
from genstudio.studio.widgets.link_line import LinkLine

ALL_KEY, MOST = "Ctrl+0", 9
WIDTH = 18  # pixels: the row has five buttons in a narrow column


class StepMenu(IconButton):
    """Hidden for a model with one player. ``alone_requested(player)``: it takes a step; ``all_requested``: all learn
    again."""

    alone_requested = Signal(str)
    all_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("unfold", _("Step one player alone"), parent)
        self._holder = parent  # of the keys, which hold while the menu is closed
        self.players: tuple[str, ...] = ()
        self.player_actions: dict[str, QAction] = {}
        self._only = ""
        self._enabled = False
        self.menu_of_players = QMenu(self)
        self.menu_of_players.setToolTipsVisible(True)
        self.all_action = QAction(_("Let all players learn"), self)
        self.all_action.setShortcut(QKeySequence(ALL_KEY))
        self.all_action.setToolTip(_("Update all players again from the next step on ({key})", key=ALL_KEY))
        self.all_action.triggered.connect(self.all_requested)
        parent.addAction(self.all_action)
        self.setMenu(self.menu_of_players)
        self.setFixedWidth(WIDTH)
        self.setProperty("narrow", True)  # no padding: the icon needs the width
        self.hide()

    def set_players(self, players: Sequence[str]) -> None:
        """One entry for each of ``players`` by name, with a key of its own: Ctrl+1, Ctrl+2."""
        players = tuple(players)[:MOST]
        if players != self.players:
            self.players = players
            self._make()
        self.setVisible(len(players) > 1)
        self.set_state(self._enabled, self._only)

    def set_state(self, enabled: bool, only: str) -> None:
        """``enabled``: whether a step may be taken now; ``only``: the player that learns alone."""
        self._enabled, self._only = enabled, only
        several = len(self.players) > 1
        self.setEnabled(enabled and several)
        for name, action in self.player_actions.items():
            action.setEnabled(enabled and several)
            action.setChecked(name == only)
        self.all_action.setEnabled(enabled and several and bool(only))

    def _make(self) -> None:
        self.menu_of_players.clear()
        for action in self.player_actions.values():
            self._holder.removeAction(action)
            action.deleteLater()
        self.player_actions = {}
        for number, name in enumerate(self.players, 1):
            action = self.player_actions[name] = QAction(_("Step the {player} only", player=_(name)), self)
            action.setData(name)
            action.setCheckable(True)
            action.setShortcut(QKeySequence(f"Ctrl+{number}"))
            action.setToolTip(
                _(
                    "One step that leaves the other players unchanged; this stays so until all learn again ({key})",
                    key=shortcut_text(action),
                )
            )
            action.triggered.connect(self._chosen)
            self._holder.addAction(action)
            self.menu_of_players.addAction(action)
        self.menu_of_players.addSeparator()
        self.menu_of_players.addAction(self.all_action)

    @Slot()
    def _chosen(self) -> None:
        action = self.sender()
        self.alone_requested.emit(action.data())  # type: ignore[attr-defined]


class OnlyLine(LinkLine):
    """Hidden unless one player learns alone. ``all_requested``: the way back."""

    all_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        text = QLabel()
        text.setFont(font(12))
        text.setWordWrap(True)
        super().__init__(text, _("Let all learn"), _("Update all players again from the next step on"), parent)
        self.setObjectName("notice")
        self.row.setContentsMargins(10, 4, 6, 4)
        self.row.setAlignment(self.link, Qt.AlignmentFlag.AlignVCenter)
        self.link.clicked.connect(self.all_requested)

    def show_only(self, player: str) -> None:
        """``player`` learns alone; empty: all do."""
        self.show_text(_("Only the {player} learns.", player=_(player)) if player else "")
