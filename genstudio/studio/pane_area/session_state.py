"""Session state of the right side: each pane's state, the visible panes, and smoothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from genstudio.core.errors import GenstudioError
from genstudio.studio.pane_area.pane_states import Subject
from genstudio.viewing.pane import Pane
from genstudio.viewing.pane_state import PaneState

if TYPE_CHECKING:
    from genstudio.studio.settings import Settings

log = logging.getLogger(__name__)
KEY = "panes"


@dataclass(frozen=True)
class SessionState:
    """States by pane, the visible panes from left to right (none: not chosen), and whether pixels are
    smoothed."""

    states: dict[str, PaneState]
    slots: list[str]
    smooth: bool
    subject: Subject | None = None  # what the states are about


def recall(settings: Settings, panes: Mapping[str, Pane]) -> SessionState:
    """Restore the result of :func:`remember`. What no longer fits, as of another version, gets its default."""
    stored: dict[str, Any] = settings.get(KEY, {})
    states: dict[str, PaneState] = {}
    for name, pane in panes.items():
        try:
            states[name] = pane.state.from_json(dict(stored.get("states", {}).get(name, {})))
        except (GenstudioError, TypeError, ValueError, AttributeError):
            log.warning("the kept state of pane %s does not fit any more", name)
            states[name] = pane.state()
    slots = [name for name in stored.get("slots", []) if name in panes][:2]
    about = stored.get("about", {})
    subject = Subject(str(about.get("run", "")), str(about.get("images", "")))
    return SessionState(states, list(dict.fromkeys(slots)), bool(stored.get("smooth", False)), subject)


def remember(settings: Settings, what: SessionState) -> None:
    """Put it into the settings, which ``Settings.save`` writes. The run and the step belong to the run that was open."""
    states = {name: replace(state, at="latest", run="").to_json() for name, state in what.states.items()}
    about = {} if what.subject is None else asdict(what.subject)
    settings.set(KEY, {"states": states, "slots": list(what.slots), "smooth": what.smooth, "about": about})
