"""The render thread: the newest state wins, errors become messages, other threads and random numbers are unaffected."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtCore import QObject, Slot

from genstudio.core.capabilities import Samples
from genstudio.core.errors import GenstudioError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.models.base import build
from genstudio.panes.manifold.state import ManifoldState
from genstudio.studio.threads.render_thread import Rendered, RenderThread
from genstudio.training.snapshot import Snapshot
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane import Pane, panes
from genstudio.viewing.pane_state import PaneState, state

PATIENCE = 30_000


@state
class GateState(PaneState):
    number: int = knob(0, help=N_("Which picture."), ge=0, le=10_000)
    wrong: str = knob("", help=N_("What goes wrong."))
    endless: bool = knob(False, help=N_("Whether it pauses again and again, and never has a picture."))


class Gate:
    """A pane whose content waits at a gate between its two steps, so that a test decides what happens meanwhile."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        self.open.set()
        self.seen: list[int] = []
        self.closed: list[int] = []
        self.threads: list[int] = []

    def __call__(self, look: ViewContext, state: GateState) -> Iterator[Content | None]:
        self.seen.append(state.number)
        self.threads.append(torch.get_num_threads())
        if state.wrong == "words":
            raise GenstudioError(N_("It rains."), N_("Wait."))
        if state.wrong == "bug":
            raise ZeroDivisionError("a bug")
        while state.endless:
            self.reached.set()
            yield None
        content = Content(N_("one"), (Picture(np.full((2, 2, 1), state.number % 256, np.uint8)),))
        try:
            yield content
            self.reached.set()
            assert self.open.wait(30)
            yield content
        finally:
            self.closed.append(state.number)


class Weights:
    """A session as the render thread needs it: real weights, and nothing else."""

    data = None
    state = "idle"

    def __init__(self) -> None:
        self.latest: Snapshot | None = self.make(100)

    def make(self, step: int) -> Snapshot:
        spec = ImageSpec(1, 8, 8, levels=2)
        with torch.random.fork_rng():
            torch.manual_seed(step)
            model = build("vae", spec, {"hidden": 8})
        return Snapshot("run-1", step, "vae", model.knobs.model_dump(), spec, dict(model.state_dict()))

    def latest_snapshot(self) -> Snapshot | None:
        return self.latest

    def snapshot_at(self, step: int) -> Snapshot:
        return self.make(step)


class Ear(QObject):
    """A receiver that counts signals, and fetches results only on request."""

    def __init__(self, renderer: RenderThread) -> None:
        super().__init__()
        self.heard: list[str] = []
        renderer.ready.connect(self.hear)

    @Slot(str)
    def hear(self, view: str) -> None:
        self.heard.append(view)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    made = Gate()
    shown = Pane("gate", N_("Gate"), "look", (Samples,), GateState, N_("A gate."), N_("A gate."), made)
    monkeypatch.setitem(panes.load()._things, "gate", shown)
    return made


@pytest.fixture
def weights() -> Weights:
    return Weights()


@pytest.fixture
def renderer(weights: Weights, qapp) -> Iterator[RenderThread]:
    made = RenderThread(weights)
    yield made
    made.stop()
    made.deleteLater()


def fetch(qtbot, renderer: RenderThread, view: str) -> Rendered:
    """The next final result of a view."""
    found: list[Rendered] = []

    def there() -> bool:
        made = renderer.result(view)
        if made is not None and made.final:
            found.append(made)
        return bool(found)

    qtbot.waitUntil(there, timeout=PATIENCE)
    return found[0]


def test_other_views_and_newer_states_run_at_a_pause(qtbot, renderer: RenderThread, gate: Gate):
    renderer.submit("gate", GateState(endless=True))
    assert gate.reached.wait(30)
    renderer.submit("beside", GateState(number=1))
    assert fetch(qtbot, renderer, "beside").content is not None
    qtbot.wait(100)  # longer than the patience with which half-made contents are shown
    assert renderer.result("gate") is None, "nothing is not shown"
    renderer.submit("gate", GateState(number=2))
    assert fetch(qtbot, renderer, "gate").state.number == 2


