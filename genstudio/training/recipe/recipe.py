"""Recipes: a complete starting point as a TOML file. Reading one imports neither torch nor a model.

title = "A manifold of digits"
help = "..."
[model]
name = "vae"
latent_dim = 2
[data]
name = "mnist"
[plan]
steps = 10000
[plan.players.model]
lr = 0.001
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core.errors import UsageError
from genstudio.core.knobs import from_text, parse_knobs, toml_value
from genstudio.core.messages import N_, Message
from genstudio.core.paths import resources
from genstudio.core.plain_text import printable, shortened
from genstudio.training.recipe.plan import Plan, PlayerPlan, parse_plan
from genstudio.training.recipe.resolved_model import ResolvedModel, Setting, drop_unknown, rebased, settle_plan
from genstudio.training.run.files import open_to_read, write_atomically

if TYPE_CHECKING:
    from genstudio.data.base import Source

_LONGEST = 2**20  # bytes of a recipe's file
_DEEPEST = 4  # plan.players.NAME.lr


@dataclass(frozen=True)
class Recipe:
    """Title, model with knobs, data set with knobs, plan. Knob values are as given; :meth:`resolve` parses
    them."""

    name: str
    model: str
    data: str
    title: str = ""
    help: str = ""
    model_knobs: dict[str, Any] = field(default_factory=dict)
    data_knobs: dict[str, Any] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)

    def override(self, assignments: Iterable[str]) -> Recipe:
        """A copy with settings replaced: ``latent_dim=8`` or ``model.latent_dim=8``, ``data.size=32``, ``plan.steps=100``,
        ``plan.players.model.lr=1e-4``, ``model.name=vae``. Raises :class:`UsageError` for what is no assignment, and for
        a plan that does not fit; model and data knobs are checked by :meth:`resolve`.
        """
        document = self.to_dict()
        split = [(assignment, *_split_assignment(assignment)) for assignment in assignments]
        data = next((text for _, path, text in reversed(split) if path == ["data", "name"]), self.data)
        for assignment, path, text in split:
            annotation = _annotation_of(path, data)
            value = toml_value(text) if annotation is None else from_text(annotation, text)
            table: Any = document
            for part in path[:-1]:
                table = table.setdefault(part, {})
                if not isinstance(table, dict):
                    raise UsageError(
                        N_("'{what}' sets something inside a single value.", what=shortened(assignment)),
                        N_("Write it as plan.steps=100 or plan.players.model.lr=0.001."),
                    )
            table[path[-1]] = value
        return recipe_from_dict(document, self.name)

    def with_values(self, **changes: Any) -> Recipe:
        """A copy with whole fields replaced."""
        return replace(self, **changes)

    def resolve(self, settings: Iterable[str] = ()) -> ResolvedRecipe:
        """The recipe with ``settings`` (as for :meth:`override`), each name looked up and each knob parsed, once. Imports
        the model's code, and with it torch.

        Where the settings choose another model or objective, its default optimisers come with it, but for settings of
        players that are among them, and the note says so. Raises :class:`UsageError` for a model, data set, knob or size
        of batch that does not exist or fit.
        """
        from genstudio.data.base import data_sets

        settings = list(settings)
        changed = self.override(settings) if settings else self
        model = changed.resolve_model()
        plan, note = self._following(changed, model, settings) if settings else (changed.plan, None)
        source = data_sets[changed.data]
        data_knobs = _parse("data", source.Knobs, changed.data_knobs)
        model.check_batch(plan)
        written = changed.with_values(
            model_knobs=model.knobs.model_dump(mode="json"),
            data_knobs=data_knobs.model_dump(mode="json"),
            plan=settle_plan(plan, model.default_players),
        )
        return ResolvedRecipe(written, model, source, data_knobs, note)

    def resolve_model(self) -> ResolvedModel:
        """The model's class with its parsed knobs. Raises :class:`UsageError` for a name or knob that does not fit."""
        from genstudio.models.base import models

        kind = models[self.model]
        return ResolvedModel(self.model, kind, _parse("model", kind.Knobs, self.model_knobs))

    def _following(self, changed: Recipe, model: ResolvedModel, settings: list[str]) -> tuple[Plan, Message | None]:
        """The plan of ``changed``, this recipe with ``settings`` replaced, with the default optimisers of the ``model`` that
        they choose, and a line about these."""
        try:
            before = self.resolve_model().default_players
        except UsageError:
            return changed.plan, None  # only the settings made it one that fits
        chosen = {setting for one in settings if (setting := _player_setting(one)) is not None}
        defaults, plan = model.default_players, changed.plan
        if changed.model != self.model:
            plan = drop_unknown(plan, {*model.kind.player_names, *(player for player, _ in chosen)})
        if before == defaults:
            return plan, None
        plan = rebased(plan, defaults, chosen)
        players = settle_plan(plan, defaults).players
        shown = ", ".join(f"{name} {players[name].optimiser} {players[name].lr:g}" for name in defaults)
        note = N_("The optimisers are now those that go with this choice: {players}.", players=shown) if shown else None
        return plan, note

    def to_dict(self) -> dict[str, Any]:
        """The recipe as nested tables, as in the file: of players only the settings that were given."""
        players = {n: p.model_dump(mode="json", exclude_unset=True) for n, p in self.plan.players.items()}
        return {
            "title": self.title,
            "help": self.help,
            "model": {"name": self.model, **self.model_knobs},
            "data": {"name": self.data, **self.data_knobs},
            "plan": {**self.plan.model_dump(mode="json", exclude={"players"}), "players": players},
        }

    def to_toml(self) -> str:
        """The recipe as the text of a file. TOML has no word for a setting without a value (``None``): it is written as
        "none", which :func:`genstudio.core.knobs.parse_knobs` reads back."""
        import tomlkit

        return tomlkit.dumps(_in_toml(self.to_dict()))

    def to_bytes(self) -> bytes:
        """:meth:`to_toml` as UTF-8. Raises :class:`UsageError` for a name that is none: a file could not say it."""
        text = self.to_toml()
        try:
            return text.encode()
        except UnicodeEncodeError as error:
            line = text[text.rfind("\n", 0, error.start) + 1 :].partition("\n")[0]
            shown = line.encode(errors="surrogateescape").decode(errors="backslashreplace")
            raise UsageError(
                N_("A name in the recipe is not UTF-8 text: {line}", line=shown),
                N_("Rename that folder or file, then choose it again."),
            ) from None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write :meth:`to_toml` to ``path``, whole or not at all."""
        write_atomically(Path(path), self.to_bytes())


@dataclass(frozen=True)
class ResolvedRecipe:
    """A recipe ready to use, made by :meth:`Recipe.resolve`: everyone reads from here what it says.

    recipe: the same with every knob and the players' defaults written out, as a run remembers it. model: its class and
    knobs. source, data_knobs: the data set's class and knobs. note: a line about optimisers that followed a choice.
    """

    recipe: Recipe
    model: ResolvedModel
    source: type[Source]
    data_knobs: Any
    note: Message | None = None

    @property
    def plan(self) -> Plan:
        """The plan with every player's settings."""
        return self.recipe.plan


