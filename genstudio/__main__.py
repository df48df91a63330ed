"""``python -m genstudio`` and the ``genstudio`` command (torchrun needs a module to start).

Imports nothing itself: Ctrl-C while the program is being read leaves quietly, too.
"""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from genstudio.cli import main as run
    except KeyboardInterrupt:  # before the command line can say so itself
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
