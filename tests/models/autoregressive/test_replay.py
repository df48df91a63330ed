"""A replay draws what the samplers draw, gives the distribution of each sub-pixel, and can be rewound anywhere."""

from __future__ import annotations

import itertools

import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.core.conditions.classes import of_class
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.models.autoregressive.sampling import replay as tape_module
from genstudio.models.autoregressive.sampling.replay import Replay
from genstudio.models.autoregressive.sampling.request import SampleRequest
from genstudio.nets.causal import machine, schedule
from tests.models.autoregressive.autoregressive_nets import VARIANTS, WITH_GRAPH, make

COLOURED = ("made", "pixelcnn", "gated-classes", "row-lstm", "pp")
EVERY_NET = pytest.mark.parametrize(
    ("variant", "channels", "levels"), [(v, 3, 5) if v in COLOURED else (v, 1, 2) for v in VARIANTS]
)


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def played(replay: Replay) -> Replay:
    while replay.done < replay.end:
        replay.play()
    return replay


def levels_of(model: Autoregressive, images: torch.Tensor) -> torch.Tensor:
    return (images * (model.distribution.levels - 1)).round().long()


@EVERY_NET
def test_replay_draws_the_models_sample_and_its_nats_are_the_likelihood(
    variant: str, channels: int, levels: int
) -> None:
    model = make(variant, channels, levels=levels)
    request = model.request(3, generator=noise(), temperature=0.8)
    replay = played(model.replay(request))
    sample = levels_of(model, model.sample(3, generator=noise(), temperature=0.8))
    assert torch.equal(replay.images(replay.end), sample)
    assert (model.full_forwards == 0) == (variant in WITH_GRAPH)
    batch = Batch.of(sample.double() / (levels - 1), model.spec, torch.arange(3), request.condition)
    assert torch.allclose(-model.log_prob(batch, k=1, generator=noise()), replay.nats.sum(0))


