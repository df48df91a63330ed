"""The left side of the window: the run. One card a file, put together in :mod:`genstudio.studio.sidebar.column`."""