def test_only_the_newest_of_many_states_is_finished(qtbot, renderer: RenderThread, gate: Gate):
    gate.open.clear()
    renderer.submit("gate", GateState(number=0))
    assert gate.reached.wait(30)
    for number in range(1, 51):
        renderer.submit("gate", GateState(number=number))
    gate.open.set()
    made = fetch(qtbot, renderer, "gate")
    assert made.state.number == 50
    assert gate.seen == [0, 50], "what was overwritten is never begun"
    assert gate.closed[0] == 0, "what ran for an older state ends early"


def test_result_is_signalled_once_until_fetched(qtbot, renderer: RenderThread, gate: Gate):
    ear = Ear(renderer)
    for number in range(3):
        renderer.submit("gate", GateState(number=number))
        qtbot.waitUntil(lambda number=number: number in gate.closed, timeout=PATIENCE)
    qtbot.waitUntil(lambda: ear.heard != [], timeout=PATIENCE)
    renderer.ask("end", lambda: 1)
    qtbot.waitUntil(lambda: "end" in ear.heard, timeout=PATIENCE)
    assert ear.heard.count("gate") == 1
    assert renderer.result("gate").state.number == 2
    assert renderer.result("gate") is None


def test_state_equal_to_the_last_is_skipped(qtbot, renderer: RenderThread, weights: Weights, gate: Gate):
    renderer.submit("gate", GateState())
    assert fetch(qtbot, renderer, "gate").step == 100
    renderer.submit("gate", GateState())
    renderer.ask("end", lambda: 1)
    qtbot.waitUntil(lambda: renderer.result("end") == 1, timeout=PATIENCE)
    assert gate.seen == [0]
    weights.latest = weights.make(200)
    renderer.submit("gate", GateState())
    assert fetch(qtbot, renderer, "gate").step == 200
    assert gate.seen == [0, 0]


def test_view_can_continue_with_its_weights(qtbot, renderer: RenderThread, weights: Weights, gate: Gate):
    renderer.submit("gate", GateState())
    assert fetch(qtbot, renderer, "gate").step == 100
    weights.latest = weights.make(200)
    renderer.submit("gate", GateState(number=1), newest=False)
    assert fetch(qtbot, renderer, "gate").step == 100, "a drawing goes on with the weights that it began with"
    renderer.submit("other", ManifoldState(cells=5))
    assert fetch(qtbot, renderer, "other").step == 200, "each view for itself"
    renderer.submit("gate", GateState(number=1))
    assert fetch(qtbot, renderer, "gate").step == 200
    weights.latest = replace(weights.make(300), run="run-2")
    renderer.submit("gate", GateState(number=2), newest=False)
    assert fetch(qtbot, renderer, "gate").step == 300, "never those of a run that was left"


def test_request_for_newer_weights_survives_a_state_without_it(qtbot, renderer, weights: Weights, gate: Gate):
    renderer.submit("gate", GateState())
    fetch(qtbot, renderer, "gate")
    gate.open.clear()
    gate.reached.clear()
    renderer.submit("gate", GateState(number=1))
    assert gate.reached.wait(30)
    weights.latest = weights.make(200)
    renderer.submit("gate", GateState(number=2), newest=True)
    renderer.submit("gate", GateState(number=3), newest=False)
    gate.open.set()
    made = fetch(qtbot, renderer, "gate")
    assert (made.state.number, made.step) == (3, 200)


def test_content_from_newer_weights_continues_if_requested_again(
    qtbot, renderer: RenderThread, weights: Weights, gate: Gate
):
    """As when a line that appears above the pictures resizes a pane."""
    renderer.submit("gate", GateState())
    fetch(qtbot, renderer, "gate")
    gate.open.clear()
    gate.reached.clear()
    weights.latest = weights.make(200)
    renderer.submit("gate", GateState())
    assert gate.reached.wait(30)
    ticket = renderer._tickets["gate"]
    renderer.submit("gate", GateState(), newest=False)
    assert renderer._tickets["gate"] == ticket
    gate.open.set()
    assert fetch(qtbot, renderer, "gate").step == 200


