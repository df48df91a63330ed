"""Cache of values that depend on an open data set alone."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet

KEEP = 24  # answers a data set; one set of features takes some 5 MB
T = TypeVar("T")
_answers: weakref.WeakKeyDictionary[Any, OrderedDict[Hashable, Any]] = weakref.WeakKeyDictionary()


def memoized(data: DataSet, key: Hashable, make: Callable[[], T]) -> T:
    """Cached result of ``make()`` under ``key``. Results are released with their data set."""
    known = _answers.setdefault(data, OrderedDict())
    if key not in known:
        known[key] = make()
        while len(known) > KEEP:
            known.popitem(last=False)
    else:
        known.move_to_end(key)
    found: T = known[key]
    return found
