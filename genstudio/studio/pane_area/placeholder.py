"""Placeholder text of a pane without weights: what is going on, or what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.core.messages import _, translate

if TYPE_CHECKING:
    from genstudio.studio.session.session import Session


def placeholder_text(session: Session) -> str:
    """One or two sentences for the state of the session."""
    activity = {
        "preparing": _("Preparing the images. The first pictures come with the first steps."),
        "training": _("Waiting for the first weights."),
        "paused": _("Waiting for the first weights."),
        "stopping": _("Saving the current state."),
    }
    if session.state == "opening":
        return _("Opening {name}. Its pictures appear here.", name=session.opening_name)
    if session.state in activity:
        return activity[session.state]
    waits = session.waits_for
    if session.run is not None:
        return (
            _("This run has no saved weights yet: {why}.", why=waits)
            if waits
            else _("This run has no saved weights. Press Start to train again.")
        )
    if waits:
        return _("{why}. What the model learns appears here while it trains.", why=waits.rstrip("."))
    return _("Press Start. What the model learns appears here while it trains.")


def title_of(session: Session) -> str:
    """Name of the run that is open or being opened, else of the recipe."""
    if session.run is not None:
        return session.run.name
    if session.opening:
        return session.opening_name
    recipe = session.recipe
    return (translate(recipe.title) or recipe.name) if recipe is not None else ""


def activity_of(session: Session) -> str:
    """One word for the header."""
    text = {
        "opening": _("opening"),
        "idle": "" if session.run is not None else _("nothing trained yet"),
        "preparing": _("preparing"),
        "training": _("training"),
        "paused": _("paused"),
        "stopping": _("saving"),
    }
    return text[session.state]
