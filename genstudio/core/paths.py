"""Folders: what ships with the program, and what belongs to the user.

Nothing here creates a folder; the writers do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def _shipped() -> Path:
    """A wheel carries ``resources`` and ``checkpoints`` inside the package; a checkout has them beside it."""
    inside = PACKAGE / "_shipped"
    return inside if inside.is_dir() else PACKAGE.parent


def resources() -> Path:
    """Icons, fonts, styles, recipes and catalogues of translations that come with the program."""
    return _shipped() / "resources"


def checkpoints() -> Path:
    """Small trained models that come with the program, one run folder each."""
    return _shipped() / "checkpoints"


def cache_dir() -> Path:
    """The user's cache: decoded images, downloads. ``$GENSTUDIO_CACHE`` overrides it."""
    import platformdirs

    return Path(os.environ.get("GENSTUDIO_CACHE") or platformdirs.user_cache_dir("genstudio", appauthor=False))


def home_dir() -> Path:
    """Folder of the user's runs, sessions and settings; ``$GENSTUDIO_HOME`` overrides it."""
    import platformdirs

    return Path(os.environ.get("GENSTUDIO_HOME") or platformdirs.user_data_dir("genstudio", appauthor=False))


def runs_dir() -> Path:
    """Default folder of runs."""
    return home_dir() / "runs"


def data_dirs(extra: str | os.PathLike[str] | None = None) -> list[Path]:
    """Folders in which data sets are searched, in order: ``--data``, ``$GENSTUDIO_DATA`` (a path list), the cache."""
    given = [Path(extra)] if extra else []
    from_environment = [Path(p) for p in os.environ.get("GENSTUDIO_DATA", "").split(os.pathsep) if p]
    return [*given, *from_environment, cache_dir() / "data"]


def unreadable(folders: Iterable[str | os.PathLike[str]]) -> list[tuple[Path, str]]:
    """Existing folders of ``folders`` that can't be read, each with the reason."""
    found = []
    for folder in dict.fromkeys(map(Path, folders)):
        try:
            with os.scandir(folder):
                pass
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:  # ValueError: a path that can't exist, with a zero byte in it
            found.append((folder, getattr(error, "strerror", None) or str(error)))
    return found


def looked_in(folders: Iterable[str | os.PathLike[str]]) -> str:
    """``folders`` in one line, for a message that something was not found there."""
    folders = list(dict.fromkeys(map(Path, folders)))
    reasons = dict(unreadable(folders))
    return ", ".join(f"{folder} ({reasons[folder]})" if folder in reasons else str(folder) for folder in folders)
