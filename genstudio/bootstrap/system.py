"""Packages that the operating system has to bring: installed where allowed, else named."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from genstudio.bootstrap.console import print_message, run
from genstudio.core import qt_libraries
from genstudio.core.messages import N_

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")


def may_install() -> bool:
    """True for root on a Debian-like system: there missing packages are installed."""
    return sys.platform == "linux" and os.geteuid() == 0 and qt_libraries.is_debian_like()


def install(packages: Sequence[str]) -> bool:
    """Install Debian packages; whether it worked. The lists are fetched only if it fails without: they may be there."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120"]
    command = [*apt, "install", "--no-install-recommends", *packages]
    print_message(N_("Installing missing system packages: {packages}", packages=" ".join(packages)))
    if run(command, env=environment)[0] == 0:
        return True
    run([*apt, "update"], env=environment)
    return run(command, env=environment)[0] == 0


def provide_qt_libraries(pyside: Path) -> list[str]:
    """The shared libraries that Qt still lacks after installing what we may: an empty list if all is there.

    ``pyside`` is the folder of the installed PySide6.
    """
    if sys.platform != "linux":
        return []
    missing = qt_libraries.missing(pyside)
    packages = qt_libraries.debian_packages(missing)
    if not _has_font():
        packages.append("fonts-dejavu-core")
    if packages and may_install():
        install(packages)
        missing = qt_libraries.missing(pyside)
    return missing


def offer_fashion_mnist() -> None:
    """For the tests and for a first training on clothes, where Debian's package can be had. Never required."""
    if may_install() and not FASHION_MNIST.is_dir() and shutil.which("apt-get"):
        install(["dataset-fashion-mnist"])


def _has_font() -> bool:
    endings = (".ttf", ".otf", ".ttc", ".pfb")
    return any(
        name.endswith(endings)
        for folder in FONT_FOLDERS
        for _, _, names in os.walk(os.path.expanduser(folder))
        for name in names
    )
