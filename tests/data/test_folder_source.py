"""Folders and zips of pictures: every kind of picture, classes, and hostile files."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import subprocess
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from genstudio.core.errors import Cancelled, DataError, UsageError
from genstudio.data.dataset import DataSet, open_data
from genstudio.data.files import tree
from genstudio.data.files.pictures import UnreadableError, read_picture, read_size
from genstudio.data.sources.folder import classes

some_files = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(seed: int, size: tuple[int, int] = (12, 12), mode: str = "RGB") -> Image.Image:
    channels = len(Image.new(mode, (1, 1)).getbands())
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], channels), dtype=np.uint8)
    return Image.fromarray(pixels.squeeze(), mode=None)


def many(folder: Path, n: int = 30, prefix: str = "", **options: Any) -> Path:
    """``n`` different pictures, enough for every split."""
    for i in range(n):
        path = folder / f"{prefix}{i:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(noise(i + 1000 * len(prefix), **options)))
    return folder


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def opened(path: Path, **values: Any) -> DataSet:
    return open_data("folder", {"path": str(path), "size": 8, **values}, search=[])


RED, HALF_RED = (200, 30, 30), (200, 30, 30, 128)
OVER_WHITE = tuple(round(c * 128 / 255 + 255 * 127 / 255) for c in RED)


def palette_with_hole() -> Image.Image:
    image = Image.new("P", (16, 16), 1)
    image.putpalette([0, 0, 0, *RED])
    image.info["transparency"] = 1
    return image


@pytest.mark.parametrize(
    ("data", "colour", "tolerance"),
    [
        (encoded(Image.new("RGB", (16, 16), RED)), RED, 0),
        (encoded(Image.new("RGB", (16, 16), RED), "JPEG", quality=95), RED, 3),
        (encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95), (255, 0, 0), 4),
        (encoded(Image.new("RGBA", (16, 16), HALF_RED)), OVER_WHITE, 1),
        (encoded(Image.new("LA", (16, 16), (100, 0))), (255, 255, 255), 0),
        (encoded(palette_with_hole(), transparency=1), (255, 255, 255), 0),
        (encoded(Image.new("RGB", (16, 16), RED).quantize(4)), RED, 0),
        (encoded(Image.new("1", (16, 16), 1)), (255, 255, 255), 0),
        (encoded(Image.new("L", (16, 16), 77)), (77, 77, 77), 0),
        (encoded(Image.fromarray(np.full((16, 16), 77 * 257, np.uint16))), (77, 77, 77), 0),
        (encoded(Image.fromarray(np.full((16, 16), 77 * 257, np.uint16)), "TIFF"), (77, 77, 77), 0),
        (encoded(Image.fromarray(np.full((16, 16), 0.5, np.float32)), "TIFF"), (128, 128, 128), 0),
        (encoded(Image.new("RGB", (16, 16), RED), "WEBP", lossless=True), RED, 0),
        (encoded(Image.new("RGB", (16, 16), RED), "BMP"), RED, 0),
    ],
    ids=[
        "rgb",
        "jpeg",
        "cmyk",
        "rgba",
        "la",
        "palette-hole",
        "palette",
        "bits",
        "grey",
        "png16",
        "tiff16",
        "tiff-float",
        "webp",
        "bmp",
    ],
)
def test_every_kind_of_picture_becomes_bytes(data: bytes, colour: tuple[int, int, int], tolerance: int) -> None:
    pixels = read_picture(data, 8, 8, grey=False)
    assert pixels.shape == (3, 8, 8)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - np.array(colour)[:, None, None]).max() <= tolerance
    grey = read_picture(data, 8, 8, grey=True)
    assert grey.shape == (1, 8, 8)
    assert abs(int(grey[0, 4, 4]) - round(np.dot(colour, (0.299, 0.587, 0.114)))) <= tolerance + 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_the_camera_says(orientation: int) -> None:
    """Cameras store the sensor's image and an orientation tag: all eight orientations show the same."""
    upright = np.zeros((16, 24), np.uint8)
    upright[:8, :8], upright[8:, 16:] = 250, 120
    undo = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.T,
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].T,
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(np.ascontiguousarray(undo(upright))), exif=exif)
    assert read_size(data)[:2] == (24, 16)
    assert np.array_equal(read_picture(data, 24, 16, grey=True)[0], upright)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_first_frame_of_an_animation_is_used(kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), c) for c in ((250, 0, 0), (0, 250, 0), (0, 0, 250))]
    pixels = read_picture(encoded(frames[0], kind, save_all=True, append_images=frames[1:]), 4, 4, grey=False)
    assert pixels[0].min() > 230
    assert pixels[1:].max() < 20


