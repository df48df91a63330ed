"""``python -m genstudio``: the same as the ``genstudio`` command (torchrun needs a module to start)."""

from genstudio.cli import main

if __name__ == "__main__":
    main()
