"""attributes.csv: numbers beside pictures, in the dialects that spreadsheets write, never fatal."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from genstudio.data.attributes import read_attributes
from genstudio.data.dataset import open_data

FILES = ["a/1.png", "a/2.png", "b/1.png"]


@pytest.mark.parametrize(
    "table",
    [
        "file,smile,yaw\na/1.png,0.5,-3\na/2.png,1,2.25\nb/1.png,0,0\n",
        "\ufefffile;smile;yaw\r\na/1.png;0,5;-3\r\na/2.png;1;2,25\r\nb/1.png;0;0\r\n",
        "File\tsmile\tyaw\nb\\1.png\t0\t0\n./a/1.png\t.5\t-3e0\n\n2.png\t1\t2.25\n",
    ],
    ids=["commas", "semicolons", "tabs"],
)
def test_the_usual_dialects_are_read(table: str) -> None:
    names, values, problems = read_attributes(table.encode(), FILES)
    assert names == ("smile", "yaw")
    assert values.dtype == np.float32
    assert values.tolist() == [[0.5, -3], [1, 2.25], [0, 0]]
    assert problems == []


def test_what_is_missing_is_nan_and_the_picture_stays() -> None:
    names, values, problems = read_attributes(b"file,x,y\na/1.png,,2\na/2.png,NA\n1.png,7,7\n", FILES)
    assert names == ("x", "y")
    assert np.isnan(values).tolist() == [[True, False], [True, True], [True, True]]
    assert "1 of the 3" in str(problems[0])


def test_a_column_without_numbers_is_left_out_and_noted() -> None:
    names, values, problems = read_attributes(b"file,who,x\na/1.png,Ann,1\na/2.png,Bo,2\nb/1.png,Cy,3\n", FILES)
    assert names == ("x",)
    assert values[:, 0].tolist() == [1, 2, 3]
    assert "'who'" in str(problems[0])


@pytest.mark.parametrize("table", [b"", b"picture,x\na,1\n", b"file,x,x\na,1,2\n", b"file,\na,1\n", b'file,x\n"a,1\n'])
def test_a_table_that_can_not_be_used_says_why(table: bytes) -> None:
    names, values, problems = read_attributes(table, FILES)
    assert names == ()
    assert values.shape == (3, 0)
    assert len(problems) == 1


@settings(max_examples=80, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200), st.text('file,;\t\n"x1.5-\0 ', max_size=80).map(lambda t: f"file,x\n{t}".encode())
    )
)
def test_no_table_is_fatal(table: bytes) -> None:
    names, values, _ = read_attributes(table, FILES)
    assert values.shape == (3, len(names))
    assert not np.isinf(values).any()


def test_attributes_reach_the_batch_beside_their_pictures(tmp_path: Path) -> None:
    rows = ["file,brightness"]
    for i in range(40):
        folder = tmp_path / "set" / "ab"[i % 2]
        folder.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        Image.new("L", (8, 8), i).save(buffer, "PNG")
        (folder / f"{i}.png").write_bytes(buffer.getvalue())
        rows.append(f"{'ab'[i % 2]}/{i}.png,{i}")
    # One that is left out, in front of the others: nobody may get its neighbour's label or numbers.
    (tmp_path / "set" / "a" / "00broken.png").write_bytes(b"x")
    (tmp_path / "set" / "attributes.csv").write_text("\n".join(rows))
    data = open_data("folder", {"path": str(tmp_path / "set"), "size": 8}, search=[])
    assert data.spec.attribute_names == ("brightness",)
    assert data.attributes is not None
    assert np.array_equal(data.bytes(range(40))[:, 0, 0, 0], data.attributes[:, 0])
    assert data.labels is not None
    assert np.array_equal(data.labels, data.attributes[:, 0] % 2)
    # A changed table is a changed data set.
    rows[1] = rows[1].replace(",0", ",99")
    (tmp_path / "set" / "attributes.csv").write_text("\n".join(rows))
    changed = open_data("folder", {"path": str(tmp_path / "set"), "size": 8}, search=[])
    assert changed.attributes is not None
    assert changed.attributes.max() == 99
