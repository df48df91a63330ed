"""No alarm: progress of the players, and how well real and generated images are distinguished."""

from __future__ import annotations

import statistics
from typing import Any

from genstudio.core.messages import N_, Message
from genstudio.training.health.metric_history import (
    DISCRIMINATOR,
    ENOUGH,
    FEW,
    GENERATOR,
    NOISE,
    MetricHistory,
    nats,
    output,
)
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule
from genstudio.training.telemetry import Row

NONE_PASS = 1 / 32
"""Share of generated images taken for real under which none of 32 passes, as a rule. The pane Real or fake? counts 32."""
SURE = 0.03  # mean D(G(z)), or 1 - D(x): where passing is not recorded, of the 32 hardly one passes


@health_rule("learning", order=130, is_progress=True)
def check(history: MetricHistory) -> Health | None:
    """The newest measurement; of two players, which of them learn and which is ahead."""
    held_out = history.held_out()
    if held_out:
        step, value = held_out[-1]
        fields: dict[str, Any] = {"value": nats(value), "step": step}
        best_step, best = max(held_out, key=lambda point: point[1])
        if value < best - max(1.0, NOISE * abs(best)):
            fields |= {"best": nats(best), "best_step": best_step}
            text = N_(
                "Worse than before: {value} nats on held-out images at step {step:,}, {best} at step {best_step:,}.",
                **fields,
            )
            return Health("unclear", text)
        if history.training:
            return Health("good", N_("Learning: {value} nats on held-out images at step {step:,}.", **fields))
        return Health("good", N_("Learned: {value} nats on held-out images at step {step:,}.", **fields))
    if len([row for row in history.rows[-ENOUGH:] if row.values]) < ENOUGH:
        return None
    if not history.turns:
        return _of_one(history)
    return _of_a_game(history) if len(history.turns) >= ENOUGH else None


def _of_one(history: MetricHistory) -> Health:
    """A model with one player: the bound on its training images, then against now."""
    bound = [value for _, value in history.bound()]
    fields: dict[str, Any] = {"step": history.step, "what": history.what}
    if len(bound) < 2 * FEW:
        return Health("unclear", N_("No alarm up to step {step:,}. How well it learns is not measured yet.", **fields))
    first, now = statistics.median(bound[:FEW]), statistics.median(bound[-FEW:])
    fields |= {"first": nats(first), "now": nats(now)}
    if now <= first:
        text = N_(
            "No progress up to step {step:,}: the {what} of training images was {first} nats and is {now}.", **fields
        )
        return Health("unclear", text)
    if history.training:
        text = N_("Learning: the {what} of training images rose from {first} to {now} nats.", **fields)
    else:
        text = N_("Up to step {step:,} the {what} of training images rose from {first} to {now} nats.", **fields)
    return Health("good", text)


def _of_a_game(history: MetricHistory) -> Health:
    last = history.turns[-FEW:]
    fields: dict[str, Any] = {
        "step": history.step,
        "real": output(_mean(last, history.real)),
        "fake": output(_mean(last, history.fake)),
    }
    learning = (history.only,) if history.only else history.players_learning(last[-1])
    if len(learning) < 2:
        return Health("unclear", _one_alone(history, learning, fields))
    since = _both_since(history)
    if since is not None:
        text = N_("Both players have learned since step {since:,}: too early to tell.", since=since)
        return Health("unclear", text if history.training else N_("Up to step {step:,}: too early to tell.", **fields))
    ahead = _ahead(history)
    if ahead is not None:
        return Health("unclear", _leading(history, ahead, fields))
    text = N_("Both learn: D(x) {real}, D(G(z)) {fake}.", **fields)
    if not history.training:
        text = N_("Up to step {step:,} both learned: D(x) {real}, D(G(z)) {fake}.", **fields)
    return Health("good", _with_variety(history, text))


def _one_alone(history: MetricHistory, learning: tuple[str, ...], fields: dict[str, Any]) -> Message:
    if not learning:
        return N_("Neither player learns at step {step:,}: D(x) {real}, D(G(z)) {fake}.", **fields)
    fields = fields | {"player": learning[0], "other": GENERATOR if learning[0] == DISCRIMINATOR else DISCRIMINATOR}
    if history.training or history.only:
        return N_("Only the {player} learns, the {other} does not change: D(x) {real}, D(G(z)) {fake}.", **fields)
    return N_("At step {step:,} only the {player} learned: D(x) {real}, D(G(z)) {fake}.", **fields)


def _both_since(history: MetricHistory) -> int | None:
    """First step of the newest turns in which both players learn, where these are fewer than ``ENOUGH``."""
    newest = history.turns[-ENOUGH:]
    alone = [place for place, row in enumerate(newest) if len(history.players_learning(row)) < 2]
    return newest[alone[-1] + 1].step if alone else None


def _ahead(history: MetricHistory) -> str | None:
    """The player that has it all its own way, by the images that pass for real; ``None`` where neither has, or where a
    critic's values say nothing of it."""
    last, key = history.turns[-FEW:], _recorded(history)
    if key is not None:
        passed, none, all_pass = _mean(last, key), NONE_PASS, 1 - NONE_PASS
    elif all(0 <= row.values[key] <= 1 for row in last for key in (history.real, history.fake)):
        passed, none, all_pass = _mean(last, history.fake), SURE, 1 - SURE
    else:
        return None
    return DISCRIMINATOR if passed < none else GENERATOR if passed > all_pass else None


def _recorded(history: MetricHistory) -> str | None:
    """Key of the share of samples that pass in the newest steps; ``None`` in runs from before it was recorded."""
    last = history.turns[-FEW:]
    candidates = (history.key("train", "pass_share"), history.key("train", "pair_share"))
    return next((key for key in candidates if key and all(key in row.values for row in last)), None)


def _leading(history: MetricHistory, ahead: str, fields: dict[str, Any]) -> Message:
    last, key = history.turns[-FEW:], _recorded(history)
    if not history.training:
        text = N_("Up to step {step:,}: D(x) {real}, D(G(z)) {fake}.", **fields)
    else:
        text = N_("The {ahead} is ahead: D(x) {real}, D(G(z)) {fake}.", ahead=ahead, **fields)
    if key is not None and key == history.key("train", "pass_share"):
        passed = f"{100 * _mean(last, key):.0f}"
        text = N_("{text} {passed} % of the samples pass for real.", text=text, passed=passed)
    elif key is not None:
        above = f"{100 * _mean(last, key):.0f}"
        text = N_("{text} A sample scores higher than a real image in {above} % of pairs.", text=text, above=above)
    return _with_variety(history, text)


def _with_variety(history: MetricHistory, text: Message) -> Message:
    varied = [
        found for found in history.curve(history.diversity) if found[0] > 0
    ]  # not of nets that have learned nothing
    if not varied:
        return text
    return N_("{text} Samples vary {varied:.0%} as much as the images do.", text=text, varied=varied[-1][1])


def _mean(rows: list[Row], key: str) -> float:
    return sum(row.values[key] for row in rows) / len(rows)
