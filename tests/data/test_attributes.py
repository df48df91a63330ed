"""attributes.csv in the dialects that spreadsheets write; a faulty table is never fatal."""

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


def test_missing_value_is_nan_and_the_picture_stays() -> None:
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
def test_unusable_table_gives_a_reason(table: bytes) -> None:
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
    # A skipped picture before the others must not shift their labels or numbers.
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


# -- as spreadsheets write it ------------------------------------------------------------------------------------------

TEN = [f"{i}.png" for i in range(10)]


def ten_rows(delimiter: str = ",", end: str = "\n", header: str = "file,age") -> str:
    rows = [header.replace(",", delimiter), *(f"{i}.png{delimiter}{i}" for i in range(10))]
    return end.join(rows) + end


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_line_ending_and_delimiter(encoding: str, end: str, delimiter: str) -> None:
    names, values, problems = read_attributes(ten_rows(delimiter, end).encode(encoding), TEN)
    assert names == ("age",)
    assert values[:, 0].tolist() == list(range(10))
    assert problems == []


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\n", "\ufeffsep=;\r"])
def test_separator_line_is_skipped_but_counted(first: str) -> None:
    names, values, problems = read_attributes((first + ten_rows(";") + "x.png;3\n").encode(), TEN)
    assert names == ("age",)
    assert values[:, 0].tolist() == list(range(10))
    assert "line 13 names a picture that is not there ('x.png')" in str(problems[0])


def test_delimiter_inside_quotes_does_not_separate() -> None:
    table = 'file;"a, b, c, d";age\n' + "".join(f"{i}.png;{i};{-i}\n" for i in range(10))
    names, values, problems = read_attributes(table.encode(), TEN)
    assert names == ("a, b, c, d", "age")
    assert values[7].tolist() == [7, -7]
    assert problems == []


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
def test_old_encodings_are_told_apart_by_the_names_of_the_pictures(encoding: str) -> None:
    files = ["Zoë.png", "größer.png"]
    _names, values, problems = read_attributes("file,x\nZoë.png,1\ngrößer.png,2\n".encode(encoding), files)
    assert values[:, 0].tolist() == [1, 2]
    (problem,) = problems
    assert "not in UTF-8" in str(problem)


@pytest.mark.parametrize(
    ("file", "cell"),
    [
        ("cafe\u0301/1.png", "caf\u00e9/1.png"),
        ("caf\u00e9/1.png", "cafe\u0301/1.png"),
        ("cats/1.PNG", "cats/1.png"),
        ("cats/1.png", "Cats\\1.PNG"),
        ("cats/1.png", "cats/1"),
        ("cats/1.png", "1"),
        ("cats/img.01.png", "img.01"),
        ("cats/1.png", "C:\\Users\\me\\cats\\1.png"),
        ("cats/1.png", "./cats/1.png"),
    ],
)
def test_picture_is_found_for_any_spelling_of_its_name(file: str, cell: str) -> None:
    _names, values, problems = read_attributes(f"file,x\n{cell},5\n".encode(), [file])
    assert values.tolist() == [[5]]
    assert problems == []


def test_names_that_are_not_utf8_share_the_encoding_of_the_table() -> None:
    on_disk = b"caf\xe9.png".decode("utf-8", "surrogateescape")
    _, values, _ = read_attributes("file,x\ncafé.png,5\n".encode("cp1252"), [on_disk])
    assert values.tolist() == [[5]]


@pytest.mark.parametrize(
    ("delimiter", "cell", "value"),
    [
        (";", "0,5", 0.5),
        (";", "1.234,5", 1234.5),
        (";", "1.234.567", 1234567),
        (";", "0.125", 0.125),
        ("\t", "-2,25", -2.25),
        (",", '"0,5"', 0.5),
        (",", '"1,234.5"', 1234.5),
        (",", '"1,234"', 1234),
        (",", "\u22123", -3),
        (";", "1\u00a0234,5", 1234.5),
        (";", "5e-3", 0.005),
    ],
)
def test_numbers_as_spreadsheets_write_them(delimiter: str, cell: str, value: float) -> None:
    _, values, _ = read_attributes(f"file{delimiter}x\na{delimiter}{cell}\n".encode(), ["a.png"])
    assert values[0, 0] == pytest.approx(value)


def test_trailing_empty_columns_and_rows_are_ignored() -> None:
    table = "file,x,,\n0.png,1,,\n1.png,2,,\n,,,\n,,,\n"
    names, values, problems = read_attributes(table.encode(), TEN[:2])
    assert names == ("x",)
    assert values[:, 0].tolist() == [1, 2]
    assert problems == []


@pytest.mark.parametrize(
    ("table", "text"),
    [
        (ten_rows() + "3.png,999\n", "line 5 and line 12 describe the same picture (3.png); the later one is used"),
        (ten_rows() + "nosuch.png,1\n", "line 12 names a picture that is not there ('nosuch.png')"),
        (ten_rows().replace("4.png,4", "4.png,four"), "'four' in line 6 is not a number"),
        (ten_rows().replace("4.png,4", "4.png,1e39"), "too large in line 6"),
        (ten_rows().replace("4.png,4", "4.png,0,5"), "line 6 has more cells than there are columns"),
        (ten_rows(header="file,age,age"), "2 columns are called 'age'"),
        (ten_rows(header="file,age,").replace("4.png,4", "4.png,4,7"), "line 6 has more cells"),
        (ten_rows(header="picture,age"), "must be called 'file', and is called 'picture'"),
        (ten_rows() + '"5.png,1\n', "line 12 can't be read"),
        ("", "it is empty"),
    ],
)
def test_skipped_or_contradictory_lines_are_reported_with_their_number(table: str, text: str) -> None:
    _, _, problems = read_attributes(table.encode(), TEN)
    assert any(text in str(problem) for problem in problems), [str(p) for p in problems]


def test_ambiguous_name_is_reported() -> None:
    _, values, problems = read_attributes(b"file,x\n1.png,5\n", ["a/1.png", "b/1.png"])
    assert np.isnan(values).all()
    assert any("line 2 matches several pictures ('1.png')" in str(problem) for problem in problems)


def test_row_with_too_many_cells_is_skipped() -> None:
    _, values, _ = read_attributes(ten_rows().replace("4.png,4", "4.png,0,5").encode(), TEN)
    assert np.isnan(values[4, 0])
