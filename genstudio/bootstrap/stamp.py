"""Record of a finished installation, in a file inside it. Every start reads it, so this imports next to nothing.

The stamp is written when all is done and removed before anything changes: an installation that was interrupted has none.
It holds what decides whether the installation still fits, in the clear: where the project lay (an editable install
points there), which interpreter ``.venv`` hangs on (a system upgrade may replace it), the extras, and the part of
``pyproject.toml`` that says what is to be installed.
"""

import os

NAME = "genstudio-installed"


def venv(here: str) -> str:
    return os.path.join(here, ".venv")


def venv_python(here: str) -> str:
    """The interpreter of ``.venv``, whether it exists or not."""
    return os.path.join(venv(here), *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def is_current(here: str, extra: str = "") -> bool:
    """True if ``.venv`` holds a finished installation of the project as it is now, with ``extra`` if requested."""
    where, interpreter, extras, expected = _read(here)
    python = venv_python(here)
    return (
        where == os.fsencode(here)
        and interpreter == os.fsencode(os.path.realpath(python))
        and os.path.exists(python)
        and (not extra or os.fsencode(extra) in extras.split(b","))
        and expected == _requirements(here)
    )


def extras(here: str) -> set[str]:
    """The extras that the last finished installation had, so that a renewed one keeps them."""
    return {os.fsdecode(extra) for extra in _read(here)[2].split(b",") if extra}


def write(here: str, extras: set[str]) -> None:
    """Mark the installation as finished: flushed under another name, then renamed, so that no half of it is ever read."""
    python = os.path.realpath(venv_python(here))
    lines = [os.fsencode(here), os.fsencode(python), os.fsencode(",".join(sorted(extras))), _requirements(here)]
    path = _path(here)
    with open(path + ".new", "wb") as file:
        file.write(b"\n".join(lines))
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def remove(here: str) -> None:
    """Mark the installation as unfinished until :func:`write`."""
    if os.path.exists(_path(here)):
        os.remove(_path(here))


def _path(here: str) -> str:
    return os.path.join(venv(here), NAME)


def _read(here: str) -> tuple[bytes, bytes, bytes, bytes]:
    try:
        with open(_path(here), "rb") as file:
            lines = file.read().split(b"\n", 3)
    except OSError:
        lines = []
    where, interpreter, extras, expected = [*lines, b"", b"", b"", b""][:4]
    return where, interpreter, extras, expected


def _requirements(here: str) -> bytes:
    """All of ``pyproject.toml`` before its first ``[tool.`` table: a linter's new rule is no reason to reinstall."""
    with open(os.path.join(here, "pyproject.toml"), "rb") as file:
        return file.read().partition(b"\n[tool.")[0].strip()
