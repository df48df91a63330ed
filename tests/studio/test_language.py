"""Every text of the window is translated: proven with the pseudo-language, in which each translated letter has an accent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QMenu, QWidget

from genstudio.core.knobs import describe
from genstudio.data.base import data_sets
from genstudio.models.base import models
from genstudio.studio.pane_view.view import PaneView
from genstudio.training.recipe.plan import Plan, PlayerPlan
from genstudio.viewing.pane import panes
from tests.studio.pane_area import PATIENCE, RECIPES

TAGS = re.compile(r"<[^<>]*>|&\w+;")
# The same in every language: keys, units and file formats, papers, variables, principal components.
NAMES = re.compile(
    r"Ctrl\+\S+|\b(px|nats|MB|GB|CSV|PNG|SVG|GIF|WebP|MP4|APNG|JSON|TOML|KL|PC \d+|sin|cos|log|exp|arg|max|min)\b"
    r"|[A-Z][^.;]*? (et al\. )?(19|20)\d\d(, \w[^.;]*)?|arXiv:[\d.]+"
)
# Named by a data set, a recipe, a run or a file, and directions by their name in a state.
GIVEN = {"Dots", "dots", "dots-for-windows", "random", "mirror", "broken.png can't be read and is left out.", *RECIPES}


def choices() -> set[str]:
    """Values of settings, which stand in recipes as they are shown."""
    kinds = [kind.Knobs for registry in (models, data_sets) for _, kind in registry.items()]
    infos = [info for kind in [*kinds, Plan, PlayerPlan] for info in describe(kind)]
    infos += [info for _, pane in panes.items() for info in pane.state.controls()]
    return {str(choice) for info in infos for choice in info.choices or ()}


def of_tests() -> set[str]:
    """Titles and help of what other tests register: the program has no translation of them."""
    kinds = [kind for registry in (models, data_sets) for _, kind in registry.items()]
    return {
        text.english
        for kind in kinds
        if not kind.__module__.startswith("genstudio.")
        for text in (kind.title, kind.help)
    }


def texts(window: QWidget) -> Iterator[tuple[str, str]]:
    """Every text of the window's widgets, tooltips and accessible names included, with the kind of widget."""
    for widget in [window, *window.findChildren(QWidget)]:
        kind = f"{type(widget).__name__} {widget.objectName()}"
        yield kind, widget.toolTip()
        yield kind, widget.accessibleName()
        if isinstance(widget, QLabel | QAbstractButton):
            yield kind, widget.text()
        if isinstance(widget, QLineEdit):
            yield kind, widget.placeholderText()
        if isinstance(widget, QComboBox):
            yield from ((kind, widget.itemText(n)) for n in range(widget.count()))
        if isinstance(widget, QMenu):
            yield kind, widget.title()
    yield from (("action", action.text()) for action in window.findChildren(QAction))


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Texts that widgets draw themselves."""
    drawn: set[str] = set()
    draw = QPainter.drawText

    def drawText(painter: QPainter, *arguments: object) -> object:
        drawn.update(text for text in arguments if isinstance(text, str))
        return draw(painter, *arguments)

    monkeypatch.setattr(QPainter, "drawText", drawText)
    return drawn


def plain(found: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those that hold words without accents, besides names."""
    known = sorted(map(re.escape, choices() | GIVEN | of_tests()), key=len, reverse=True)
    names = re.compile(rf"(?<!\w)({'|'.join(known)})(?!\w)")
    return {
        (kind, text) for kind, text in found
        if re.search(r"[A-Za-z]{2,}", names.sub("", NAMES.sub("", TAGS.sub("", text))))
    }  # fmt: skip


def has_content(view: PaneView) -> bool:
    return view.rendered is not None and view.rendered.content is not None


@pytest.mark.parametrize("kind", ["vae", "gan", "pixels", "points"])
def test_every_text_of_each_pane(
    qtbot, pseudo_language: None, painted: set[str], area_for: Callable, served: Callable, kind: str
) -> None:
    names = served(kind)
    area = area_for(names[0])
    found = []
    for name in names:
        area.show_pane(name)
        qtbot.waitUntil(lambda view=area.views[name]: has_content(view), timeout=PATIENCE)
        area.grab()
        found += texts(area)
    found += [("painted", text) for text in painted]
    assert len(found) > 200
    assert plain(found) == set()


def test_every_text_of_the_left_column(
    qtbot,
    pseudo_language: None,
    painted: set[str],
    open_window: Callable,
    recipe_file: Callable,
    choose_recipe: Callable,
):
    window = open_window()
    choose_recipe(window, recipe_file(steps=20))
    window.left.controls.main.click()
    qtbot.waitUntil(lambda: window.session.state == "idle" and window.session.step == 20, timeout=PATIENCE)
    window.grab()
    found = [*texts(window), *(("painted", text) for text in painted)]
    assert len(found) > 500
    assert plain(found) == set()