def test_crop_pad_and_stretch_do_what_they_say() -> None:
    wide = np.full((10, 30, 3), 50, np.uint8)
    wide[:, 10:20] = 200
    data = encoded(Image.fromarray(wide))
    crop, pad, stretch = (read_picture(data, 10, 10, True, fit)[0] for fit in ("crop", "pad", "stretch"))
    assert crop.min() == crop.max() == 200
    assert stretch[5, 0] == 50
    assert int(stretch[5, 5]) == pytest.approx(200, abs=10)
    assert 50 < pad[0, 0] < 200
    assert int(pad[5, 0]) == pytest.approx(50, abs=3)
    assert (np.abs(pad[:3].astype(int) - pad[0, 0]) == 0).all()


def test_fine_patterns_fade_when_shrunk_instead_of_flickering() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (64, 32))
    small = read_picture(encoded(Image.fromarray(stripes)), 8, 8, grey=True)
    assert np.abs(small.astype(int) - 127).max() < 12


def test_large_photographs_keep_their_detail_though_decoded_small() -> None:
    """JPEGs are decoded at a fraction of their size; the result must be close to full decoding."""
    smooth = noise(0, (12, 9)).resize((1200, 900), Image.Resampling.BICUBIC)
    quick = read_picture(encoded(smooth, "JPEG", quality=95), 32, 32, grey=False)
    slow = read_picture(encoded(smooth, "PNG"), 32, 32, grey=False)
    assert np.abs(quick.astype(int) - slow).mean() < 2


def test_mixed_sizes_and_colours_become_one_spec(tmp_path: Path) -> None:
    many(tmp_path, 30, "a/", size=(9, 13), mode="L")
    many(tmp_path, 30, "b/", size=(40, 20), mode="RGB")
    data = opened(tmp_path)
    assert data.spec.shape == (3, 8, 8)
    assert data.spec.class_names == ("a", "b")
    assert len(data) == 60
    assert opened(tmp_path, colour="grey").spec.channels == 1
    with pytest.raises(UsageError, match=r"9×13.*40×20"):
        opened(tmp_path, size=None)


def test_grey_pictures_stay_grey_and_keep_their_size_when_asked(tmp_path: Path) -> None:
    many(tmp_path, 20, size=(10, 14), mode="L")
    data = opened(tmp_path, size=None)
    assert data.spec.shape == (1, 14, 10)
    assert data.spec.class_names == ()
    assert data.labels is None
    with Image.open(tmp_path / "003.png") as image:
        assert np.array_equal(data.bytes([3])[0, 0], np.asarray(image))


def test_a_zip_gives_what_its_folder_gives(tmp_path: Path) -> None:
    many(tmp_path / "set", 20, "left/")
    many(tmp_path / "set", 20, "right/")
    files = sorted(p for p in (tmp_path / "set").rglob("*.png"))
    archive = zipped(tmp_path / "set.zip", {f"set/{p.parent.name}/{p.name}": p.read_bytes() for p in files})
    folder, packed = opened(tmp_path / "set"), opened(archive)
    assert folder.fingerprint == packed.fingerprint
    assert folder.spec.class_names == packed.spec.class_names == ("left", "right")


def test_bare_name_is_searched_in_the_data_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many(tmp_path / "kept" / "pictures", 12)
    values = {"path": "pictures", "size": 8}
    assert len(open_data("folder", values, search=[tmp_path / "other", tmp_path / "kept"])) == 12
    monkeypatch.setenv("GENSTUDIO_DATA", str(tmp_path / "kept"))
    assert len(open_data("folder", values)) == 12
    with pytest.raises(DataError) as caught:
        open_data("folder", values, search=[tmp_path / "other"])
    assert str(tmp_path / "other") in str(caught.value)
    monkeypatch.chdir(tmp_path / "kept")
    assert len(open_data("folder", values, search=[tmp_path / "other"])) == 12


