"""Registries: models, data sets, measures, objectives, panes and pane views by name, each added in one file.

A decorator registers; a second thing of the same name is an error. Loading imports every module of the folder, then the
modules that other packages name in the entry point group ``genstudio.plugins`` (``genstudio.studio`` for Qt code).
"""

from __future__ import annotations

import difflib
import importlib
import logging
import pkgutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message

T = TypeVar("T")
log = logging.getLogger(__name__)
PLUGINS = "genstudio.plugins"
_plugins_lock = threading.RLock()
_plugins_loaded: set[str] = set()


class Registry(Generic[T]):
    """Things of one kind by name, found by importing every module under ``package``.

    ``kind`` names the kind in errors ("model"); ``plugins`` is the entry point group of other packages.
    """

    def __init__(self, kind: Message, package: str, plugins: str = PLUGINS) -> None:
        self.kind = kind
        self.package = package
        self.plugins = plugins
        self._things: dict[str, T] = {}
        self._loaded = False
        self._lock = threading.RLock()

    def register(self, name: str) -> Callable[[T], T]:
        """Decorator: file the thing under ``name``. Raises :class:`UsageError` when the name is taken."""

        def file(thing: T) -> T:
            if name in self._things:
                raise UsageError(
                    N_("A {kind} named '{name}' exists already.", kind=self.kind, name=name),
                    N_("Choose another name for the new one."),
                )
            self._things[name] = thing
            return thing

        return file

    def replace(self, name: str, thing: T) -> None:
        """File ``thing`` under ``name``, in place of what is there."""
        self.load()._things[name] = thing

    @contextmanager
    def restored(self) -> Iterator[Registry[T]]:
        """Forget at the end what is registered or replaced within: for notebooks and tests."""
        before = dict(self.load()._things)
        try:
            yield self
        finally:
            self._things.clear()
            self._things.update(before)

    def load(self) -> Registry[T]:
        """Import every module that may register something. Safe to call from any thread, any number of times."""
        with self._lock:
            if not self._loaded:
                self._loaded = True  # before the imports: one of them may ask for what is registered so far
                try:
                    self._import_all()
                except BaseException:
                    self._loaded = False  # or the next to ask would be told that there is nothing
                    raise
        return self

    def _import_all(self) -> None:
        root = importlib.import_module(self.package)
        for module in pkgutil.walk_packages(root.__path__, prefix=f"{self.package}."):
            importlib.import_module(module.name)
        _load_plugins(self.plugins)

    def __getitem__(self, name: str) -> T:
        self.load()
        if name in self._things:
            return self._things[name]
        close = difflib.get_close_matches(name, self._things, n=1)
        remedy = (
            N_("Did you mean '{close}'?", close=close[0])
            if close
            else N_("There are: {names}.", names=", ".join(sorted(self._things)))
        )
        raise UsageError(N_("There is no {kind} named '{name}'.", kind=self.kind, name=name), remedy)

    def get(self, name: str, default: T) -> T:
        """The thing named ``name``, or ``default``."""
        return self.load()._things.get(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self.load()._things

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.load()._things))

    def __len__(self) -> int:
        return len(self.load()._things)

    def items(self) -> list[tuple[str, T]]:
        return sorted(self.load()._things.items())


def _load_plugins(group: str) -> None:
    """Import the modules of an entry point group, once. A broken one is logged and skipped: the rest still works."""
    with _plugins_lock:
        if group in _plugins_loaded:
            return
        _plugins_loaded.add(group)
        for point in entry_points(group=group):
            try:
                point.load()
            except Exception:
                log.exception("plugin %s could not be loaded", point.name)
