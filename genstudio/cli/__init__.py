"""The command line. ``genstudio`` alone opens the window; every command works without one.

Torch is imported only by commands that need it, and Qt only for a window: ``genstudio --help`` must be fast, on a
server too.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from genstudio.cli.output import complain, steady_streams
from genstudio.core.errors import GenstudioError
from genstudio.core.messages import _
from genstudio.core.plain_text import shortened

INTERRUPTED = 130  # what a shell gives for a program that Ctrl-C ended


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code: 0, 1 for a failure, 2 for usage, 130 for Ctrl-C.

    An error is one line on stderr; ``--debug``, in any position, shows the traceback instead.
    """
    steady_streams()
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    arguments = [one for one in arguments if one != "--debug"]
    try:
        code = _run(arguments) if arguments else _start()
    except Exception as error:
        if debug and not _is_usage(error):
            raise
        code = _explain(error)
    except KeyboardInterrupt:
        complain(_("Stopped."))
        code = INTERRUPTED
    sys.exit(code)


def _start() -> int:
    """Run ``genstudio`` without a command: the window, or the demo without a display."""
    from genstudio.cli.display import has_display, open_window

    if has_display():
        return open_window()
    complain(_("There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): running `genstudio demo`."))
    return _run(["demo"])


def _run(arguments: list[str]) -> int:
    import typer.main

    from genstudio.cli.app import app

    result: Any = typer.main.get_command(app).main(arguments, prog_name="genstudio", standalone_mode=False)
    return result if isinstance(result, int) else 0


def _explain(error: Exception) -> int:
    """Error message in one line, and its exit code."""
    import typer

    if isinstance(error, GenstudioError):
        complain(str(error))
        return error.exit_code
    if _is_usage(error):
        return _explain_usage(error)
    if isinstance(error, typer.Abort):
        complain(_("Stopped."))
        return INTERRUPTED
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        remedy = _("Use fewer images at a time (--set plan.batch_size=32) or a smaller model.")
        complain(_("There is not enough memory.") + " " + remedy)
    elif isinstance(error, OSError):
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        complain(what + ". " + _("Add --debug to see the traceback."))
    else:
        reason = shortened(f"{type(error).__name__}: {error}", 500)
        what = _("Something unexpected happened: {error}.", error=reason)
        complain(what + " " + _("Add --debug to see the traceback, and please report it."))
    return 1


def _is_usage(error: Exception) -> bool:
    """True for typer's own complaint about the command line.

    Its base class is click's, which typer imports or bundles, depending on the version, so the check uses a class that
    typer always has.
    """
    import typer

    return isinstance(error, typer.BadParameter.__mro__[1])


def _explain_usage(error: Any) -> int:
    text = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "genstudio"
    complain(text + ("" if text.endswith((".", "?")) else ".") + " " + _("See '{command} --help'.", command=path))
    return int(error.exit_code)
