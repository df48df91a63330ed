"""Small controls that cards and panes share."""

from __future__ import annotations

from PySide6.QtCore import Qt

from genstudio.studio.widgets.controls import Combo


def test_a_list_of_choices_shows_all_of_them(qtbot, window) -> None:
    combo = Combo("Over it", window)
    combo.addItems(["nothing", "entropy", "what it saw", "may see"])
    combo.show()
    combo.showPopup()
    view = combo.view()
    qtbot.waitUntil(view.isVisible)
    rows = [view.visualRect(view.model().index(row, 0)) for row in range(4)]
    assert view.verticalScrollBar().maximum() == 0
    assert view.viewport().rect().contains(rows[-1])
    combo.hidePopup()


def test_unfolded_settings_are_scrolled_into_view(qtbot, window) -> None:
    window.resize(1280, 720)
    cards, plan = window.left.cards, window.left.plan
    window.left.model.set_folded(False)
    qtbot.waitUntil(lambda: cards.verticalScrollBar().maximum() > 0)
    cards.verticalScrollBar().setValue(0)
    qtbot.mouseClick(plan.fold_button, Qt.MouseButton.LeftButton)
    assert not plan.folded
    qtbot.waitUntil(lambda: plan.inside.visibleRegion().boundingRect().height() >= 40)  # not the arrow alone
