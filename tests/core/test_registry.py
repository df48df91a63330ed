from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from genstudio.core import registry as registries
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.registry import Registry


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Write a package from {file: text} and return its name; it is removed after the test."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(name: str, **files: str) -> str:
        for file, text in {"__init__": "", **files}.items():
            path = tmp_path / name / (file.replace("__DOT__", "/") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        importlib.invalidate_caches()
        return name

    yield write  # type: ignore[misc]
    for module in [m for m in sys.modules if m.startswith("rooms_")]:
        del sys.modules[module]


def test_new_file_is_enough_for_a_new_thing(package: Callable[..., str]) -> None:
    name = package(
        "rooms_a",
        base="from genstudio.core.registry import Registry\nfrom genstudio.core.messages import N_\n"
        "rooms = Registry(N_('room'), 'rooms_a')\n",
        kitchen="from rooms_a.base import rooms\n@rooms.register('kitchen')\ndef kitchen(): ...\n",
        deep__DOT____init__="",
        deep__DOT__cellar="from rooms_a.base import rooms\n@rooms.register('cellar')\ndef cellar(): ...\n",
    )
    rooms = importlib.import_module(f"{name}.base").rooms
    assert list(rooms) == ["cellar", "kitchen"]
    assert "cellar" in rooms
    assert "attic" not in rooms
    assert len(rooms) == 2
    assert [n for n, _ in rooms.items()] == ["cellar", "kitchen"]
    assert rooms["kitchen"].__name__ == "kitchen"


def test_a_second_thing_of_the_same_name_is_an_error() -> None:
    rooms: Registry[object] = Registry(N_("room"), "genstudio.core")
    rooms.register("kitchen")(object())
    with pytest.raises(UsageError, match="room named 'kitchen' exists already"):
        rooms.register("kitchen")(object())


def test_wrong_name_suggests_the_nearest_or_all() -> None:
    rooms: Registry[int] = Registry(N_("room"), "genstudio.core")
    rooms.register("kitchen")(1)
    rooms.register("cellar")(2)
    with pytest.raises(UsageError, match=r"no room named 'kichen'\. Did you mean 'kitchen'"):
        rooms["kichen"]
    with pytest.raises(UsageError, match="There are: cellar, kitchen"):
        rooms["xyz"]


def test_broken_file_is_reported_each_time(package: Callable[..., str]) -> None:
    name = package("rooms_b", broken="raise ImportError('no such library')\n")
    rooms: Registry[object] = Registry(N_("room"), name)
    for _ in range(2):
        with pytest.raises(ImportError, match="no such library"):
            list(rooms)


def test_file_can_use_the_registry_while_it_loads(package: Callable[..., str]) -> None:
    package(
        "rooms_c",
        base="from genstudio.core.registry import Registry\nfrom genstudio.core.messages import N_\n"
        "rooms = Registry(N_('room'), 'rooms_c')\n",
        hall="from rooms_c.base import rooms\nrooms.register('hall')(len(rooms))\n",
    )
    assert importlib.import_module("rooms_c.base").rooms["hall"] == 0


def test_simultaneous_threads_see_everything(package: Callable[..., str]) -> None:
    package(
        "rooms_d",
        base="from genstudio.core.registry import Registry\nfrom genstudio.core.messages import N_\n"
        "rooms = Registry(N_('room'), 'rooms_d')\n",
        **{f"r{i}": f"from rooms_d.base import rooms\nrooms.register('r{i}')({i})\n" for i in range(20)},
    )
    rooms = importlib.import_module("rooms_d.base").rooms
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.append(len(rooms))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [20] * 8


def test_plugins_are_added_and_a_broken_one_is_skipped(
    package: Callable[..., str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    package("rooms_e")
    rooms: Registry[int] = Registry(N_("room"), "rooms_e")

    class Point:
        def __init__(self, name: str) -> None:
            self.name = name

        def load(self) -> None:
            if self.name == "broken":
                raise RuntimeError("no")
            rooms.register(self.name)(1)

    monkeypatch.setattr(registries, "_plugins_loaded", set())
    monkeypatch.setattr(registries, "entry_points", lambda group: [Point("broken"), Point("annexe")])
    assert list(rooms) == ["annexe"]
    assert "plugin broken could not be loaded" in caplog.text