def test_slow_content_sleeps_between_slices_during_training(
    qtbot, renderer: RenderThread, weights: Weights, gate: Gate, monkeypatch
):
    monkeypatch.setitem(panes.load()._things, "gate", replace(panes["gate"], slow=True))
    renderer.submit("gate", GateState())
    fetch(qtbot, renderer, "gate")
    assert renderer._breathes == {}, "nothing trains: as fast as it goes"
    weights.state = "training"
    renderer.submit("gate", GateState(number=1))
    assert fetch(qtbot, renderer, "gate").state.number == 1
    assert renderer._breathes.keys() == {"gate"}
    renderer.submit("manifold", ManifoldState(cells=5))
    fetch(qtbot, renderer, "manifold")
    assert "manifold" not in renderer._breathes


def test_weights_of_a_chosen_step(qtbot, renderer: RenderThread, weights: Weights):
    renderer.submit("manifold", ManifoldState(cells=5, at=7))
    made = fetch(qtbot, renderer, "manifold")
    assert (made.step, made.latent_dim, made.error) == (7, 2, "")
    assert made.milliseconds > 0
    assert "step 7" in str(made.content.caption)


def test_returning_from_a_chosen_step_restores_the_latest_weights(qtbot, renderer: RenderThread, gate: Gate):
    renderer.submit("gate", GateState())
    assert fetch(qtbot, renderer, "gate").step == 100
    renderer.submit("gate", GateState(at=7), newest=False)
    assert fetch(qtbot, renderer, "gate").step == 7
    renderer.submit("gate", GateState(number=1), newest=False)
    assert fetch(qtbot, renderer, "gate").step == 100


def test_fast_content_does_not_wait_for_a_slow_one(qtbot, renderer: RenderThread, gate: Gate):
    renderer._durations["gate"] = 500.0  # as after a long one
    gate.open.clear()
    renderer.submit("gate", GateState())
    assert gate.reached.wait(30)
    renderer.submit("short", ManifoldState(cells=5))
    gate.open.set()
    fetch(qtbot, renderer, "gate")
    assert list(renderer._shown) == ["short", "gate"], "the one that began later was finished first"


def test_content_of_a_closed_pane_takes_no_further_step(qtbot, renderer: RenderThread, gate: Gate):
    gate.open.clear()
    renderer.submit("gate", GateState(number=1))
    renderer.submit("stays", GateState(number=2))
    assert gate.reached.wait(30), "both are in the middle, or wait"
    renderer.keep_only({"stays"})
    gate.open.set()
    assert fetch(qtbot, renderer, "stays").state.number == 2
    qtbot.waitUntil(lambda: sorted(gate.closed) == sorted(gate.seen), timeout=PATIENCE)
    assert renderer.result("gate") is None, "what it would have shown is not told"
    renderer.submit("gate", GateState(number=1))
    assert fetch(qtbot, renderer, "gate").state.number == 1, "back in sight it is made from the beginning"


def test_a_content_that_was_made_and_never_fetched_is_made_again(qtbot, renderer: RenderThread, gate: Gate):
    renderer.submit("gate", GateState(number=1))
    qtbot.waitUntil(lambda: "gate" in renderer._shown, timeout=PATIENCE)
    renderer.ask("end", lambda: 1)
    qtbot.waitUntil(lambda: renderer.result("end") == 1, timeout=PATIENCE)
    renderer.keep_only(set())
    renderer.submit("gate", GateState(number=1))
    assert fetch(qtbot, renderer, "gate").state.number == 1


