"""Renderer of portraits: the effect of each factor, and clean pictures."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from genstudio.data.synthetic_faces import CLOSE, FACTORS, LOOSE, NAMES, Factor, defaults, draw_factors, render
from genstudio.data.synthetic_faces.canvas import EVERYONE, Canvas, Window

SIZE = 48


def portraits(zoom: float = CLOSE, /, **values: list[float]) -> Tensor:
    """Plain portraits with some factors set, one for each value of the lists: float n×3×H×W in [0, 255]."""
    factors = defaults(max(map(len, values.values())))
    for name, value in values.items():
        factors[:, NAMES.index(name)] = torch.tensor(value)
    return render(factors, SIZE, zoom=zoom).float()


def change(**values: list[float]) -> Tensor:
    """How much each pixel differs between two portraits, H×W."""
    first, second = portraits(**values)
    return (first - second).abs().sum(0)


def middle(weight: Tensor) -> tuple[float, float]:
    """The centroid of a map, in pixels right and up of the picture's middle."""
    h, w = weight.shape
    x, y = torch.arange(w) - (w - 1) / 2, (h - 1) / 2 - torch.arange(h)
    return float((weight.sum(0) * x).sum() / weight.sum()), float((weight.sum(1) * y).sum() / weight.sum())


def test_every_factor_is_documented_and_its_values_are_in_its_range() -> None:
    assert len({f.name for f in FACTORS}) == len(FACTORS) >= 14
    for factor in FACTORS:
        assert str(factor.help)
        assert factor.minimum <= factor.usual[0] < factor.usual[1] <= factor.maximum
        assert factor.minimum <= factor.default <= factor.maximum


@pytest.mark.parametrize("size", [8, 33, (48, 40), (20, 50)])
def test_any_size_gives_bytes_of_that_size(size: int | tuple[int, int]) -> None:
    height, width = (size, size) if isinstance(size, int) else size
    pictures = render(draw_factors(3, torch.Generator().manual_seed(0), wild=True), size)
    assert pictures.shape == (3, 3, height, width)
    assert pictures.dtype == torch.uint8
    assert pictures.float().std() > 20


def test_no_portraits_is_legal() -> None:
    assert render(defaults(0), 16).shape == (0, 3, 16, 16)


def test_portrait_does_not_depend_on_the_others() -> None:
    people = draw_factors(9, torch.Generator().manual_seed(1))
    together = render(people, 24)
    alone = torch.cat([render(person, 24) for person in people.split(1)])
    assert (together.int() - alone.int()).abs().max() <= 1


def test_the_mirrored_person_gives_the_mirrored_picture() -> None:
    people = draw_factors(24, torch.Generator().manual_seed(2), wild=True)
    mirrored = people.clone()
    for name in ("yaw", "gaze", "light", "parting"):
        mirrored[:, NAMES.index(name)] *= -1
    difference = (render(people, SIZE).int() - render(mirrored, SIZE).flip(3).int()).abs()
    assert difference.max() <= 2


def test_finer_sampling_gives_nearly_the_same_picture() -> None:
    people = draw_factors(32, torch.Generator().manual_seed(3))
    coarse, fine = render(people, 32, 2).float(), render(people, 32, 4).float()
    assert (coarse - fine).abs().mean() < 2.5
    assert (coarse.mean(0) - fine.mean(0)).abs().max() < 6
    # Without supersampling edges are rougher: the two-by-two must be worth its price.
    assert (coarse - fine).abs().mean() < 0.6 * (render(people, 32, 1).float() - fine).abs().mean()


def test_turning_the_head_carries_the_features_to_that_side() -> None:
    turns = [-40.0, -25.0, -10.0, 0.0, 10.0, 25.0, 40.0]
    for feature in ({"eye_colour": [0.0, 0.7]}, {"mouth_opening": [0.0, 0.6]}):
        places = [middle(change(yaw=[turn, turn], **feature))[0] for turn in turns]
        assert places == sorted(places)
        assert abs(places[3]) < 0.3
        assert places[-1] > 0.15 * SIZE
        assert places[0] < -0.15 * SIZE


def test_nodding_carries_the_features_up_and_down() -> None:
    heights = [middle(change(pitch=[nod, nod], mouth_opening=[0.0, 0.6]))[1] for nod in (-15.0, 0.0, 15.0)]
    assert heights == sorted(heights)
    assert heights[2] - heights[0] > 0.1 * SIZE


