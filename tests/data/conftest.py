"""A separate cache and search path for every test of data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genstudio.core.messages import N_
from genstudio.data.base import Source, data_sets


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("GENSTUDIO_CACHE", str(cache))
    monkeypatch.delenv("GENSTUDIO_DATA", raising=False)
    return cache


@pytest.fixture
def make_source() -> Iterator[Any]:
    """A context in which a source made of an array is registered as ``array``; it counts how often it was decoded."""

    @contextmanager
    def made(images: np.ndarray, chunk: int = 16, **columns: Any) -> Iterator[type[Source]]:
        declared = {k: columns.pop(k) for k in ("class_names", "attribute_names") if k in columns}

        class Array(Source):
            title, help = N_("Array"), N_("An array, for tests.")
            decoded = 0
            after_chunk = staticmethod(lambda start: None)

            def fingerprint(self) -> str:
                return "array"

            def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
                type(self).decoded += 1
                sink.begin(len(images), images.shape[1:], dtype=images.dtype.name, **declared)
                for start in range(0, len(images), chunk):
                    part = slice(start, start + chunk)
                    sink.add(images[part], **{k: v[part] for k, v in columns.items()})
                    type(self).after_chunk(start)

        with data_sets.restored():
            data_sets.register("array")(Array)
            yield Array

    return made
