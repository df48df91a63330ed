"""Errors for people: what happened, why, and what to do next."""

from __future__ import annotations

from genstudio.core.messages import Message, translate


class GenstudioError(Exception):
    """Base of errors that people read: the problem and its remedy.

    ``what`` says what happened and why, ``remedy`` what to do next. The command line prints both on one line and ends
    with code 1 (2 for :class:`UsageError`); the window shows them as a line of text, never as a traceback.
    """

    exit_code = 1

    def __init__(self, what: Message | str, remedy: Message | str = "") -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        what, remedy = translate(self.what), translate(self.remedy)
        return f"{what} {remedy}" if remedy else what


class UsageError(GenstudioError):
    """A request for something that does not exist or is not valid: exit code 2."""

    exit_code = 2


class DataError(GenstudioError):
    """Images that are missing, broken or of the wrong kind."""


class RunError(GenstudioError):
    """A run folder that can't be read, written or continued."""


class NotSavedError(RunError):
    """Training could not write to its run's folder. The trained model is still in memory."""


class Cancelled(GenstudioError):
    """The user stopped a long piece of work. No partial result is left."""
