"""Metrics of a run: those of its model and objective, of every measure, and of the training loop itself."""

from __future__ import annotations

from collections.abc import Sequence

from genstudio.core.messages import N_
from genstudio.core.metrics import Metric, merged

DIVERSITY, DUPLICATES = "diversity", "duplicates"
SAMPLE_METRICS = {
    DIVERSITY: Metric(N_("diversity of samples"), "share", ("diversity",)),
    DUPLICATES: Metric(N_("duplicates among samples"), "", ("duplicates",)),
}


def gradient_name(player: str) -> str:
    """Name of the metric of a player's gradient norm, measured before clipping."""
    return f"gradient/{player}"


def gradient_metrics(players: Sequence[str]) -> dict[str, Metric]:
    """Metrics of the players' gradient norms, which the loop reports where there are several players."""
    return {
        gradient_name(player): Metric(N_("gradient, {player}", player=N_(player)), "", ("gradient",))
        for player in players
    }


def metrics_of(model: str) -> dict[str, Metric]:
    """Metrics by name that a run of ``model`` may report. Imports torch, and the code of all measures.

    Raises :class:`UsageError` for an unknown model.
    """
    from genstudio.evaluate.base import measures
    from genstudio.models.base import models

    kind = models[model]
    return merged(
        [
            *(measure.metrics for _, measure in measures.items()),
            SAMPLE_METRICS,
            gradient_metrics(kind.player_names),
            kind.reported_metrics(),
        ]
    )


def all_metrics() -> dict[str, Metric]:
    """Metrics by name of every registered model, objective and measure."""
    from genstudio.models.base import models

    return merged(metrics_of(name) for name in models)