def test_a_smile_is_broad_and_moves_mouth_cheeks_and_eyes() -> None:
    moved = change(smile=[0.0, 1.0])
    x, y = middle(moved)
    assert abs(x) < 0.5
    assert y < -0.1 * SIZE  # most of it around the mouth
    assert (moved > 30).float().mean() > 0.06  # lots of ink
    eyes = moved[SIZE * 42 // 100 : SIZE * 56 // 100]
    assert eyes.max() > 60
    assert moved[: SIZE // 4].max() < 6  # not the hair
    # Teeth: the brightest spot of the lower half gets brighter and brighter.
    teeth = portraits(smile=[0.0, 0.35, 0.7, 1.0])[:, :, SIZE * 6 // 10 : SIZE * 9 // 10].sum(1)
    brightness = [float(t.flatten().topk(12).values.mean()) for t in teeth]
    assert brightness == sorted(brightness)


def test_a_smile_can_be_seen_at_every_turn_of_the_head() -> None:
    for yaw in (-40.0, 0.0, 40.0):
        assert (change(yaw=[yaw, yaw], smile=[0.0, 1.0]) > 30).float().mean() > 0.04


@pytest.mark.parametrize("factor", FACTORS, ids=lambda f: f.name)
def test_every_factor_is_visible(factor: Factor) -> None:
    first, second = portraits(LOOSE, **{factor.name: [factor.minimum, factor.maximum]})
    assert (first - second).abs().sum(0).max() > 40


@pytest.mark.parametrize(
    ("name", "top", "bottom"),
    [
        ("brows", 0.2, 0.5),
        ("eye_opening", 0.3, 0.62),
        ("gaze", 0.3, 0.62),
        ("eye_colour", 0.35, 0.6),
        ("mouth_opening", 0.6, 0.97),
        ("beard", 0.4, 1.0),
        ("fringe", 0.0, 0.6),
        ("glasses", 0.35, 0.75),
    ],
)
def test_a_feature_changes_its_own_part_of_the_face_only(name: str, top: float, bottom: float) -> None:
    factor = FACTORS[NAMES.index(name)]
    moved = change(**{name: [factor.minimum, factor.maximum]})
    inside = moved[int(top * SIZE) : int(bottom * SIZE + 1)].sum()
    assert inside > 0.98 * moved.sum()


def test_the_face_fills_the_frame_and_leaves_a_margin_of_background() -> None:
    moved = change(background=[0.0, 0.6])
    shown = (moved > 20).float()
    covered = 1 - shown
    assert covered[:, SIZE // 2].mean() > 0.85  # from the crown to the frame's edge
    assert shown[:3, :3].min() == 1
    assert shown[:3, -3:].min() == 1


def test_light_comes_from_where_it_says() -> None:
    left, right = portraits(light=[-0.8, 0.8])
    half = SIZE // 2
    assert left[:, :, 8:half].mean() > left[:, :, half:-8].mean() + 10
    assert right[:, :, half:-8].mean() > right[:, :, 8:half].mean() + 10


def test_pose_and_smile_are_independent_of_everything_and_beards_are_not() -> None:
    people = draw_factors(20_000, torch.Generator().manual_seed(4))
    correlation = torch.corrcoef(people.T) - torch.eye(len(NAMES))
    for name in ("yaw", "pitch", "smile"):
        assert correlation[NAMES.index(name)].abs().max() < 0.03
    assert correlation[NAMES.index("beard"), NAMES.index("presentation")] > 0.3
    bearded = people[people[:, NAMES.index("beard")] > 0]
    assert bearded[:, NAMES.index("presentation")].min() > 0.5


@pytest.mark.parametrize("wild", [False, True])
def test_people_stay_within_the_ranges(wild: bool) -> None:
    people = draw_factors(5_000, torch.Generator().manual_seed(5), wild=wild)
    for i, factor in enumerate(FACTORS):
        low, high = (factor.minimum, factor.maximum) if wild or factor.name == "hair_length" else factor.usual
        assert people[:, i].min() >= low
        assert people[:, i].max() <= high
        assert people[:, i].std() > 0


@pytest.mark.parametrize("wild", [False, True])
def test_bounding_boxes_do_not_clip_features(wild: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    people = draw_factors(96, torch.Generator().manual_seed(6), wild=wild)
    zoom = LOOSE if wild else CLOSE
    small = render(people, 32, zoom=zoom).int()

    window = Canvas.window

    def wide(canvas: Canvas, top: float, bottom: float, *_: object, people: slice = EVERYONE) -> Window:
        return window(canvas, top, bottom, people=people)

    monkeypatch.setattr(Canvas, "window", wide)
    assert (small - render(people, 32, zoom=zoom).int()).abs().max() <= 1


def test_portraits_are_drawn_in_order() -> None:
    people = draw_factors(150, torch.Generator().manual_seed(7))
    pictures = render(people, 16).int()
    for i in (0, 1, 70, 149):
        assert (pictures[i] - render(people[i : i + 1], 16)[0].int()).abs().max() <= 1