@pytest.mark.parametrize(
    ("files", "names", "labels"),
    [
        (["a.png", "b.png"], (), [0, 0]),
        (["wrap/a.png", "wrap/b.png"], (), [0, 0]),
        (["wrap/x/1.png", "wrap/y/1.png", "wrap/y/deep/2.png"], ("x", "y"), [0, 1, 1]),
        (["10/a.png", "9/a.png", "1/a.png"], ("1", "9", "10"), [2, 1, 0]),
        (["cats/1.png", "loose.png"], ("cats", "top"), [0, 1]),
        (["a/b/1.png", "a/b/c/2.png"], ("b", "c"), [0, 1]),
    ],
)
def test_sub_folders_are_classes(files: list[str], names: tuple[str, ...], labels: list[int]) -> None:
    found, numbers = classes(files, "top")
    assert found == names
    assert numbers.tolist() == labels


def test_other_files_are_skipped_silently(tmp_path: Path) -> None:
    many(tmp_path, 20)
    for name in ("README.md", ".DS_Store", "Thumbs.db", ".hidden.png", "__MACOSX/._000.png", ".cache/x.png", "noext"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"whatever")
    data = opened(tmp_path)
    assert len(data) == 20
    assert data.labels is None
    assert not any("left out" in str(problem) for problem in data.problems)


