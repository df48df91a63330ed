"""A library that Qt lacks is named, with the command that installs it, before Qt would abort."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from genstudio.core import qt_libraries
from genstudio.core.errors import GenstudioError

PLUGIN = "Qt/plugins/platforms/libqoffscreen.so"


@pytest.fixture
def lame(tmp_path: Path) -> Path:
    """A PySide6 folder whose offscreen plugin asks for a library that no system has."""
    whole = qt_libraries.installed_pyside()
    assert whole is not None
    (tmp_path / "Qt" / "plugins" / "platforms").mkdir(parents=True)
    (tmp_path / "Qt" / "lib").symlink_to(whole / "Qt" / "lib")
    plugin = (whole / PLUGIN).read_bytes()
    assert b"libxkbcommon.so.0\0" in plugin
    (tmp_path / PLUGIN).write_bytes(plugin.replace(b"libxkbcommon.so.0\0", b"libxkbcommoX.so.0\0"))
    return tmp_path


def test_nothing_is_missing_for_these_tests() -> None:
    whole = qt_libraries.installed_pyside()
    assert whole is not None
    assert qt_libraries.missing(whole, qt_libraries.OFFSCREEN) == []
    qt_libraries.require("offscreen")


def test_a_missing_library_is_named_with_its_command(lame: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert qt_libraries.missing(lame) == ["libxkbcommoX.so.0"]
    monkeypatch.setattr(qt_libraries, "installed_pyside", lambda: lame)
    with pytest.raises(GenstudioError) as caught:
        qt_libraries.require("offscreen")
    assert "libxkbcommoX.so.0" in str(caught.value.what)
    assert qt_libraries.install_command(["libxkbcommoX.so.0"]) in str(caught.value.remedy)


def test_the_platform_is_the_one_that_qt_would_take(lame: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qt_libraries, "installed_pyside", lambda: lame)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen:size=800x600;xcb")
    with pytest.raises(GenstudioError):
        qt_libraries.require()


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt-get", "sudo apt-get install libegl1 libxcb-icccm4"),
        ("dnf", "sudo dnf install 'libEGL.so.1()(64bit)' 'libxcb-icccm.so.4()(64bit)'"),
        ("pacman", "sudo pacman -S --needed libglvnd xcb-util-wm"),
        ("none", "the packages of your system that hold libEGL.so.1 libxcb-icccm.so.4"),
    ],
)
def test_the_command_is_the_systems_own(manager: str, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qt_libraries, "is_debian_like", lambda: manager == "apt-get")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name == manager else None)
    assert qt_libraries.install_command(["libEGL.so.1", "libxcb-icccm.so.4"]) == command


def test_unlisted_library_follows_debians_naming() -> None:
    assert qt_libraries.debian_packages(["libfoo-bar.so.2", "libICE2.so.1", "libxcb-icccm.so.4"]) == [
        "libfoo-bar2",
        "libice2-1",
        "libxcb-icccm4",
    ]
