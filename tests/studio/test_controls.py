"""Small controls that every card and pane is made of."""

from __future__ import annotations

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
