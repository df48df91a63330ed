"""Pixel by pixel: the content at any position is the model's own sample, cut there; branches begin at their edit."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.core.conditions.classes import of_class
from genstudio.core.errors import DataError, UsageError
from genstudio.core.spec import ImageSpec
from genstudio.panes.pixels import content as pixels_module
from genstudio.panes.pixels import drawing as drawing_module
from genstudio.panes.pixels.state import PixelsState
from genstudio.panes.pixels.view import SLATE
from genstudio.viewing.blobs import Blob
from genstudio.viewing.content import Content
from genstudio.viewing.context import ViewContext
from genstudio.viewing.heat import heat
from genstudio.viewing.pane import contents, final
from tests.panes.pixel_helpers import levels_of, noise, pixel_look

KINDS = [
    ("gated-pixelcnn", 1, 2),
    ("pixelcnn", 3, 4),
    ("pixelcnn-pp", 3, 256),
    ("pixel-rnn", 1, 2),
    ("made", 1, 3),
]
EVERY_KIND = pytest.mark.parametrize(("name", "channels", "levels"), KINDS)


def drawn(context: ViewContext, state: PixelsState) -> torch.Tensor:
    """The levels of every image of the sheet at ``state``, int64 N×C×H×W: each chosen as the large one in turn."""
    large = [final(context, replace(state, enlarged=i)).values["large"] for i in range(state.n)]
    return torch.from_numpy(np.stack(large)).permute(0, 3, 1, 2).long()


def order(context: ViewContext) -> list[tuple[int, int, int]]:
    return [(y, x, c) for y, x, channels in context.model.pixel_units() for c in channels]  # type: ignore[operator]


def cut(images: torch.Tensor, context: ViewContext, position: int) -> torch.Tensor:
    """Images with only the first ``position`` sub-pixels of the order; the others 0."""
    made = torch.zeros_like(images)
    for y, x, c in order(context)[:position]:
        made[:, c, y, x] = images[:, c, y, x]
    return made


# -- what is drawn -------------------------------------------------------------------------------------------------------


@EVERY_KIND
def test_scrubbing_shows_the_models_sample_cut_at_the_position(name: str, channels: int, levels: int):
    context = pixel_look(name, channels, 5, 6, levels)
    state = PixelsState(n=3, seed=4, temperature=0.8)
    whole = levels_of(context.model.sample(3, generator=noise(4), temperature=0.8), levels)  # type: ignore[operator]
    end = 30 * channels
    for position in (end, 0, end // 2, 1, end // 2 + 1, end - 1, end + 1000):
        assert torch.equal(drawn(context, replace(state, position=position)), cut(whole, context, position)), position


def test_sheet_shows_drawn_pixels_and_slate_elsewhere():
    context = pixel_look()
    content = final(context, PixelsState(n=5, position=20))
    cells = content.pictures[0].cells()
    assert (cells.shape, content.pictures[0].columns) == ((5, 8, 8, 3), 3)
    flat = cells.reshape(5, 64, 3)
    assert (flat[:, 20:] == SLATE).all()
    assert set(np.unique(flat[:, :20])) <= {0, 255}
    assert np.array_equal(content.pictures[1].pixels, cells[0])
    assert np.array_equal(content.pictures[2].pixels, cells[0])
    assert content.pictures[0].values["image"].ravel()[:5].tolist() == [0, 1, 2, 3, 4]


def test_a_drawing_comes_in_slices_that_grow(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(drawing_module, "SLICE", 0.0)
    monkeypatch.setattr(pixels_module, "SLICES", 1)
    seen = [content.values["drawn"] for content in contents(pixel_look(), PixelsState(n=2, position=10))]
    assert seen == sorted(seen)
    assert set(seen) == set(range(11)), "one tick after the other, and a slice may end within one"


def test_no_whole_image_is_ever_computed():
    context = pixel_look()
    for position in (64, 10, 40):
        final(context, PixelsState(n=2, position=position, overlay="entropy"))
    assert context.model.full_forwards == 0


# -- what it was drawn from ----------------------------------------------------------------------------------------------


@EVERY_KIND
def test_probabilities_entropy_and_nats_are_those_of_a_full_forward_pass(name: str, channels: int, levels: int):
    context = pixel_look(name, channels, 4, 5, levels)
    model, state = (
        context.model,
        PixelsState(n=2, enlarged=1, position=20 * channels, temperature=0.7, overlay="entropy"),
    )
    content = final(context, state)
    images = drawn(context, state)
    outputs = model.output(model.to_net(images))
    entropies = np.zeros((4, 5))
    distribution = model.distribution
    for place, (y, x, c) in enumerate(order(context)):
        part, earlier = distribution.part(outputs[:, :, y, x], c), images[:, :c, y, x]
        p = distribution.probabilities(part, earlier, c, 0.7)[1]
        entropies[y, x] += float(-torch.xlogy(p, p).sum())
        seen = final(context, replace(state, position=place + 1)).values
        assert seen["probabilities"] == pytest.approx(p.numpy(), abs=1e-6)
        assert (seen["position_yxc"], seen["level"]) == ((y, x, c), int(images[1, c, y, x]))
        cdf = np.cumsum(p.numpy())
        assert np.searchsorted(cdf[:-1], seen["u"], side="right") == seen["level"]
    assert content.values["entropy"] == pytest.approx(entropies, abs=1e-5)
    batch = Batch(images.double() / (levels - 1), context.spec, torch.arange(2))
    likelihood = model.log_prob(batch, k=1, generator=noise())
    assert content.values["nats_so_far"] == pytest.approx(-float(likelihood[1]), rel=1e-6)


def test_the_series_is_the_distribution_and_few_levels_are_bars():
    few = final(pixel_look(levels=4), PixelsState(n=1, position=7))
    (series,) = few.series
    assert series.x.tolist() == [0, 1, 2, 3]
    assert series.y.sum() == pytest.approx(1)
    assert not few.values["curve"]
    assert final(pixel_look("pixelcnn-pp", levels=4), PixelsState(n=1, position=7)).values["curve"]
    assert final(pixel_look(levels=100), PixelsState(n=1, position=7)).values["curve"]
    assert final(pixel_look(), PixelsState(n=1)).series == ()


def test_entropy_map_covers_drawn_pixels():
    context = pixel_look()
    content = final(context, PixelsState(n=1, position=20, overlay="entropy"))
    entropy = content.values["entropy"]
    assert np.isnan(entropy.ravel()[20:]).all()
    assert ((entropy.ravel()[:20] >= 0) & (entropy.ravel()[:20] <= math.log(2) + 1e-6)).all()
    over = content.pictures[2].pixels.reshape(-1, 3)
    assert np.array_equal(over[:20], heat(entropy.ravel()[:20], math.log(2)))
    assert (over[20:] == SLATE).all()


def test_the_mask_is_what_comes_before_in_the_order():
    allowed = final(pixel_look(), PixelsState(n=1, position=20, overlay="mask")).values["allowed"]
    assert allowed.ravel().tolist() == [True] * 19 + [False] * 45
    colour = pixel_look("pixelcnn", 3, levels=4)
    green = final(colour, PixelsState(n=1, position=3 * 10 + 2, overlay="mask"))
    assert green.values["position_yxc"] == (1, 2, 1)
    assert green.values["allowed"].ravel().tolist() == [True] * 11 + [False] * 53


# -- temperature, edits: branches ----------------------------------------------------------------------------------------


def test_changed_temperature_applies_from_its_position_on():
    context = pixel_look(levels=4)
    state = PixelsState(n=3, position=30).with_temperature(0.2, 64)
    assert (state.temperature, state.temperature_schedule) == (1.0, ((30, 0.2),))
    warm = levels_of(context.model.sample(3, generator=noise()), 4)
    known = torch.zeros(8, 8, dtype=torch.bool)
    known.view(-1)[:30] = True
    wanted = context.model.complete(warm.double() / 3, known, generator=noise(), temperature=0.2)
    assert torch.equal(drawn(context, replace(state, position=64)), levels_of(wanted, 4))
    assert final(context, replace(state, position=31)).values["temperature"] == 0.2
    assert final(context, replace(state, position=30)).values["temperature"] == 1.0


def test_temperature_at_start_or_end_is_that_of_the_whole_drawing():
    temperature_schedule = PixelsState(temperature_schedule=((30, 0.2), (50, 3.0)))
    for position in (0, 64, 90):
        state = replace(temperature_schedule, position=position).with_temperature(0.5, 64)
        assert (state.temperature, state.temperature_schedule) == (0.5, ())


def test_earlier_temperature_replaces_later_ones():
    state = PixelsState(temperature_schedule=((10, 0.5), (30, 0.2)), position=20)
    assert state.with_temperature(0.9, 64).temperature_schedule == ((10, 0.5), (20, 0.9))
    assert state.with_temperature(0.5, 64).temperature_schedule == ((10, 0.5),), (
        "nothing changes here, but the 0.2 further on is gone"
    )
    assert replace(state, position=10).with_temperature(2.0, 64).temperature_schedule == ((10, 2.0),)
    assert [state.temperature_at(k) for k in (0, 9, 10, 29, 30)] == [1.0, 1.0, 0.5, 0.5, 0.2]


@EVERY_KIND
def test_edit_keeps_earlier_pixels_and_redraws_the_rest(name: str, channels: int, levels: int):
    context = pixel_look(name, channels, 5, 5, levels)
    end = 25 * channels
    state = PixelsState(n=2, position=end)
    before = drawn(context, state)
    value = tuple((int(v) + 1) % levels for v in before[1, :, 2, 1])
    edited = state.edited(1, 2, 1, value)
    after = drawn(context, edited)
    place = order(context).index((2, 1, 0))
    assert torch.equal(cut(after, context, place), cut(before, context, place))
    assert tuple(after[1, :, 2, 1].tolist()) == value
    assert torch.equal(after[0], before[0])
    known = torch.zeros(2, 5, 5, dtype=torch.bool)
    known[1, 2, 1] = True
    for last in context.model.pixels(2, generator=noise(), images=after.double() / (levels - 1), known=known):  # noqa: B007
        pass
    assert torch.equal(after, last.drawn.images)
    assert torch.equal(drawn(context, state), before), "taking it back brings the old drawing back"


def test_edited_pixel_shows_the_models_distribution():
    context = pixel_look(levels=4)
    state = PixelsState(n=1, position=10)
    was = final(context, state).values
    now = final(context, state.edited(0, 1, 1, ((was["level"] + 1) % 4,))).values
    assert now["level"] == (was["level"] + 1) % 4
    assert np.array_equal(now["probabilities"], was["probabilities"])
    assert (was["given"], now["given"]) == (False, True)
    step = now["nats_so_far"] - was["nats_so_far"]
    p = now["probabilities"].astype(float)
    assert step == pytest.approx(math.log(p[was["level"]]) - math.log(p[now["level"]]), abs=1e-5)


def test_edits_are_one_per_pixel_and_sorted():
    state = PixelsState().edited(1, 2, 3, (4,)).edited(0, 5, 5, (1,)).edited(1, 2, 3, (0,))
    assert state.edits == ((0, 5, 5, (1,)), (1, 2, 3, (0,)))
    assert state.resampled().edits == ()
    assert state.resampled() == state.resampled()
    assert PixelsState.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_edits_of_another_model_are_skipped_and_high_levels_clipped():
    context = pixel_look(levels=4)
    edits = ((0, 0, 0, (200,)), (0, 3, 60, (1,)), (9, 0, 0, (1,)), (0, 1, 1, (1, 2, 3)))
    seen = final(context, PixelsState(n=2, position=64, edits=edits))
    assert seen.values["large"][0, 0, 0] == 3
    alone = final(context, PixelsState(n=2, position=64, edits=((0, 0, 0, (3,)),)))
    assert np.array_equal(seen.pictures[0].pixels, alone.pictures[0].pixels)


def test_only_what_comes_after_a_branch_is_drawn_again(monkeypatch: pytest.MonkeyPatch):
    from genstudio.models.autoregressive.sampling.replay import Replay

    context, ticks, tick = pixel_look(), [], Replay._tick
    monkeypatch.setattr(Replay, "_tick", lambda replay: (ticks.append(replay.done), tick(replay))[1])
    state = PixelsState(n=2, position=64)
    final(context, state)
    assert ticks == list(range(64))
    ticks.clear()
    for same in (replace(state, position=5), replace(state, enlarged=1), replace(state, overlay="entropy"), state):
        final(context, same)
    assert ticks == []
    final(context, state.edited(1, 6, 0, (1 - int(drawn(context, state)[1, 0, 6, 0]),)))
    assert ticks == list(range(48, 64))
    ticks.clear()
    final(context, replace(state, temperature_schedule=((60, 0.5),)))
    assert ticks[0] == 48, "the edit is taken back first"


def test_same_state_is_the_same_content_after_any_history():
    states = [
        PixelsState(n=3, position=40),
        PixelsState(n=3, position=64, edits=((1, 2, 2, (1,)),)),
        PixelsState(n=3, position=64, temperature_schedule=((20, 0.4),), overlay="entropy"),
        PixelsState(n=3, position=33, seed=9, overlay="field"),
        PixelsState(n=2, position=64),
        PixelsState(n=3, position=12, edits=((1, 2, 2, (1,)), (0, 1, 0, (0,)))),
    ]
    fresh = [final(pixel_look(), state).digest() for state in states]
    context, random = pixel_look(), np.random.default_rng(0)
    for k in random.integers(0, len(states), 40):
        assert final(context, states[k]).digest() == fresh[k], k


def test_memory_is_bounded_and_dropped_drawings_are_drawn_again(monkeypatch: pytest.MonkeyPatch):
    context = pixel_look()
    digests = {n: final(context, PixelsState(n=n, position=30)).digest() for n in (1, 2, 3, 4)}
    assert len(context.once("drawings", list)) == drawing_module.REPLAYS
    monkeypatch.setattr(drawing_module, "MOST_BYTES", 0)
    other = pixel_look()
    final(other, PixelsState(n=1, position=30))
    assert context.once("drawings", list) == [], "unused view contexts release their drawings"
    (replay,) = (one.replay for one in other.once("drawings", list))
    final(other, PixelsState(n=1, position=30, seed=5))
    assert [one.replay for one in other.once("drawings", list)] == [replay], "a large one is used again"
    assert {n: final(context, PixelsState(n=n, position=30)).digest() for n in (1, 2, 3, 4)} == digests


# -- completion ----------------------------------------------------------------------------------------------------------


def test_a_completion_is_the_models_own(squares):
    context = pixel_look(data=squares, levels=256)
    state = PixelsState(n=3, source="data", index=2, position=64)
    test = squares.split("test")
    image = test.batch(torch.tensor([2]), generator=noise()).images
    known = torch.zeros(8, 8, dtype=torch.bool)
    known[:4] = True
    wanted = context.model.complete(image.repeat(3, 1, 1, 1), known, generator=noise())
    content = final(context, state)
    assert torch.equal(drawn(context, state), levels_of(wanted, 256))
    assert "3 completions of test image 2" in str(content.caption)
    assert np.array_equal(content.values["known"], known.numpy())
    assert content.values["first"] == 32
    assert len(np.unique(content.pictures[0].cells()[:, 4:], axis=0)) == 3, "each from its own noise"


def test_given_pixels_show_from_the_start_with_any_mask(squares):
    context = pixel_look(data=squares, levels=256)
    mask = np.zeros((4, 4), bool)
    mask[1:3, 2:] = True  # of half the size: each stands for 2×2 pixels
    state = PixelsState(n=2, source="data", index=-0, mask=context.blobs.put_array(mask))
    image = squares.split("test").batch(torch.tensor([0]), generator=noise()).images
    start = final(context, state)
    known = start.values["known"]
    assert np.array_equal(known, mask.repeat(2, 0).repeat(2, 1))
    shown = start.pictures[1].pixels
    assert (shown[~known] == SLATE).all()
    assert np.array_equal(shown[known][:, 0], levels_of(image, 256)[0, 0].numpy()[known])
    wanted = context.model.complete(image.repeat(2, 1, 1, 1), torch.from_numpy(known), generator=noise())
    assert torch.equal(drawn(context, replace(state, position=64)), levels_of(wanted, 256))


def test_the_number_of_a_test_image_wraps_round(squares):
    context = pixel_look(data=squares, levels=256)
    count = len(squares.split("test"))
    one, other = (final(context, PixelsState(n=1, source="data", index=i)) for i in (1, 1 + count))
    assert one.digest() == other.digest()


def test_own_image_is_converted_to_the_models_size_colour_and_levels():
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:, 10:50] = (255, 0, 0)  # the middle 40×40 is red
    context = pixel_look(levels=4)
    state = PixelsState(n=2, source="own", own=context.blobs.put_array(picture), position=10)
    assert (drawn(context, state)[:, 0, 0] == 76 * 4 // 256).all()
    colour = pixel_look("pixelcnn", 3, levels=4)
    state = replace(state, own=colour.blobs.put_array(picture))
    assert drawn(colour, state)[0, :, 0, 0].tolist() == [3, 0, 0]
    grey = colour.blobs.put_array(np.full((8, 8, 1), 255, np.uint8))
    assert drawn(colour, replace(state, own=grey))[0, :, 0, 0].tolist() == [3, 3, 3]
    assert "of your image" in str(final(colour, state).caption)


def test_without_an_image_the_drawing_starts_from_nothing_with_a_message():
    context = pixel_look()
    plain = final(context, PixelsState(n=2, position=64))
    for source, text in (("own", "until you choose"), ("data", "no data set is open")):
        content = final(context, PixelsState(n=2, position=64, source=source))  # type: ignore[arg-type]
        assert text in str(content.caption)
        assert np.array_equal(content.pictures[0].pixels, plain.pictures[0].pixels)


# -- classes -------------------------------------------------------------------------------------------------------------


def test_class_conditional_model_draws_the_class():
    context = pixel_look(classes=("shirt", "shoe", "bag"), conditional=True)
    for label in (0, 2):
        wanted = context.model.sample(2, generator=noise(), condition=of_class(label))
        assert torch.equal(drawn(context, PixelsState(n=2, position=64, label=label)), levels_of(wanted, 2))
    any_class = context.model.sample(2, generator=noise())
    content = final(context, PixelsState(n=2, position=64))
    assert torch.equal(drawn(context, PixelsState(n=2, position=64)), levels_of(any_class, 2))
    assert content.values["class_names"] == ("shirt", "shoe", "bag")


def test_given_image_is_completed_with_its_class(squares):
    context = pixel_look(data=squares, levels=256, conditional=True)
    batch = squares.split("test").batch(torch.tensor([1]), generator=noise())
    known = torch.zeros(8, 8, dtype=torch.bool)
    known[:4] = True
    wanted = context.model.complete(batch.images, known, generator=noise(), condition=of_class(batch.labels))
    assert torch.equal(drawn(context, PixelsState(n=1, source="data", index=1, position=64)), levels_of(wanted, 256))


def test_model_without_classes_ignores_a_class():
    context = pixel_look()
    assert drawn(context, PixelsState(n=1, position=9, label=3)).equal(drawn(context, PixelsState(n=1, position=9)))


# -- words, and what can't be done ---------------------------------------------------------------------------------------


def test_caption_describes_the_content():
    context = pixel_look()
    text = str(final(context, PixelsState(n=16, position=20)).caption)
    assert text == "16 images, pixel 20 of 64 (row 3, column 4), temperature 1, seed 0, from step 1,200"
    assert "nothing drawn yet" in str(final(context, PixelsState()).caption)
    assert "all 64 pixels drawn" in str(final(context, PixelsState(position=64)).caption)
    colour = final(pixel_look("pixelcnn", 3, levels=4), PixelsState(n=1, position=3 * 9 + 2))
    assert "pixel 10 of 64 (row 2, column 2, green)" in str(colour.caption)


def asked(context: ViewContext, **values: object) -> Content:
    return final(context, PixelsState(n=2, position=9, **values))  # type: ignore[arg-type]


def test_impossible_drawings_give_reason_and_remedy(squares):
    context = pixel_look(classes=("a", "b"), conditional=True)
    with pytest.raises(UsageError, match=r"no class 2.*0 to 1: a, b"):
        asked(context, label=2)
    with pytest.raises(UsageError, match=r"temperature of 0"):
        asked(context, temperature_schedule=((3, 0.0),))
    full = context.blobs.put_array(np.ones((8, 8), bool))
    picture = context.blobs.put_array(np.zeros((8, 8, 1), np.uint8))
    with pytest.raises(UsageError, match=r"nothing to draw.*Erase"):
        asked(context, source="own", own=picture, mask=full)
    with pytest.raises(UsageError, match=r"height and width.*Paint"):
        asked(context, source="own", own=picture, mask=context.blobs.put_array(np.ones(8, bool)))
    with pytest.raises(DataError, match="Send it again"):
        asked(context, source="own", own=Blob("ab" * 32))
    two = pixel_look(channels=2)
    with pytest.raises(UsageError, match=r"picture has one or three"):
        asked(two, source="own", own=two.blobs.put_array(np.zeros((8, 8, 1), np.uint8)))
    other = pixel_look(levels=2)
    other.data = squares
    with pytest.raises(UsageError, match=r"with 256 levels.*model's are.*with 2.*Open the data set"):
        asked(other, source="data")
    larger = pixel_look(height=9, levels=256)
    larger.data = squares
    with pytest.raises(UsageError, match="8×8"):
        asked(larger, source="data")
    assert ImageSpec(1, 8, 8, levels=256).shape == squares.spec.shape


# -- branches --------------------------------------------------------------------------------------------------------


def levels_blob(context: ViewContext, images: torch.Tensor, image: int) -> Blob:
    return context.blobs.put_array(images[image].permute(1, 2, 0).numpy().astype(np.uint8))


@EVERY_KIND
@pytest.mark.parametrize("n", [1, 3])
def test_pixels_before_a_branch_stay_with_newer_weights(name: str, channels: int, levels: int, n: int):
    context, newer = (pixel_look(name, channels, 5, 5, levels, seed=seed, spread=0.4) for seed in (0, 1))
    newer.blobs = context.blobs
    image, end = n - 1, 25 * channels
    state = PixelsState(n=n, position=end)
    before = drawn(context, state)
    value = tuple((int(v) + 1) % levels for v in before[image, :, 2, 1])
    branched = state.edited(image, 2, 1, value, levels_blob(context, before, image))
    place = order(context).index((2, 1, 0))
    assert torch.equal(drawn(context, branched), drawn(context, state.edited(image, 2, 1, value))), (
        "the same weights: as ever"
    )
    after = drawn(newer, branched)
    assert torch.equal(cut(after, context, place)[image], cut(before, context, place)[image])
    assert tuple(after[image, :, 2, 1].tolist()) == value
    free = drawn(newer, state)
    assert not torch.equal(cut(free, context, place)[image], cut(before, context, place)[image]), (
        "other weights they are"
    )
    assert torch.equal(after[:image], free[:image]), "images without a branch follow the weights"
    known = torch.zeros(n, 25, dtype=torch.bool)
    known[image, : 2 * 5 + 2] = True
    given = after.double() / (levels - 1)
    for last in newer.model.pixels(n, generator=noise(), images=given, known=known.view(n, 5, 5)):  # noqa: B007
        pass
    assert torch.equal(after, last.drawn.images), "and the rest follows from what stayed"
    told = final(newer, replace(branched, position=place, enlarged=image)).values
    assert (told["given"], told["first"]) == (False, 0), "earlier drawn pixels are not given ones"


def test_nested_branches_are_kept_and_removing_one_frees_the_rest():
    context = pixel_look(levels=4)
    state = PixelsState(n=1, position=64)
    first = context.blobs.put_array(np.full((8, 8, 1), 1, np.uint8))
    second = context.blobs.put_array(np.full((8, 8, 1), 2, np.uint8))
    both = state.edited(0, 1, 0, (3,), first).edited(0, 3, 0, (3,), second)
    assert both.branches == ((0, 3, 0, second),), "the newest holds what is on screen, the earlier change in it"
    assert both.as_drawn(0, 1, 0).branches == ((0, 1, 0, second),), "what followed the change is drawn again"
    assert both.as_drawn(0, 3, 0).branches == ((0, 3, 0, second),)
    assert both.as_drawn(0, 3, 0).as_drawn(0, 1, 0) == state
    assert both.edited(0, 2, 0, (0,), first).branches == ((0, 2, 0, first),)
    cooler = replace(both, position=12).with_temperature(0.5, 64, (1, 4))
    assert cooler.branches == ((0, 1, 4, second),), "from there on another temperature holds"
    assert both.with_temperature(0.5, 64).branches == (), "the whole drawing is another"


def test_edits_belong_to_their_image():
    context = pixel_look(levels=4)
    changed = PixelsState(n=2, position=64).edited(0, 1, 0, (3,), levels_blob(context, torch.zeros(1, 1, 8, 8), 0))
    for other in ({"seed": 1}, {"source": "data"}, {"index": 4}, {"label": 2}):
        made = changed.with_fields(**other)
        assert (made.edits, made.branches) == ((), ()), other
    for same in ({"position": 3}, {"overlay": "entropy"}, {"enlarged": 1}):
        assert changed.with_fields(**same).edits == changed.edits
    assert changed.resampled().branches == ()
    of_another = changed.for_another_run(same_images=True)
    assert (of_another.edits, of_another.branches) == ((), ()), "another run's drawing was changed"
