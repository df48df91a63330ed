"""Set-up that ``main.py`` runs before genstudio: make ``.venv``, install into it, check what Qt needs of the system.

It needs only the standard library, and reports on stderr: stdout belongs to the command.
"""
