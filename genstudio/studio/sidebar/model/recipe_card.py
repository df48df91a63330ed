"""Recipe card: the starting point, what was changed in it, and the menus of earlier runs, recipe files and colours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import _, translate
from genstudio.studio.theme import CHOICES, theme
from genstudio.studio.widgets.card import Card
from genstudio.studio.widgets.controls import Combo, IconButton
from genstudio.training.recipe.recipe import Recipe, load_recipe, recipe_names


class RecipeCard(Card):
    """``chosen(recipe)``: start from this one. ``save_requested(path)``: write the draft there."""

    chosen = Signal(object)
    save_requested = Signal(str)
    theme_chosen = Signal(str)
    failed = Signal(object)

    def __init__(self, runs_menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(_("Recipe"), parent)
        self._extra: dict[str, Recipe] = {}  # recipes from files and runs, by the combo's key
        self.combo = Combo(_("Recipe"), self)
        self.combo.setToolTip(_("A complete starting point: model, images and plan"))
        for name in recipe_names():
            try:
                recipe = load_recipe(name)
            except GenstudioError:
                continue
            self.combo.addItem(translate(recipe.title) or name, name)
            self.combo.setItemData(self.combo.count() - 1, translate(recipe.help), Qt.ItemDataRole.ToolTipRole)
        self.combo.activated.connect(self._activated)
        self.body.addWidget(self.combo)
        self._make_menus(runs_menu)

    def choose(self, name: str) -> Recipe | None:
        """Select a recipe that ships with the program, without a signal; ``None`` when there is no such one."""
        position = self.combo.findData(name)
        if position < 0:
            return None
        self.combo.setCurrentIndex(position)
        return self._recipe(name)

    def show_recipe(self, recipe: Recipe, key: str) -> None:
        """Select ``recipe``, adding it to the list when it came from a file or a run."""
        position = self.combo.findData(key)
        if position < 0:
            self.combo.addItem(translate(recipe.title) or recipe.name, key)
            position = self.combo.count() - 1
        self._extra[key] = recipe
        self.combo.setCurrentIndex(position)

    def origin_of(self, recipe: Recipe) -> Recipe | None:
        """The recipe of the list that ``recipe`` (a run's) was made from, by its title; selects it."""
        for position in range(self.combo.count()):
            if recipe.title and self.combo.itemText(position) == translate(recipe.title):
                self.combo.setCurrentIndex(position)
                return self._recipe(self.combo.itemData(position))
        return None

    def show_changes(self, names: Sequence[str]) -> None:
        """Say which settings differ from the recipe."""
        self.fact.setText(_("changed: {names}", names=", ".join(names)) if names else "")

    def open_recipe_file(self, path: str) -> None:
        """Start from the TOML file at ``path``."""
        try:
            recipe = load_recipe(Path(path))
        except GenstudioError as error:
            self.failed.emit(str(error))
            return
        self.show_recipe(recipe, path)
        self.chosen.emit(recipe)

    def _make_menus(self, runs_menu: QMenu) -> None:
        self.runs_button = IconButton("clock", _("Earlier runs"), self)
        self.runs_button.setMenu(runs_menu)
        menu = QMenu(self)
        self.open_action = menu.addAction(_("Open a recipe…"))
        self.open_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Open))
        self.open_action.triggered.connect(self._open_file)
        self.save_action = menu.addAction(_("Save as a recipe…"))
        self.save_action.setShortcut(QKeySequence(QKeySequence.StandardKey.SaveAs))
        self.save_action.triggered.connect(self._save_file)
        menu.addSeparator()
        self.theme_menu = menu.addMenu(_("Colours"))
        text = {"system": _("As the system"), "light": _("Light"), "dark": _("Dark")}
        for choice in CHOICES:
            action = self.theme_menu.addAction(text[choice])
            action.setCheckable(True)
            action.setData(choice)
        self.theme_menu.triggered.connect(self._theme_chosen)
        self.theme_menu.aboutToShow.connect(self._tick_theme)
        self.more_button = IconButton("more", _("Recipe files and settings"), self)
        self.more_button.setMenu(menu)
        self.head.addWidget(self.runs_button)
        self.head.addWidget(self.more_button)

    def _recipe(self, key: str) -> Recipe | None:
        if key in self._extra:
            return self._extra[key]
        try:
            return load_recipe(key)
        except GenstudioError as error:
            self.failed.emit(str(error))
            return None

    @Slot(int)
    def _activated(self, position: int) -> None:
        recipe = self._recipe(self.combo.itemData(position))
        if recipe is not None:
            self.chosen.emit(recipe)

    @Slot(QAction)
    def _theme_chosen(self, action: QAction) -> None:
        self.theme_chosen.emit(action.data())

    @Slot()
    def _tick_theme(self) -> None:
        for action in self.theme_menu.actions():
            action.setChecked(action.data() == theme().choice)

    @Slot()
    def _open_file(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, _("Open a recipe"), "", "TOML (*.toml)")
        if path:
            self.open_recipe_file(path)

    @Slot()
    def _save_file(self) -> None:
        path, _kind = QFileDialog.getSaveFileName(self, _("Save as a recipe"), "recipe.toml", "TOML (*.toml)")
        if path:
            self.save_requested.emit(path)
