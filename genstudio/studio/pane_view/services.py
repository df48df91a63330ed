"""Services of the pane area for what a pane keeps beyond its view, such as jobs that go on while another pane is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import Message

if TYPE_CHECKING:
    from genstudio.studio.session.session import Session
    from genstudio.studio.threads.jobs import Jobs
    from genstudio.viewing.blobs import Blobs
    from genstudio.viewing.pane_state import PaneState


class StatesOfPanes(Protocol):
    """States of all panes by name, and their undoable change."""

    values: dict[str, PaneState]

    def change(self, states: dict[str, PaneState], text: str) -> None:
        """Change some states, described by ``text``."""
        ...


@dataclass(frozen=True, eq=False)
class PaneServices:
    """``parent`` owns the objects that are made with them; ``views`` are those that there are at present, by pane.

    ``show_pane(name)`` brings a pane into sight, ``show_error(text)`` reports what could not be done.
    """

    parent: QObject
    session: Session
    jobs: Jobs
    blobs: Blobs
    states: StatesOfPanes
    views: Mapping[str, QWidget]
    show_pane: Callable[[str], None]
    show_error: Callable[[Message | str], None]