@EVERY_NET
def test_rewinding_to_an_edit_redraws_the_rest_and_keeps_earlier_pixels(
    variant: str, channels: int, levels: int
) -> None:
    model = make(variant, channels, levels=levels)
    request = model.request(3, generator=noise())
    replay = played(model.replay(request))
    before = replay.levels.clone()
    for place in (replay.end // 3, replay.end - 1):
        y, x, _ = replay.units[place]
        images, known = replay.images(replay.end), torch.zeros(3, 6, 5, dtype=torch.bool)
        images[1, :, y, x] = (images[1, :, y, x] + 1) % levels
        known[1, y, x] = True
        given = images.double() / (levels - 1)
        edited = model.request(3, generator=noise(), images=given, known=known, condition=request.condition)
        assert replay.stays(edited) <= place
        replay.follow(edited)
        kept = replay.done
        assert torch.equal(played(replay).levels[:kept], before[:kept])
        for last in model.pixels(3, generator=noise(), images=given, known=known, condition=request.condition):  # noqa: B007
            pass
        assert torch.equal(replay.images(replay.end), last.drawn.images)
        fresh = played(model.replay(edited))
        for name in ("levels", "entropy", "nats"):
            assert torch.equal(getattr(fresh, name), getattr(replay, name)), "to the bit, whatever was played before"
        replay.follow(request)
        assert torch.equal(played(replay).levels, before)


@EVERY_NET
def test_distribution_of_a_position_is_available_later(variant: str, channels: int, levels: int) -> None:
    model = make(variant, channels, levels=levels)
    replay, seen = model.replay(model.request(2, generator=noise())), {}
    for pixel in model.pixels(2, generator=noise()):
        seen[pixel.y, pixel.x, pixel.channel] = pixel.probabilities(), pixel.entropy()
    played(replay)
    for place in (0, 1, replay.end // 2, replay.end - 1):
        p, entropy = seen[replay.units[place]]
        assert torch.allclose(replay.probabilities(place), p)
        assert torch.allclose(replay.entropy[place], entropy)
    replay.follow(model.request(2, generator=noise(1), condition=replay.condition))
    with pytest.raises(IndexError, match="not drawn yet"):
        replay.probabilities(0)


def test_each_position_can_have_its_own_temperature() -> None:
    model = make("gated", levels=5)
    request = model.request(4, generator=noise())
    temperatures = torch.ones(30, dtype=torch.float64)
    temperatures[12:] = 0.1
    replay = model.replay(request)
    replay.follow(request, temperatures)
    warm, cool = (played(model.replay(model.request(4, generator=noise(), temperature=t))) for t in (1.0, 0.1))
    assert torch.equal(played(replay).levels[:12], warm.levels[:12])
    assert not torch.equal(replay.levels[12:], warm.levels[12:])
    assert replay.entropy[12:].mean() < warm.entropy[12:].mean()
    assert replay.stays(request) == 12
    assert not torch.equal(replay.levels, cool.levels)


def test_request_must_keep_the_number_and_classes_of_images() -> None:
    model = make("gated-classes")
    replay = model.replay(model.request(2, generator=noise(), condition=of_class(1)))
    assert replay.serves(model.request(2, generator=noise(5), condition=of_class(1)))
    assert not replay.serves(model.request(2, generator=noise(), condition=of_class(0)))
    assert not replay.serves(model.request(3, generator=noise(), condition=of_class(1)))


def given_to(model: Autoregressive, place: int, levels: int, label: torch.Tensor | None, n: int = 3) -> SampleRequest:
    """A request in which the pixels before that of sub-pixel ``place`` are given, different for each image."""
    images = torch.randint(levels, (n, *model.spec.shape), generator=noise(7)).double() / (levels - 1)
    y, x, _ = model.replay(model.request(1, generator=noise(), condition=of_class(0 if model.classes else None))).units[
        place
    ]
    known = torch.zeros(6, 5, dtype=torch.bool)
    known.view(-1)[: y * 5 + x] = True
    return model.request(n, generator=noise(), images=images, known=known, condition=of_class(label))


@EVERY_NET
def test_pixels_given_at_the_start_are_processed_at_once(variant: str, channels: int, levels: int) -> None:
    model = make(variant, channels, levels=levels)
    place = 17 * channels
    request = given_to(model, place, levels, torch.arange(3) if model.classes else None)
    replay = model.replay(request)
    taken = replay.starts[replay.given]
    assert taken >= (place if "scales" not in variant else 1)
    replay.play()
    assert replay.done == taken
    assert torch.equal(replay.levels[:taken], replay.forced[:taken])
    drawn = played(replay).images(replay.end)
    assert model.full_forwards == (0 if variant in WITH_GRAPH else 1 + replay.end - taken)
    given, known = request.given.double() / (levels - 1), request.known
    for last in model.pixels(3, generator=noise(), images=given, known=known, condition=request.condition):  # noqa: B007
        pass
    assert torch.equal(drawn, last.drawn.images)
    scores = -model.scores(Batch.of(drawn.double() / (levels - 1), model.spec, torch.arange(3), request.condition))
    y, x, c = torch.tensor(replay.units).T
    torch.testing.assert_close(replay.nats, scores[:, c, y, x].t().detach())


@EVERY_NET
def test_given_pixels_give_the_same_bits_after_any_history(variant: str, channels: int, levels: int) -> None:
    """Its distributions equal those of one tick per sub-pixel."""
    model = make(variant, channels, levels=levels)
    labels = torch.arange(3) if model.classes else None
    requests = [given_to(model, at * channels, levels, labels) for at in (17, 9, 0, 22)]
    replay = model.replay(requests[0])
    for request in (*requests, requests[0]):
        replay.follow(request)
        played(replay)
        replay.probabilities(2)
        fresh = played(model.replay(request))
        for name in ("levels", "entropy", "nats"):
            assert torch.equal(getattr(fresh, name), getattr(replay, name))
    slow = model.replay(requests[0])
    slow.given = 0
    played(slow)
    torch.testing.assert_close(slow.entropy, replay.entropy)
    torch.testing.assert_close(slow.probabilities(5), replay.probabilities(5))


@EVERY_NET
def test_parts_of_given_pixels_add_up_to_the_whole(
    variant: str, channels: int, levels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with a changing temperature."""
    model = make(variant, channels, levels=levels)
    request = given_to(model, 17 * channels, levels, torch.arange(3) if model.classes else None)
    temperatures = torch.ones(30 * channels, dtype=torch.float64)
    temperatures[8 * channels :] = 0.5
    tapes = []
    for rows, part in ((machine.ROWS, tape_module.PART), (7, 1)):
        monkeypatch.setattr(machine, "ROWS", rows)
        monkeypatch.setattr(tape_module, "PART", part)
        tapes.append(model.replay(request))
        tapes[-1].follow(request, temperatures)
        played(tapes[-1])
    whole, parts = tapes
    for name in ("levels", "entropy", "nats"):
        torch.testing.assert_close(getattr(parts, name), getattr(whole, name))
    p = [parts.probabilities(place) for place in range(parts.end)]
    torch.testing.assert_close(torch.stack([-torch.xlogy(one, one).sum(1) for one in p]), parts.entropy)


def test_tick_can_pause_between_parts_and_be_dropped() -> None:
    model = make("pp", 3, levels=5)
    request, calls = model.request(2, generator=noise()), 0
    replay = model.replay(request)
    replay.play()
    while replay.done < replay.end:
        replay.play(lambda: True)
        calls += 1
        if calls == 40:
            replay.follow(model.request(2, generator=noise(3)))
            replay.play(lambda: True)
            replay.follow(request)
    assert calls > 4 * len(replay.starts)
    assert torch.equal(replay.levels, played(model.replay(request)).levels)


@pytest.mark.parametrize("variant", ["pp", "gated", "row-lstm"])
def test_machine_is_built_in_parts_once(variant: str) -> None:
    model = make(variant)

    def calls(others: list[SampleRequest]) -> tuple[int, Replay]:
        """Number of parts up to the first pixel, with other requests in between."""
        schedule._cache.clear()
        replay = model.replay(model.request(2, generator=noise()))
        for count in itertools.count():
            if replay.done:
                return count, replay
            if count in range(20, 20 + len(others)):
                replay.follow(others[count - 20])
            replay.play(lambda: True)
        raise AssertionError

    undisturbed, replay = calls([])
    assert undisturbed > 30 + len(replay.starts), "each tick of the schedule is one"
    other = model.request(2, generator=noise(3))
    disturbed, replay = calls([other])
    assert abs(disturbed - undisturbed) <= 1
    assert torch.equal(played(replay).levels, played(model.replay(other)).levels)