def recipe_names() -> list[str]:
    """The recipes that come with the program."""
    return sorted(path.stem for path in (resources() / "recipes").glob("*.toml"))


def load_recipe(name_or_path: str | os.PathLike[str]) -> Recipe:
    """A recipe by name, by the path of a TOML file, or of a run's folder (the recipe it was trained with).

    Raises :class:`UsageError` when it is nowhere, when the TOML is broken (with file and line), or when it does not fit.
    """
    path = Path(name_or_path)
    if path.is_dir() and (path / "recipe.toml").is_file():
        return read_recipe(path / "recipe.toml", path.resolve().name)
    if path.suffix == ".toml" or path.is_file() or len(path.parts) > 1:
        if not path.is_file():
            raise UsageError(
                N_("There is no recipe file {path}.", path=str(path)),
                N_("Name a TOML file, or one of: {names}.", names=", ".join(recipe_names())),
            )
        return read_recipe(path, path.stem)
    names = recipe_names()
    if str(path) not in names:
        close = difflib.get_close_matches(str(path), names, n=1)
        remedy = (
            N_("Did you mean '{close}'?", close=close[0])
            if close
            else N_("Name a TOML file, or one of: {names}.", names=", ".join(names))
        )
        raise UsageError(N_("There is no recipe named '{name}'.", name=str(path)), remedy)
    return read_recipe(resources() / "recipes" / f"{path}.toml", str(path))