class Endless:
    """A pane whose content pauses again and again; counts its steps after it was left."""

    def __init__(self) -> None:
        self.steps, self.closed, self.reached = 0, threading.Event(), threading.Event()

    def __call__(self, look: ViewContext, state: GateState) -> Iterator[None]:
        try:
            while True:
                self.steps += 1
                self.reached.set()
                yield None
        finally:
            self.closed.set()


def test_closed_pane_takes_at_most_one_more_step(qtbot, renderer: RenderThread, monkeypatch: pytest.MonkeyPatch):
    endless = Endless()
    shown = Pane("endless", N_("Endless"), "look", (Samples,), GateState, N_("Endless."), N_("Endless."), endless)
    monkeypatch.setitem(panes.load()._things, "endless", shown)
    renderer.submit("endless", GateState())
    assert endless.reached.wait(30)
    with renderer._wake:  # so that no step ends meanwhile
        renderer.keep_only(set())
        before = endless.steps
    assert endless.closed.wait(30)
    assert endless.steps <= before + 1


def test_models_without_a_visible_pane_are_released(qtbot, renderer: RenderThread, weights: Weights, gate: Gate):
    renderer.submit("gate", GateState(at=7))
    renderer.submit("other", ManifoldState(cells=5))
    fetch(qtbot, renderer, "gate")
    fetch(qtbot, renderer, "other")
    assert len(renderer.models.contexts) == 2
    renderer.keep_only({"other"})
    qtbot.waitUntil(lambda: len(renderer.models.contexts) == 1, timeout=PATIENCE)
    (look,) = renderer.models.contexts
    assert look.snapshot.step == 100


def test_unfinished_content_does_not_replace_the_previous_one(
    qtbot, renderer: RenderThread, slow: Slow, monkeypatch: pytest.MonkeyPatch
):
    renderer.submit("slow", GateState(number=1))
    fetch(qtbot, renderer, "slow")
    monkeypatch.setattr("genstudio.studio.threads.render_thread.REST_MS", 600_000.0)
    renderer.submit("slow", GateState(number=2))
    qtbot.waitUntil(lambda: renderer.result("slow") is not None, timeout=PATIENCE)  # its coarse picture is on screen
    monkeypatch.setattr("genstudio.studio.threads.render_thread.REST_MS", 0.0)
    renderer.submit("slow", GateState(number=1))
    assert fetch(qtbot, renderer, "slow").state.number == 1, "what was shown before it is made again"


class Slow:
    """A pane whose content is coarse first and takes long to complete."""

    def __init__(self) -> None:
        self.whole: list[int] = []

    def __call__(self, look: ViewContext, state: GateState) -> Iterator[Content]:
        yield Content(N_("coarse"), (Picture(np.zeros((2, 2, 1), np.uint8)),), coarse=True)
        self.whole.append(state.number)
        yield Content(N_("whole"), (Picture(np.ones((2, 2, 1), np.uint8)),))


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    made = Slow()
    shown = Pane("slow", N_("Slow"), "look", (Samples,), GateState, N_("Slow."), N_("Slow."), made)
    monkeypatch.setitem(panes.load()._things, "slow", shown)
    monkeypatch.setattr("genstudio.studio.threads.throttle.BUDGET_MS", -1.0)  # however quick this computer is
    return made


