"""Sheets are nearly square, and a column never mixes classes that come in turn."""

from __future__ import annotations

import pytest

from genstudio.core.sheet import MOST_COLUMNS, columns_for


@pytest.mark.parametrize(
    ("n", "classes", "columns"), [(64, 0, 8), (64, 10, 10), (64, 2, 8), (64, 3, 9), (4, 7, 7), (1, 0, 1)]
)
def test_columns(n: int, classes: int, columns: int) -> None:
    assert columns_for(n, classes) == columns


@pytest.mark.parametrize("classes", range(2, MOST_COLUMNS + 1))
def test_a_column_holds_one_class(classes: int) -> None:
    columns = columns_for(100, classes)
    assert len({(k % columns, k % classes) for k in range(100)}) <= columns
