"""Groups of curves: those of one unit; of a model with several players, those of one player. No drawing.

discriminator   d_real, d_fake, gradient_penalty          the game: what the players minimise,
generator       adversarial                               and how real images look to the discriminator
watched         D(x), D(G(z))
gradients       gradient/discriminator, gradient/generator
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from genstudio.core.messages import N_, Message
from genstudio.core.metrics import Metric, title_of, unit_of, with_role


@dataclass(frozen=True)
class Section:
    """Curves that share their axes, as far as their magnitudes allow it. ``title`` is empty if the group's is
    enough."""

    title: Message | str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Curves shown together, one section above the other. ``key`` names the group in settings and menus."""

    key: str
    title: Message | str
    sections: tuple[Section, ...]

    @property
    def names(self) -> list[str]:
        return [name for section in self.sections for name in section.names]


def into_groups(
    names: Sequence[str], metrics: Mapping[str, Metric], parts: Mapping[str, str], is_trained: Callable[[str], bool]
) -> list[Group]:
    """Groups of ``names`` (without their split), those that training minimises first.

    ``metrics`` by name; ``parts``: the player of each term, "" for numbers that are only watched, empty for a model with one
    player; ``is_trained`` tells names with values from training from measures.
    """
    game = _game(names, metrics, parts)
    played = {name for group in game for name in group.names}
    by_unit: dict[str, list[str]] = {}
    for name in names:
        if name not in played:
            by_unit.setdefault(unit_of(name, metrics), []).append(name)
    rest = sorted(by_unit.items(), key=lambda group: not any(map(is_trained, group[1])))
    return game + [
        Group(f"unit:{unit}", unit or (N_("measures") if game else N_("no unit")), (Section("", tuple(its)),))
        for unit, its in rest
    ]


def distinct_titles(titles: Sequence[str], names: Sequence[Sequence[str]], metrics: Mapping[str, Metric]) -> list[str]:
    """A title for each panel of curves (``names``, without their split). Panels of equal title also name their curves,
    as in "discriminator: R1, R2"."""
    return [
        f"{title}: {', '.join(title_of(name, metrics) for name in its)}" if title and titles.count(title) > 1 else title
        for title, its in zip(titles, names, strict=True)
    ]


def _game(names: Sequence[str], metrics: Mapping[str, Metric], parts: Mapping[str, str]) -> list[Group]:
    """The groups of a model with several players; none for others."""
    known = [name for name in names if name in parts]
    if not known:
        return []
    watched = [name for name in known if not parts[name]]
    known_roles = {name: metrics[name] for name in watched if name in metrics}
    outputs = with_role(known_roles, "real_output", "fake_output")
    gradients = with_role(known_roles, "gradient")
    others = [name for name in watched if name not in outputs and name not in gradients]
    players = dict.fromkeys(parts[name] for name in known if parts[name])
    sections = [Section(player, tuple(name for name in known if parts[name] == player)) for player in players]
    # The discriminator's outputs are read beside the losses; without any, what else is watched (BEGAN's M and k).
    sections.append(Section(N_("other values"), tuple(outputs or others)))
    further = [
        Section(N_("gradients"), tuple(gradients)),
        Section(N_("other values"), tuple(others if outputs else ())),
    ]
    found = [
        Group("game", N_("players"), tuple(section for section in sections if section.names)),
        Group("watched", N_("gradients"), tuple(section for section in further if section.names)),
    ]
    return [group for group in found if group.sections]
