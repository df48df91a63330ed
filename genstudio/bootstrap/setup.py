"""The first start: make ``.venv``, install the project into it, check the system, and only then mark it as finished.

Every step may be interrupted, even killed, at any point; the next start finds out what is there and goes on.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from genstudio.bootstrap import disk, pip_trouble, stamp, system
from genstudio.bootstrap.console import interruptible, print_message, run
from genstudio.core import qt_libraries
from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_, Message

OLDEST = (3, 11)


def prepare(here: str, extra: str = "") -> int:
    """Make ``.venv`` in ``here`` hold the project with ``extra``: 0 when it does, else the exit code to end with."""
    try:
        with interruptible(), _alone(here) as lock:
            if not stamp.is_current(here, extra):  # it may have come to be while we waited
                _set_up(here, stamp.extras(here) | ({extra} if extra else set()), lock)
    except KeyboardInterrupt:
        print_message(N_("Stopped. Run the same command to continue from here."))
        return 130
    except GenstudioError as error:
        print_message(str(error))
        return 1
    except OSError as error:
        print_message(str(_explain(error, here)))
        return 1
    return 0


def _set_up(here: str, extras: set[str], lock: list[int]) -> None:
    print_message(N_("Setting up in {folder} (once; a few minutes).", folder=stamp.venv(here)))
    if not os.access(here, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), here)
    # Even the smallest installation must fit, or there is no use in beginning.
    disk.require(disk.measure(here, stamp.venv(here), "/cpu"))
    python = _environment(here, lock)
    found = disk.measure(here, stamp.venv(here), _pip_settings(python))
    print_message(disk.text(found))
    disk.require(found)
    stamp.remove(here)
    _remove_half_installed(python)
    _install(here, python, extras, lock, disk.temporary_folder(found, stamp.venv(here)))
    _check_system(python, extras)
    stamp.write(here, extras)


def _environment(here: str, lock: list[int]) -> str:
    """Return the interpreter of a ``.venv`` that works and has pip; make, repair or replace it where needed."""
    venv, python = stamp.venv(here), stamp.venv_python(here)
    works = _answers(python, f"import sys; sys.exit(sys.version_info < {OLDEST} or sys.prefix == sys.base_prefix)")
    if works and _answers(python, "import pip"):
        return python
    base = getattr(sys, "_base_executable", None) or sys.executable
    _require_venv_module(base)
    if os.path.isdir(venv) and not works:
        print_message(N_("Making .venv again: its Python is missing or too old, or the set-up was interrupted."))
    command = [base, "-m", "venv", *([] if works else ["--clear"]), venv]
    code, lines = run(command, keep_open=lock)
    if code or not _answers(python, "import pip"):
        if shutil.disk_usage(here).free < 0.05 * disk.GB:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), venv)
        raise GenstudioError(
            N_("Python could not make {folder}: {why}", folder=venv, why=lines[-1] if lines else code),
            N_("Try another Python, such as python3.12 main.py."),
        )
    return python


def _answers(python: str, question: str) -> bool:
    """True if ``python`` starts and runs ``question`` without an error."""
    try:
        return subprocess.run([python, "-c", question], capture_output=True, stdin=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def _require_venv_module(base: str) -> None:
    """Debian splits ``venv`` off its Python. Installs it where we may; raises GenstudioError where it can't be had."""
    if _has_venv_module():
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    of_the_system = qt_libraries.is_debian_like() and os.path.realpath(base).startswith("/usr/bin/")
    if of_the_system and system.may_install() and system.install([package]):
        importlib.invalidate_caches()
        if _has_venv_module():
            return
    raise GenstudioError(
        N_("This Python ({python}) has no venv module.", python=base),
        N_("Install it: sudo apt-get install {package}", package=package)
        if of_the_system
        else N_("Start main.py with a complete Python, such as one from your system's packages."),
    )


def _has_venv_module() -> bool:
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def _pip_settings(python: str) -> str:
    """Settings of pip from its files and the environment, as it prints them."""
    answer = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, errors="replace")
    return answer.stdout


def _remove_half_installed(python: str) -> None:
    """Remove what an interruption left, so that pip does not mistake it for installed.

    pip writes ``INSTALLER`` into a package's ``.dist-info`` after all of its files, and moves a package that it is
    replacing to a name beginning with ``~``.
    """
    question = "import sysconfig; print(sysconfig.get_path('purelib'))"
    answer = subprocess.run([python, "-c", question], capture_output=True, text=True, check=True)
    for place in Path(answer.stdout.strip()).iterdir():
        unfinished = place.name.endswith(".dist-info") and not (place / "INSTALLER").exists()
        if unfinished or place.name.startswith("~"):
            shutil.rmtree(place, ignore_errors=True)


def _install(here: str, python: str, extras: set[str], lock: list[int], temporary: str | None) -> None:
    """``pip install -e .``, with pip's own settings and its output shown."""
    environment = dict(os.environ)
    if temporary:
        os.makedirs(temporary, exist_ok=True)
        environment["TMPDIR"] = temporary
    project = here + (f"[{','.join(sorted(extras))}]" if extras else "")
    print_message(N_("Installing. You can stop with Ctrl-C and start again at any time."))
    try:
        command = [python, "-m", "pip", "install", "--disable-pip-version-check", "--editable", project]
        code, lines = run(command, env=environment, keep_open=lock)
    finally:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
    if code:
        raise pip_trouble.explain(code, lines)


def _check_system(python: str, extras: set[str]) -> None:
    """Install the libraries that Qt needs, or print a line: without them everything but the window works."""
    if sys.platform != "linux":
        return
    lacking = system.provide_qt_libraries(installed_pyside(python))
    if lacking:
        print_message(str(qt_libraries.error(lacking)))
        print_message(N_("Until then the window can't open; the commands work."))
    if "test" in extras:
        system.offer_fashion_mnist()


def installed_pyside(python: str) -> Path:
    """The folder of the PySide6 in ``python``'s environment, whether it is there or not."""
    question = "import sysconfig; print(sysconfig.get_path('platlib'))"
    return Path(subprocess.run([python, "-c", question], capture_output=True, text=True).stdout.strip()) / "PySide6"


@contextlib.contextmanager
def _alone(here: str) -> Iterator[list[int]]:
    """Keep a second start from installing into the same ``.venv``. Yields what children must hold open, so that an
    orphaned pip keeps the others waiting too. Where files can't be locked, there is no such protection."""
    try:
        import fcntl
    except ImportError:
        yield []
        return
    with open(os.path.join(here, "pyproject.toml"), "rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print_message(N_("Another start is installing; waiting for it to finish."))
            fcntl.flock(held, fcntl.LOCK_EX)
        except OSError:
            yield []
            return
        yield [held.fileno()]


def _explain(error: OSError, here: str) -> GenstudioError:
    """An error of the file system, in words."""
    why: Message | str = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return GenstudioError(N_("The disk is full."), N_("Free some space and run the same command again."))
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return GenstudioError(
            N_("Can't write in {folder}: {why}.", folder=here, why=why),
            N_("Copy the project to a folder that you own and start it there."),
        )
    return GenstudioError(N_("The set-up failed: {why}.", why=str(error)), N_("Run the same command again."))
