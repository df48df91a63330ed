"""Atomic writing of files: under a temporary name beside their target, flushed, then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from genstudio.core.errors import Cancelled, GenstudioError, UsageError
from genstudio.core.messages import N_


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Context with a temporary path to write to; it is renamed to ``path`` if the block succeeds, else removed.

    The temporary name keeps the suffix, because encoders choose their format by it. Missing folders are made. Raises
    :class:`GenstudioError` if the file can't be written.
    """
    target = Path(path)
    # The name is cut short: with the token it must not grow past what file systems allow.
    temporary = target.with_name(f".{target.stem[:80]}-{secrets.token_hex(4)}.part{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        raise GenstudioError(
            N_(
                "{path} could not be written: {reason}.",
                path=str(target),
                reason=error.strerror or str(error),
            ),
            N_("Choose another place, or free some space there."),
        ) from error
    finally:
        with contextlib.suppress(OSError):  # where nothing could be written, nothing is there to remove
            temporary.unlink(missing_ok=True)


def chart_suffix(target: Path) -> str:
    """Suffix of a file for a chart, in small letters. Raises :class:`UsageError` for another than PNG, SVG or CSV."""
    suffix = target.suffix.lower()
    if suffix not in (".png", ".svg", ".csv"):
        raise UsageError(
            N_("A plot can't be written as '{suffix}'.", suffix=suffix or target.name),
            N_("Choose a name that ends in .png, .svg or .csv."),
        )
    return suffix


def raise_if(cancelled: Callable[[], bool] | None) -> None:
    """Raises :class:`Cancelled` after a request to stop."""
    if cancelled is not None and cancelled():
        raise Cancelled(N_("Stopped: the animation was not saved."))
