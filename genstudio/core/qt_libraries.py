"""The shared libraries of the system that Qt needs on Linux: which are missing, and the command that installs them.

PySide6's wheels contain Qt, but not the system libraries that it needs (X11, OpenGL, fonts). If one is missing, Qt
aborts the process with a text about plugins; so call :func:`require` before opening a window. Standard library only:
``main.py`` uses it before anything is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_

# What each platform plugin loads, beneath PySide6's folder. ``ldd`` follows the rest.
OFFSCREEN = ("QtWidgets*.so", "QtSvg.*so", "Qt/plugins/platforms/libqoffscreen.so")
WINDOW = (*OFFSCREEN, "Qt/plugins/platforms/libqxcb.so", "Qt/plugins/xcbglintegrations/*.so")

_DEBIAN = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
_ARCH = {
    "libEGL.so.1": "libglvnd",
    "libGL.so.1": "libglvnd",
    "libX11.so.6": "libx11",
    "libX11-xcb.so.1": "libx11",
    "libdbus-1.so.3": "dbus",
    "libfontconfig.so.1": "fontconfig",
    "libfreetype.so.6": "freetype2",
    "libglib-2.0.so.0": "glib2",
    "libgthread-2.0.so.0": "glib2",
    "libxcb-cursor.so.0": "xcb-util-cursor",
    "libxcb-icccm.so.4": "xcb-util-wm",
    "libxcb-image.so.0": "xcb-util-image",
    "libxcb-keysyms.so.1": "xcb-util-keysyms",
    "libxcb-render-util.so.0": "xcb-util-renderutil",
    "libxcb-util.so.1": "xcb-util",
    "libxkbcommon.so.0": "libxkbcommon",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11",
    "libz.so.1": "zlib",
    "libzstd.so.1": "zstd",
}


def require(platform: str = "") -> None:
    """Raises GenstudioError, with the command to run, if Qt's plugin for ``platform`` can't be loaded here.

    ``platform`` is "xcb", "wayland" or "offscreen"; by default the one that Qt would choose. The check only loads the
    plugin, which costs nothing: Qt loads the same libraries a moment later. Call it before anything of PySide6 is
    imported. Elsewhere than on Linux there is nothing to check.
    """
    pyside = installed_pyside() if sys.platform == "linux" else None
    if pyside is None:
        return
    import ctypes

    try:
        ctypes.CDLL(str(pyside / f"Qt/plugins/platforms/libq{platform or _platform()}.so"))
    except OSError as trouble:
        lacking = missing(pyside)
        if lacking:
            raise error(lacking) from trouble


def _platform() -> str:
    """Qt's platform plugin, chosen from the environment as Qt does."""
    requested = os.environ.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    return requested or ("wayland" if os.environ.get("WAYLAND_DISPLAY") else "xcb")


def error(lacking: Sequence[str]) -> GenstudioError:
    """The error that names the missing libraries and says how to get them."""
    return GenstudioError(
        N_("Qt needs libraries that this system lacks: {names}.", names=", ".join(lacking)),
        N_("Install them: {command}", command=install_command(lacking)),
    )


def missing(pyside: Path, files: Sequence[str] = WINDOW) -> list[str]:
    """Names (``libxcb-icccm.so.4``) of the shared libraries that the loader doesn't find for ``files`` beneath ``pyside``.

    Empty where there is no ``ldd`` to ask.
    """
    ldd = shutil.which("ldd")
    binaries = [str(path) for pattern in files for path in sorted(pyside.glob(pattern))]
    if not ldd or not binaries:
        return []
    answer = subprocess.run(
        [ldd, *binaries], capture_output=True, text=True, errors="replace", env={**os.environ, "LC_ALL": "C"}
    )
    return sorted(set(re.findall(r"^\s*(\S+) => not found", answer.stdout, re.MULTILINE)))


def installed_pyside() -> Path | None:
    """The folder of the PySide6 that this interpreter would import."""
    from importlib.util import find_spec

    spec = find_spec("PySide6")
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def is_debian_like() -> bool:
    """Debian, Ubuntu, Mint, Raspberry Pi OS, ...: where ``apt-get`` installs."""
    return Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def debian_packages(libraries: Iterable[str]) -> list[str]:
    """Debian's packages for ``libraries``; one that we don't know goes by its library's name, as Debian's rule has it."""
    return sorted({_DEBIAN.get(name) or _by_debians_rule(name) for name in libraries})


def install_command(libraries: Sequence[str]) -> str:
    """The exact command that installs ``libraries`` on this system, as far as we know its package manager."""
    if is_debian_like():
        return "sudo apt-get install " + " ".join(debian_packages(libraries))
    for manager in ("dnf", "zypper", "yum"):
        if shutil.which(manager):  # they install by what a package provides
            bits = "()(64bit)" if sys.maxsize > 2**32 else ""
            return f"sudo {manager} install " + " ".join(f"'{name}{bits}'" for name in libraries)
    if shutil.which("pacman"):
        return "sudo pacman -S --needed " + " ".join(sorted({_ARCH.get(name, "libxcb") for name in libraries}))
    return "the packages of your system that hold " + " ".join(libraries)


def _by_debians_rule(library: str) -> str:
    """``libfoo-bar.so.2`` is in ``libfoo-bar2``; a name that ends in a digit gets a hyphen (``libfoo2-1``)."""
    name, _, version = library.lower().partition(".so.")
    return f"{name}{'-' if name[-1:].isdigit() else ''}{version.split('.')[0]}"
