"""Everything Qt: the window, its workers, widgets and panes. Nothing below this floor knows that there is a screen."""
