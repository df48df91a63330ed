"""Settings kept between two starts: geometry, theme, last recipe and run, pane states."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from pathlib import Path
from typing import Any

from genstudio.core.paths import home_dir

log = logging.getLogger(__name__)


class Settings:
    """A flat mapping of dotted keys to JSON values, in ``settings.json`` in the user's home folder.

    ``set`` keeps a value in memory, ``save`` writes all of them at once under a temporary name and renames, so that a
    crash leaves the old file. A file that can't be read is put aside, never fatal: a window must always open.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or home_dir() / "settings.json"
        self._values: dict[str, Any] = self._read()

    def get(self, key: str, default: Any = None) -> Any:
        """The value under ``key``, or ``default`` where there is none or one of another kind than ``default``."""
        value = self._values.get(key, default)
        if default is not None and not isinstance(value, type(default)):
            return default
        return value

    def set(self, key: str, value: Any) -> None:
        """Remember ``value`` (anything that JSON holds); ``None`` forgets the key."""
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value

    def save(self) -> None:
        """Write everything. A full disk or a read-only home is logged, not raised: settings are never worth a crash."""
        waiting = self.path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            waiting.write_text(json.dumps(self._values, indent=1, sort_keys=True), encoding="utf-8")
            os.replace(waiting, self.path)
        except OSError as error:
            log.warning("settings could not be saved to %s: %s", self.path, error.strerror or error)
            with contextlib.suppress(OSError):
                waiting.unlink()
        except (TypeError, ValueError):
            log.exception("settings could not be saved to %s", self.path)
            with contextlib.suppress(OSError):
                waiting.unlink()

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            log.warning("%s can't be read and is put aside", self.path)
            with contextlib.suppress(OSError):
                os.replace(self.path, self.path.with_suffix(".broken.json"))
            return {}
        return values if isinstance(values, dict) else {}
