"""Metrics: titles, units and roles of the numbers that models, objectives and measures report.

    metrics = {"kl": Metric("KL", "nats", ("elbo_term", "kl"))}

A metric key is ``split/name``, as in ``train/kl``; a metric is declared once for its name, by what reports it. Curves show
its title and unit. Health rules look for roles, so that a new model's terms are read without a change to the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from genstudio.core.messages import Message, translate

Role = Literal[
    "nll",  # exact -log p(x) in nats
    "bound",  # lower bound on log p(x) in nats
    "elbo_term",  # summand of the negative bound, in nats: all of them together are -bound
    "kl",  # those of them that pull the posterior to the prior
    "real_output",  # mean output of a discriminator on real images, as people read it
    "fake_output",  # the same on generated images
    "pass_share",  # share of generated images that the discriminator takes for real
    "pair_share",  # share of pairs in which the generated image has the higher output
    "game_loss",  # loss on a discriminator's output
    "convergence",  # a game's own measure of convergence: its outputs may favour generated images by design
    "gradient",  # norm of a player's gradient
    "diversity",  # mean distance of samples over that of real images
    "duplicates",  # near-duplicate rate of samples over that of real images
    "class_coverage",  # share of the classes that samples show
    "modes",  # number of known modes that samples cover
    "modes_missing",  # number of known modes that they don't
]


@dataclass(frozen=True)
class Metric:
    """Title for people (or a symbol such as ``D(x)``), unit ("" for none), and what health rules may read it as.

    better: which values are good, where that is known.
    """

    title: Message | str
    unit: str = ""
    roles: tuple[Role, ...] = ()
    better: Literal["higher", "lower", ""] = ""


def title_of(name: str, metrics: Mapping[str, Metric]) -> str:
    """Translated title of a metric by its name without a split; an undeclared one loses its underscores."""
    return translate(metrics[name].title) if name in metrics else name.replace("_", " ")


def unit_of(name: str, metrics: Mapping[str, Metric]) -> str:
    """Unit of a metric by its name without a split; "" where none is declared."""
    return metrics[name].unit if name in metrics else ""


def with_role(metrics: Mapping[str, Metric], *roles: Role) -> list[str]:
    """Names of the metrics that have one of ``roles``, in the order of their declaration."""
    return [name for name, metric in metrics.items() if any(role in metric.roles for role in roles)]


def merged(declared: Iterable[Mapping[str, Metric]]) -> dict[str, Metric]:
    """One mapping of all; of two declarations of one name the later one counts."""
    return {name: metric for each in declared for name, metric in each.items()}