def test_drag_shows_coarse_pictures_and_rest_the_whole(
    qtbot, renderer: RenderThread, slow: Slow, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("genstudio.studio.threads.render_thread.REST_MS", 600_000.0)
    seen: list[str] = []

    def shown() -> bool:
        made = renderer.result("slow")
        if made is not None:
            seen.append(f"{made.content.caption} {made.state.number}{'' if made.final else ' …'}")
        return made is not None

    for number in range(3):  # each comes before the hand has rested
        renderer.submit("slow", GateState(number=number))
        qtbot.waitUntil(shown, timeout=PATIENCE)
    assert seen == ["coarse 0 …", "coarse 1 …", "coarse 2 …"]
    assert slow.whole == [], "what the next movement would throw away is not made"
    monkeypatch.setattr("genstudio.studio.threads.render_thread.REST_MS", 0.0)
    renderer.submit("slow", GateState(number=3))
    assert str(fetch(qtbot, renderer, "slow").content.caption) == "whole"
    assert slow.whole == [3]


def test_newer_weights_do_not_make_a_picture_coarse_again(
    qtbot, renderer: RenderThread, weights: Weights, slow: Slow, monkeypatch: pytest.MonkeyPatch
):
    renderer.submit("slow", GateState())
    fetch(qtbot, renderer, "slow")
    weights.latest = weights.make(200)
    # After a coarse picture it would rest for ten minutes, and the whole one would not come.
    monkeypatch.setattr("genstudio.studio.threads.render_thread.REST_MS", 600_000.0)
    made: list[Rendered] = []

    def whole() -> bool:
        one = renderer.result("slow")
        made.extend([] if one is None else [one])
        return bool(made) and made[-1].final and made[-1].step == 200

    renderer.submit("slow", GateState())
    qtbot.waitUntil(whole, timeout=PATIENCE)
    assert all(one.final for one in made if one.step == 200)


def test_another_view_is_drawn_while_one_sleeps(
    qtbot, renderer: RenderThread, slow: Slow, gate: Gate, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("genstudio.studio.threads.render_thread.REST_MS", 600_000.0)
    renderer.submit("slow", GateState())
    qtbot.waitUntil(lambda: renderer.result("slow") is not None, timeout=PATIENCE)
    renderer.submit("gate", GateState())
    assert fetch(qtbot, renderer, "gate").content is not None
    renderer.ask("question", lambda: 42)
    qtbot.waitUntil(lambda: renderer.result("question") == 42, timeout=PATIENCE)


def test_errors_become_messages_and_the_thread_continues(
    qtbot, renderer: RenderThread, gate: Gate, caplog: pytest.LogCaptureFixture
):
    renderer.submit("gate", GateState(wrong="words"))
    assert fetch(qtbot, renderer, "gate").error == "It rains. Wait."
    renderer.submit("gate", GateState(wrong="bug"))
    assert "Gate could not be drawn: ZeroDivisionError" in str(fetch(qtbot, renderer, "gate").error)
    assert "a bug" in caplog.text, "the traceback goes to the log"
    renderer.submit("gate", GateState(number=3))
    assert fetch(qtbot, renderer, "gate").content is not None


def test_previous_content_is_made_again_after_an_error(qtbot, renderer: RenderThread, gate: Gate):
    renderer.submit("gate", GateState(number=1))
    fetch(qtbot, renderer, "gate")
    renderer.submit("gate", GateState(wrong="words"))
    assert fetch(qtbot, renderer, "gate").error
    renderer.submit("gate", GateState(number=1))
    assert fetch(qtbot, renderer, "gate").content is not None


def test_it_waits_for_the_first_weights(qtbot, renderer: RenderThread, weights: Weights):
    weights.latest = None
    renderer.submit("manifold", ManifoldState())
    assert fetch(qtbot, renderer, "manifold").waiting


def test_it_computes_on_one_core_without_affecting_other_threads(qtbot, renderer: RenderThread, gate: Gate):
    mine, before = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(3)
    try:
        renderer.submit("gate", GateState())
        fetch(qtbot, renderer, "gate")
        later: list[int] = []
        thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
        thread.start()
        thread.join()
        assert gate.threads == [1]
        assert later == [3], "a training thread that sets no number must not be left with one core"
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(mine)
    assert torch.equal(before, torch.get_rng_state())


def test_stopping_in_the_middle_ends_the_thread(qtbot, renderer: RenderThread, gate: Gate):
    gate.open.clear()
    renderer.submit("gate", GateState(number=4))
    assert gate.reached.wait(30)
    threading.Timer(0.05, gate.open.set).start()
    renderer.stop()
    assert renderer.isFinished()
    renderer.submit("gate", GateState(number=5))
    assert not renderer.isRunning()
    assert gate.closed == [4]