def test_unreadable_pictures_are_listed_and_left_out(tmp_path: Path) -> None:
    many(tmp_path, 40)
    good = (tmp_path / "000.png").read_bytes()
    bad = {
        "empty.png": b"",
        "text.jpg": b"no picture at all",
        "cut.png": good[: len(good) // 2],
        "photo.heic": b"\0\0\0\x18ftypheic",
        "page.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    data = opened(tmp_path)
    assert len(data) == 40
    listed = " ".join(map(str, data.problems))
    for name in bad:
        assert f"{name} was left out" in listed


def bomb(width: int, height: int) -> bytes:
    """A tiny PNG whose header declares a huge picture."""
    data = bytearray(encoded(Image.new("L", (1, 1))))
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    return bytes(data)


@pytest.mark.parametrize("side", [11_000, 60_000])
@pytest.mark.filterwarnings("error")
def test_a_decompression_bomb_is_left_out_in_plain_words(tmp_path: Path, side: int) -> None:
    many(tmp_path, 30)
    (tmp_path / "bomb.png").write_bytes(bomb(side, side))
    data = opened(tmp_path)
    assert len(data) == 30
    (problem,) = [str(p) for p in data.problems if "bomb" in str(p)]
    assert "million pixels" in problem


def test_zip_members_that_are_or_claim_to_be_absurdly_large_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MAX_FILE_BYTES", 5000)
    members = {f"{i}.png": encoded(noise(i)) for i in range(30)}
    path = zipped(tmp_path / "set.zip", {**members, "large.png": bytes(6000), "liar.png": bytes(7000)})
    data = bytearray(path.read_bytes())
    # The zip's directory says of liar.png that it is small.
    at = data.rindex(b"liar.png") - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    path.write_bytes(data)
    opened_set = opened(path)
    assert len(opened_set) == 30
    assert any("large.png was left out: it is too large" in str(p) for p in opened_set.problems)
    assert any("liar.png was left out" in str(p) for p in opened_set.problems)


@pytest.mark.parametrize("name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "..\\evil.png", "C:\\evil.png"])
def test_path_out_of_a_zip_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "set.zip", {"good.png": encoded(noise(0)), name: encoded(noise(1))})
    with pytest.raises(DataError, match=r"evil\.png.*leads out"):
        opened(path)


def as_written(path: Path, members: dict[str, bytes]) -> Path:
    """A zip whose names are exactly these bytes."""
    stand_ins = {f"@{i:03}".ljust(len(name), "~"): name for i, name in enumerate(members)}
    data = zipped(path, dict(zip(stand_ins, members.values(), strict=True))).read_bytes()
    for stand_in, name in stand_ins.items():
        data = data.replace(stand_in.encode(), name.encode("latin-1"))
    path.write_bytes(data)
    return path


def test_a_zip_with_backslashes_has_its_classes_and_attributes(tmp_path: Path) -> None:
    """Zips as PowerShell 5 and old .NET write them, with entries for folders."""
    members = {f"set\\{c}\\{i}.png": encoded(noise(10 * len(c) + i)) for c in ("cats", "birds") for i in range(10)}
    rows = "".join(f"{c}/{i}.png,{i}\n" for c in ("cats", "birds") for i in range(10))
    members |= {"set\\attributes.csv": f"file,age\n{rows}".encode(), "set\\cats\\": b""}
    data = opened(as_written(tmp_path / "w.zip", members))
    assert data.class_counts() == {"birds": 10, "cats": 10}
    assert data.spec.attribute_names == ("age",)
    assert all("split" in str(problem) for problem in data.problems)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_in_zips_are_read_with_and_without_the_flag_and_in_both_forms(tmp_path: Path, form: str) -> None:
    """macOS writes decomposed UTF-8 and no flag that says so; others write one byte a letter (code page 437)."""
    name = unicodedata.normalize(form, "café")

    def members(one: str) -> dict[str, bytes]:
        return {f"s/{one if i % 2 else 'tea'}/{i}.png": encoded(noise(i)) for i in range(20)}

    flagged = zipped(tmp_path / "flagged.zip", members(name))
    bare = as_written(tmp_path / "bare.zip", members(name.encode().decode("latin-1")))
    dos = as_written(tmp_path / "dos.zip", members("caf\x82"))
    for path in (flagged, bare, dos):
        assert opened(path).spec.class_names == ("café", "tea"), path.name


def test_macos_metadata_in_zips_is_skipped(tmp_path: Path) -> None:
    members = {f"set/{i}.png": encoded(noise(i)) for i in range(20)}
    members |= {f"__MACOSX/set/._{i}.png": b"fork" for i in range(20)} | {"set/.DS_Store": b"x"}
    data = opened(zipped(tmp_path / "set.zip", members))
    assert len(data) == 20
    assert not any("left out" in str(problem) for problem in data.problems)


def test_duplicate_entries_are_reported(tmp_path: Path) -> None:
    members = {f"a/{i:02}.png": encoded(noise(i)) for i in range(20)} | {"a\\03.png": encoded(noise(99))}
    data = opened(as_written(tmp_path / "twice.zip", members))
    assert len(data) == 20
    assert any("a/03.png is in the zip more than once" in str(problem) for problem in data.problems)


def test_partly_encrypted_zip_gives_the_rest_with_a_warning(tmp_path: Path) -> None:
    path = zipped(tmp_path / "set.zip", {f"{i:02}.png": encoded(noise(i)) for i in range(20)})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"07.png") - 46
    data[at + 8] |= 1
    path.write_bytes(data)
    opened_set = opened(path)
    assert len(opened_set) == 19
    assert any("07.png was left out: it is encrypted" in str(problem) for problem in opened_set.problems)


def test_folders_nested_a_thousand_deep_are_read(tmp_path: Path) -> None:
    many(tmp_path / "set" / "a", 20)
    here = os.open(tmp_path / "set", os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    try:
        assert len(opened(tmp_path / "set")) == 20
    finally:  # shutil, with which pytest clears up, can't go as deep
        subprocess.run(["rm", "-rf", tmp_path / "set"], check=True)


@pytest.mark.parametrize("several", [False, True])
def test_table_of_a_limited_set_and_a_second_table_are_reported(tmp_path: Path, several: bool) -> None:
    many(tmp_path / "a", 40)
    (tmp_path / "attributes.csv").write_text("file,x\n" + "".join(f"a/{i:03}.png,{i}\n" for i in range(40)))
    if several:
        (tmp_path / "a" / "attributes.csv").write_text("file,y\n")
    data = opened(tmp_path, limit=20)
    text = " ".join(str(problem) for problem in data.problems)
    assert data.attributes is not None
    assert not np.isnan(data.attributes).any()
    assert "names a picture that is not there" not in text
    assert ("a/attributes.csv was skipped" in text) == several


def test_single_picture_is_reported(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(encoded(noise(0)))
    try:
        text = " ".join(map(str, opened(tmp_path).problems))
    except DataError as error:
        text = str(error)
    assert "only one image" in text or "With 1 images" in text


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "set.zip", {"a.png": encoded(noise(0))})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match="encrypted"):
        opened(path)


@pytest.mark.parametrize(
    "content", ["nothing", "no pictures", "empty zip", "only broken ones", "no zip", "nowhere", "unset"]
)
def test_missing_pictures_are_an_error(tmp_path: Path, own_cache: Path, content: str) -> None:
    path, text = tmp_path / "set", "no pictures"
    path.mkdir()
    if content == "no pictures":
        (path / "notes.txt").write_text("none")
    elif content == "empty zip":
        path = zipped(tmp_path / "empty.zip", {})
    elif content == "only broken ones":
        (path / "broken.png").write_bytes(b"x")
        text = r"None of the images could be read: broken\.png"
    elif content == "no zip":
        path = path / "file.rar"
        path.write_bytes(b"Rar!")
        text = "neither a folder nor a zip"
    elif content == "nowhere":
        path, text = path / "nowhere", "There is no"
    with pytest.raises(DataError, match="No folder" if content == "unset" else text) as caught:
        open_data("folder", {"path": "" if content == "unset" else str(path), "size": 8}, search=[])
    assert caught.value.remedy
    assert not list((own_cache / "images").glob("*")) if (own_cache / "images").exists() else True


def test_circular_links_are_followed_once(tmp_path: Path) -> None:
    many(tmp_path / "set", 20)
    try:
        os.symlink(tmp_path / "set", tmp_path / "set" / "again", target_is_directory=True)
        os.symlink(tmp_path / "nowhere", tmp_path / "set" / "dangling.png")
    except OSError:  # Windows without the right to make links: nothing to go round
        pass
    assert len(opened(tmp_path / "set")) == 20


def test_changed_files_are_detected_and_unchanged_are_not(tmp_path: Path) -> None:
    many(tmp_path, 20)
    first = opened(tmp_path)
    assert opened(tmp_path).cache.folder == first.cache.folder
    (tmp_path / "new.png").write_bytes(encoded(noise(99)))
    second = opened(tmp_path)
    assert len(second) == 21
    # The new one moves none of the old.
    for name in ("train", "validation", "test"):
        old = {first.bytes([i]).tobytes() for i in first.split(name).indices}
        assert old <= {second.bytes([i]).tobytes() for i in second.split(name).indices}


def test_a_limit_reads_only_so_many_spread_over_the_names(tmp_path: Path) -> None:
    many(tmp_path, 40, "a/")
    many(tmp_path, 40, "b/")
    data = opened(tmp_path, limit=20)
    assert len(data) == 20
    assert min(data.class_counts().values()) > 3


def test_cancel_takes_effect_between_two_pictures(tmp_path: Path, own_cache: Path) -> None:
    many(tmp_path / "set", 30)
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 10

    with pytest.raises(Cancelled):
        open_data("folder", {"path": str(tmp_path / "set"), "size": 8}, cancelled=cancelled)
    assert len(asked) == 11
    assert list((own_cache / "images").iterdir()) == []


@some_files
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(
    data=st.binary(max_size=300), kind=st.sampled_from(["", "PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "TGA"])
)
def test_random_bytes_as_pictures_are_left_out_never_fatal(data: bytes, kind: str) -> None:
    start = encoded(noise(0), kind)[:40] if kind else b""
    with contextlib.suppress(UnreadableError):
        assert read_picture(start + data, 8, 8, grey=False).shape == (3, 8, 8)


@some_files
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(
    kind=st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]),
    places=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6),
)
@example(kind="GIF", places=[(0.8310033750522251, 8)])  # whole by its header, cut off where its palette is asked for
def test_damaged_pictures_are_read_or_left_out_never_fatal(kind: str, places: list[tuple[float, int]]) -> None:
    data = bytearray(encoded(noise(0), kind))
    for place, value in places:
        data[int(place * len(data))] = value
    with contextlib.suppress(UnreadableError):
        assert read_size(bytes(data))[0] > 0
        assert read_picture(bytes(data), 8, 8, grey=True).shape == (1, 8, 8)


@some_files
@given(
    cut=st.floats(0.2, 1),
    places=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
)
def test_damaged_zips_are_refused_or_read_in_part(tmp_path: Path, cut: float, places: list[tuple[float, int]]) -> None:
    data = bytearray(
        zipped(tmp_path / "whole.zip", {f"{i}.png": encoded(noise(i, (4, 4))) for i in range(8)}).read_bytes()
    )
    for place, value in places:
        data[int(place * len(data))] = value
    path = tmp_path / "set.zip"
    path.write_bytes(data[: int(len(data) * cut)])
    with contextlib.suppress(DataError):
        assert 0 < len(opened(path, colour="grey")) <= 8
