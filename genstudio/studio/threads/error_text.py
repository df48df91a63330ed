"""An error as one line for the window: its own text where it has one, else its type."""

from __future__ import annotations

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_, Message


def error_message(error: BaseException) -> Message | str:
    """An error as one line for the user."""
    if isinstance(error, GenstudioError):
        return str(error)
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return N_("Memory ran out. Choose a smaller batch size or a smaller model.")
    return N_(
        "Something went wrong in genstudio: {kind}: {reason}.",
        kind=type(error).__name__,
        reason=str(error) or "-",
    )
