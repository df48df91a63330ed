from __future__ import annotations

import struct
import weakref
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from genstudio.core.errors import Cancelled, UsageError
from genstudio.export.films.animations import FORMATS, save_animation
from genstudio.export.films.movies import encoder
from genstudio.export.provenance import Provenance, read_provenance

PILLOW = (".gif", ".apng", ".webp")


def gradient(frame: int, channels: int = 3, size: tuple[int, int] = (33, 47)) -> np.ndarray:
    """A smooth picture that moves; odd sizes, so that H.264 has to pad."""
    y, x = np.mgrid[: size[0], : size[1]]
    waves = [127 + 127 * np.sin(x / 9 + frame / 3), 127 + 127 * np.sin(y / 7 - frame / 4), (3 * x + 2 * y) % 256]
    return np.stack(waves[:channels], axis=-1).astype(np.uint8)


def read(path: Path) -> tuple[list[np.ndarray], float]:
    """All frames as uint8 H×W×3, and their durations in seconds."""
    if path.suffix == ".mp4":
        with av.open(str(path)) as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
            stream = container.streams.video[0]
            return frames, float(stream.duration * stream.time_base)
    frames, milliseconds = [], 0.0
    with Image.open(path) as image:
        for i in range(getattr(image, "n_frames", 1)):
            image.seek(i)
            image.load()
            frames.append(np.asarray(image.convert("RGB")))
            milliseconds += image.info["duration"]
    return frames, milliseconds / 1000


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("channels", [1, 3])
def test_written_frames_are_read_back(tmp_path: Path, suffix: str, channels: int) -> None:
    frames = [gradient(i, channels) for i in range(12)]
    told = Provenance(run="a", step=3, film={"kind": "walk"}, state={"reach": 2.5, "ü": 1})
    path = save_animation(tmp_path / f"film{suffix}", iter(frames), fps=24, scale=2, provenance=told)
    got, seconds = read(path)
    assert len(got) == 12
    assert seconds == pytest.approx(12 / 24, abs=0.011)
    assert read_provenance(path) == told
    wanted = [np.repeat(np.repeat(np.broadcast_to(f, (33, 47, 3)), 2, 0), 2, 1) for f in frames]
    error = np.mean([np.abs(a.astype(int) - b) for a, b in zip(wanted, got, strict=True)])
    lossless = suffix in (".apng", ".webp") or (suffix == ".gif" and channels == 1)
    # 255 colours for a film of thousands, and half the colours' resolution, cost some levels.
    assert error == 0 if lossless else error < (9 if suffix == ".gif" else 4)


def test_an_mp4_of_odd_size_is_padded_by_its_own_edge(tmp_path: Path) -> None:
    path = save_animation(tmp_path / "film.mp4", [gradient(i) for i in range(3)])
    got, _ = read(path)
    assert got[0].shape == (34, 48, 3)
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert context.format.name == "yuv420p"
        assert context.name == ("h264" if "264" in encoder()[0] else "mpeg4")


def test_mp4_keeps_flat_colours_true(tmp_path: Path) -> None:
    # A wrong matrix or range would shift every colour by ten levels and more.
    colours = [(200, 30, 60), (20, 160, 90), (128, 128, 128), (250, 240, 10)]
    path = save_animation(tmp_path / "film.mp4", [np.full((32, 32, 3), c, np.uint8) for c in colours])
    for colour, frame in zip(colours, read(path)[0], strict=True):
        assert np.abs(frame.mean((0, 1)) - colour).max() < 4


def test_a_gif_has_one_palette_for_all_its_frames(tmp_path: Path) -> None:
    path = save_animation(tmp_path / "film.gif", [gradient(i) for i in range(10)])
    assert local_palettes(path.read_bytes()) == 0


def local_palettes(data: bytes) -> int:
    """Number of frames of a GIF that have their own palette."""
    position = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 128 else 0)
    found = 0
    while data[position] != 0x3B:
        if data[position] == 0x21:
            position += 2
        else:
            flags = data[position + 9]
            found += bool(flags & 128)
            position += 11 + (3 << ((flags & 7) + 1) if flags & 128 else 0)
        while data[position]:
            position += data[position] + 1
        position += 1
    return found


@pytest.mark.parametrize("colours", [2, 200, 255, 256])
def test_a_gif_of_few_colours_is_exact(tmp_path: Path, colours: int) -> None:
    random = np.random.default_rng(colours)
    palette = np.unique(random.integers(0, 256, (3 * colours, 3), dtype=np.uint8), axis=0)[:colours]
    still = np.resize(random.permutation(colours), (20, 30))
    frames = []
    for i in range(5):
        moved = still.copy()
        moved[i : i + 6, i : i + 6] = (moved[i : i + 6, i : i + 6] + 1) % colours
        frames.append(palette[moved])
    got, _ = read(save_animation(tmp_path / "film.gif", frames))
    assert all(np.array_equal(a, b) for a, b in zip(frames, got, strict=True))


def test_a_still_part_does_not_flicker_in_a_gif(tmp_path: Path) -> None:
    frames = [gradient(i) for i in range(10)]
    for frame in frames:
        frame[:, :20] = frames[0][:, :20]
    got, _ = read(save_animation(tmp_path / "film.gif", frames))
    assert all(np.array_equal(frame[:, :20], got[0][:, :20]) for frame in got)


