"""Provenance in a picture from elsewhere is validated before use."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from genstudio.core.errors import GenstudioError
from genstudio.export.images.sheets import sheet
from genstudio.export.provenance import KEY, Provenance, read_provenance
from genstudio.export.reproduce import reproduce
from genstudio.viewing.layout import Layout

DEEP = "[" * 100_000


def picture(path: Path, text: str) -> Path:
    chunks = PngInfo()
    chunks.add_text(KEY, text, zip=True)
    Image.new("L", (4, 4)).save(path, pnginfo=chunks)
    return path


ODD: list[Any] = [
    {"threads": 0}, {"threads": 10**9}, {"threads": "2"}, {"step": -1}, {"step": "x"}, {"seed": 2**70}, {"run": "../../etc"},
    {"run": "a" * 300}, {"weights": "../../../x"}, {"weights": 5}, {"state": []}, {"sheet": 3}, {"pane": 7},
    {"versions": None},
    {"recipe": "x" * 2_000_000}, DEEP, '{"run": "", "versions": {}, "state": ' + DEEP, "1" * 5000, "null", "",
]  # fmt: skip


@pytest.mark.parametrize("told", ODD, ids=lambda told: str(told)[:30])
def test_invalid_provenance_is_refused_with_a_reason(tmp_path: Path, told: Any) -> None:
    text = told if isinstance(told, str) else json.dumps({**Provenance(pane="samples").to_json(), **told})
    with pytest.raises(GenstudioError):
        read_provenance(picture(tmp_path / "a.png", text))
    with pytest.raises(GenstudioError):
        reproduce(tmp_path / "a.png")


@pytest.mark.parametrize("name", ["a.png", "a.svg", "a.mp4", "a.gif", "a.webp"])
def test_file_without_a_picture_is_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    for content in (b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"<a>" * 100_000, os.urandom(500)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(GenstudioError):
            read_provenance(tmp_path / name)
    (tmp_path / name).unlink()
    getattr(os, "mkfifo", os.mkdir)(tmp_path / name)
    with pytest.raises(GenstudioError):
        read_provenance(tmp_path / name)


def test_svg_provenance_is_read_within_bounds(tmp_path: Path) -> None:
    told = Provenance(run="mine", pane="samples")
    text = f'<svg xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description>{told.text()}</dc:description></svg>'
    (tmp_path / "a.svg").write_text(text)
    assert read_provenance(tmp_path / "a.svg").run == "mine"


@pytest.mark.parametrize(
    "values",
    [{"scale": 10**6}, {"scale": 0}, {"gutter": -1}, {"gutter": "x"}, {"background": [1, 2]}, {"background": [300, 0, 0]},
     {"picture": -1}, {"points": "x"}, {"more": 1}],
)  # fmt: skip
def test_a_layout_has_bounds(values: dict[str, Any]) -> None:
    with pytest.raises(GenstudioError):
        Layout.from_json(values)


def test_a_sheet_is_not_larger_than_memory() -> None:
    with pytest.raises(GenstudioError, match="too large"):
        sheet(np.zeros((100, 64, 64, 3), np.uint8), scale=1000)
