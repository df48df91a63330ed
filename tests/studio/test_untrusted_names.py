"""Names with ``&``, markup or control characters are shown literally in labels, tooltips, menus, buttons."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QToolTip, QWidget

from genstudio.core.messages import N_
from genstudio.studio.panes.arithmetic.sample_browser import Chip
from genstudio.studio.panes.directions.controls import AttributeChoice
from genstudio.studio.panes.interpolate.key_frames import KeyMenus
from genstudio.studio.sidebar.run.runs_menu import RunsMenu
from genstudio.studio.threads.run_reader import RunLine
from genstudio.studio.widgets.titles import literal
from genstudio.training.recipe.recipe import recipe_from_dict

MARKUP = "<b>cats</b> &amp; <img src='x'>"
NAME = "R&D <i>x</i>"


def test_a_label_and_a_tooltip_show_markup_as_text(qtbot) -> None:
    label = QLabel(MARKUP)
    qtbot.addWidget(label)
    label.show()
    assert label.textFormat() == Qt.TextFormat.PlainText
    QToolTip.showText(QPoint(5, 5), MARKUP, label)
    tips = [w for w in QApplication.topLevelWidgets() if w.metaObject().className() == "QTipLabel"]
    assert [tip.textFormat() for tip in tips] == [Qt.TextFormat.PlainText]
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not any(map(shiboken6.isValid, tips)))  # Qt deletes it by itself


def test_menus_and_buttons_keep_the_ampersand(qtbot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    wanted = AttributeChoice("")
    wanted.setParent(parent)
    wanted.offer((NAME,))
    menu = QMenu(parent)
    KeyMenus(parent).fill(menu, "add", SimpleNamespace(encodes=True, names=(NAME,)))  # type: ignore[arg-type]
    classes = menu.actions()[-1].menu()
    runs = RunsMenu(SimpleNamespace(run=None, busy=False), parent)  # type: ignore[arg-type]
    runs.show_runs([RunLine(NAME, "/a", NAME)])
    chip = Chip((NAME, NAME, NAME), parent)
    shown = "R&&D <i>x</i>"
    assert wanted.menu().actions()[-1].text() == shown
    assert wanted.menu().actions()[-1].data() == NAME, "what is chosen is the name itself"
    assert [action.text() for action in classes.actions()] == [shown]
    assert runs.actions()[0].text() == shown
    assert chip.text() == shown


@pytest.mark.parametrize(("name", "shown"), [("a&b", "a&&b"), ("a\x1b\u202eb", "a\ufffd\ufffdb"), ("a\nb", "a b")])
def test_a_name_is_one_line_of_text(name: str, shown: str) -> None:
    assert literal(name) == shown


def test_the_title_of_a_recipe_is_one_line_of_text() -> None:
    document = {"title": "a\x1b[1m\nb", "model": {"name": "vae"}, "data": {"name": "mnist"}}
    assert recipe_from_dict(document, "x").title == "a\ufffd[1m b"


def test_reasons_on_a_page_of_text_are_no_markup() -> None:
    from genstudio.studio.pane_area.availability import unavailable_page

    pane = SimpleNamespace(name="samples", title=N_("Samples"), help=N_("Help."), page=N_("Page."))
    page = unavailable_page(pane, MARKUP)  # type: ignore[arg-type]
    assert "&lt;b&gt;cats&lt;/b&gt; &amp;amp;" in page
