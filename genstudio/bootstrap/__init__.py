"""Set-up that ``main.py`` runs before genstudio: make ``.venv``, install into it, check what Qt needs of the system.

Everything in here runs on a Python that has nothing but its standard library, and says what it does on stderr, so that
stdout stays the command's own.
"""
