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

GRADIENT = "gradient/"
JUDGED = "D("  # D(x), D(G(z)): what the discriminator says


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
    names: Sequence[str], units: Mapping[str, str], parts: Mapping[str, str], is_trained: Callable[[str], bool]
) -> list[Group]:
    """Groups of ``names`` (without their split), those that training minimises first.

    ``units`` by name; ``parts``: the player of each term, "" for numbers that are only watched, empty for a model with one
    player; ``is_trained`` tells names with values from training from measures.
    """
    game = _game(names, parts)
    played = {name for group in game for name in group.names}
    by_unit: dict[str, list[str]] = {}
    for name in names:
        if name not in played:
            by_unit.setdefault(unit_of(name, units), []).append(name)
    rest = sorted(by_unit.items(), key=lambda group: not any(map(is_trained, group[1])))
    return game + [
        Group(f"unit:{unit}", unit or (N_("measures") if game else N_("no unit")), (Section("", tuple(its)),))
        for unit, its in rest
    ]


def unit_of(name: str, units: Mapping[str, str]) -> str:
    """The unit of a name without its split."""
    return "bits/dim" if name.endswith("bits_per_dim") else units.get(name, "")


def _game(names: Sequence[str], parts: Mapping[str, str]) -> list[Group]:
    """The groups of a model with several players; none for others."""
    known = [name for name in names if name in parts]
    if not known:
        return []
    watched = [name for name in known if not parts[name]]
    judged = [name for name in watched if name.startswith(JUDGED)]
    gradients = [name for name in watched if name.startswith(GRADIENT)]
    others = [name for name in watched if name not in judged and name not in gradients]
    players = dict.fromkeys(parts[name] for name in known if parts[name])
    sections = [Section(player, tuple(name for name in known if parts[name] == player)) for player in players]
    # What the discriminator says is read beside the losses; where it says nothing, what else is watched (BEGAN's M and k).
    sections.append(Section(N_("other values"), tuple(judged or others)))
    further = [Section(N_("gradients"), tuple(gradients)), Section(N_("other values"), tuple(others if judged else ()))]
    found = [
        Group("game", N_("players"), tuple(section for section in sections if section.names)),
        Group("watched", N_("gradients"), tuple(section for section in further if section.names)),
    ]
    return [group for group in found if group.sections]