@pytest.mark.parametrize("suffix", FORMATS)
def test_still_frames_keep_their_duration(tmp_path: Path, suffix: str) -> None:
    # Encoders may merge equal frames; the film must not get shorter by it.
    frames = [gradient(0)] * 4 + [gradient(5)] * 6
    assert read(save_animation(tmp_path / f"film{suffix}", frames, fps=10))[1] == pytest.approx(1.0, abs=0.011)


@pytest.mark.parametrize("suffix", FORMATS)
def test_one_frame_is_a_film(tmp_path: Path, suffix: str) -> None:
    path = save_animation(tmp_path / f"film{suffix}", [gradient(0)])
    if suffix == ".mp4":
        assert len(read(path)[0]) == 1
    else:
        with Image.open(path) as image:
            assert np.asarray(image.convert("RGB")).shape == (33, 47, 3)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("when", [0, 4, 15])
def test_cancelling_leaves_nothing_behind(tmp_path: Path, suffix: str, when: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > when

    with pytest.raises(Cancelled):
        save_animation(tmp_path / f"film{suffix}", (gradient(i) for i in range(20)), cancelled=cancelled)
    assert not list(tmp_path.iterdir())


def test_partial_output_of_an_encoder_is_removed(tmp_path: Path) -> None:
    def frames() -> Iterator[np.ndarray]:
        random = np.random.default_rng(0)
        for _ in range(90):
            yield random.integers(0, 256, (64, 64, 3), dtype=np.uint8)
        assert list(tmp_path.iterdir()), "the encoder had written nothing yet: this test shows nothing"
        raise RuntimeError("the model broke")

    with pytest.raises(RuntimeError, match="the model broke"):
        save_animation(tmp_path / "film.mp4", frames())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", PILLOW)
def test_cancelling_works_while_pillow_encodes(tmp_path: Path, suffix: str) -> None:
    frames_asked = 0

    def frames() -> Iterator[np.ndarray]:
        nonlocal frames_asked
        for i in range(8):
            frames_asked += 1
            yield gradient(i)

    asked_after = 0

    def cancelled() -> bool:
        nonlocal asked_after
        asked_after += frames_asked == 8
        return asked_after > 5  # all frames are in: what is being asked now is the encoder

    with pytest.raises(Cancelled):
        save_animation(tmp_path / f"film{suffix}", frames(), cancelled=cancelled)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", FORMATS)
def test_frames_that_fail_leave_nothing_behind_and_say_why(tmp_path: Path, suffix: str) -> None:
    def frames() -> Iterator[np.ndarray]:
        yield gradient(0)
        yield gradient(1, size=(20, 20))

    with pytest.raises(UsageError, match="same size"):
        save_animation(tmp_path / f"film{suffix}", frames())
    with pytest.raises(UsageError, match="no frames"):
        save_animation(tmp_path / f"film{suffix}", [])
    with pytest.raises(UsageError):
        save_animation(tmp_path / f"film{suffix}", [gradient(0).astype(np.float32)])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["film.avi", "film", "film.png"])
def test_unknown_suffix_lists_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"\.gif, \.apng, \.webp, \.mp4"):
        save_animation(tmp_path / name, [gradient(0)])


def test_a_gif_can_t_be_faster_than_players_show(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="50"):
        save_animation(tmp_path / "film.gif", [gradient(0)], fps=60)


def test_progress_rises_to_one(tmp_path: Path) -> None:
    seen: list[float] = []
    save_animation(
        tmp_path / "film.gif", (gradient(i) for i in range(6)), total=6, progress=lambda part, _: seen.append(part)
    )
    assert seen == sorted(seen)
    assert len(seen) >= 6
    assert seen[-1] == 1.0


def test_only_a_looping_film_has_the_loop_flag(tmp_path: Path) -> None:
    frames = [gradient(i) for i in range(3)]
    for suffix in (".gif", ".webp", ".apng"):
        for loop in (True, False):
            with Image.open(save_animation(tmp_path / f"{loop}{suffix}", frames, loop=loop)) as image:
                plays = image.info.get("loop", 1)
            assert (plays == 0) == loop


def test_frames_come_one_by_one(tmp_path: Path) -> None:
    """A long film can be larger than memory, so each frame is requested after the previous one was used."""
    made: list[weakref.ref[np.ndarray]] = []
    most = 0

    def frames() -> Iterator[np.ndarray]:
        nonlocal most
        for i in range(30):
            frame = gradient(i)
            made.append(weakref.ref(frame))
            most = max(most, sum(one() is not None for one in made))
            yield frame
            del frame

    for suffix in FORMATS:
        save_animation(tmp_path / f"film{suffix}", frames())
    assert most <= 3


def test_apng_is_a_valid_png(tmp_path: Path) -> None:
    data = save_animation(tmp_path / "film.apng", [gradient(i) for i in range(3)]).read_bytes()
    assert data.startswith(b"\x89PNG")
    assert data.index(b"acTL") < data.index(b"IDAT")
    assert struct.unpack(">I", data[data.index(b"acTL") + 4 :][:4]) == (3,)