def read_recipe(path: Path, name: str) -> Recipe:
    """The recipe in one file. Raises :class:`UsageError` that names the file."""
    try:
        with open_to_read(path) as file:
            text = file.read(_LONGEST + 1)
        if len(text) > _LONGEST:
            raise UsageError(
                N_("{path} is too long to be a recipe.", path=str(path)), N_("Name a recipe, or a TOML file of one.")
            )
        document = tomllib.loads(text.decode("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            N_("{path} is not valid TOML: {reason}.", path=str(path), reason=str(error)), N_("Fix that line.")
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            N_("{path} can't be read: {reason}.", path=str(path), reason=str(error)), N_("Give a text file in UTF-8.")
        ) from None
    except (ValueError, RecursionError):
        raise UsageError(
            N_("{path} is not valid TOML: a number is too long, or tables are nested too deep.", path=str(path)),
            N_("Fix that line."),
        ) from None
    try:
        return recipe_from_dict(document, name)
    except UsageError as error:
        raise UsageError(N_("{path}: {what}", path=str(path), what=error.what), error.remedy) from None


def recipe_from_dict(document: dict[str, Any], name: str) -> Recipe:
    """A recipe from nested tables. Raises :class:`UsageError` for unknown or missing tables and for a plan that does not
    fit."""
    known = {"title", "help", "model", "data", "plan"}
    unknown = [key for key in document if key not in known]
    if unknown:
        raise UsageError(
            N_("'{name}' is not part of a recipe.", name=unknown[0]),
            N_("There are: {names}.", names="title, help, [model], [data], [plan]"),
        )
    model, data = (_named_table(document, table) for table in ("model", "data"))
    return Recipe(
        name=name,
        title=printable(str(document.get("title", ""))),
        help=str(document.get("help", "")),
        model=model.pop("name"),
        data=data.pop("name"),
        model_knobs=model,
        data_knobs=data,
        plan=parse_plan(document.get("plan", {})),
    )


def _named_table(document: dict[str, Any], table: str) -> dict[str, Any]:
    value = document.get(table)
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise UsageError(
            N_("The recipe does not say which {table}.", table=table),
            N_('Write [{table}] and a line name = "..." under it.', table=table),
        )
    return dict(value)


def parse_assignment(assignment: str) -> tuple[list[str], Any]:
    """``plan.steps=100`` as the way to the setting and its value; a name alone is the model's. Raises :class:`UsageError`
    for what is no assignment."""
    path, text = _split_assignment(assignment)
    return path, toml_value(text)


def _split_assignment(assignment: str) -> tuple[list[str], str]:
    """Name and value of an assignment as :func:`parse_assignment`, the value as text."""
    name, equals, text = assignment.partition("=")
    path = name.strip().split(".")
    if not equals or not all(path) or len(path) > _DEEPEST:
        raise UsageError(
            N_("'{what}' is not a setting.", what=shortened(assignment)),
            N_("Write NAME=VALUE, such as latent_dim=8 or plan.steps=100."),
        )
    if path[0] not in {"model", "data", "plan"} and len(path) == 1 and path[0] not in {"title", "help"}:
        path = ["model", *path]
    return path, text.strip()


def _annotation_of(path: list[str], data: str) -> Any:
    """The type of the setting at ``path`` in a recipe for the data set ``data``; ``None`` where that is not known.

    Of a model's settings it is not: knowing them takes importing torch. None of them is free text.
    """
    from genstudio.data.base import data_sets

    match path:
        case ["title" | "help"] | ["model" | "data", "name"]:
            return str
        case ["plan", name]:
            knobs: Any = Plan
        case ["plan", "players", _, name]:
            knobs = PlayerPlan
        case ["data", name] if data in data_sets:
            knobs = data_sets[data].Knobs
        case _:
            return None
    return knobs.model_fields[name].annotation if name in knobs.model_fields else None


def _parse(table: str, knobs: Any, values: dict[str, Any]) -> Any:
    for name in values:
        if name not in knobs.model_fields and name in Plan.model_fields:
            raise UsageError(
                N_("{name} is not a setting of the {table}.", name=name, table=table),
                N_("Did you mean plan.{name}?", name=name),
            )
    return parse_knobs(knobs, values)


def _player_setting(assignment: str) -> Setting | None:
    """(player, setting) that ``plan.players.generator.lr=1e-4`` sets."""
    match assignment.partition("=")[0].strip().split("."):
        case ["plan", "players", player, setting]:
            return player, setting
    return None


def _in_toml(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _in_toml(inner) for name, inner in value.items()}
    return "none" if value is None else value
