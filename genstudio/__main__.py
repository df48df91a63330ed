"""``python -m genstudio`` and the ``genstudio`` command (torchrun needs a module to start).

Imports nothing itself: Ctrl-C while the program is being read leaves quietly, too. Every way into the program leads through
here, before torch is imported: the window, each command, and torchrun's workers.
"""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from genstudio.core.openmp import sleep_while_waiting

        sleep_while_waiting()
        from genstudio.cli import main as run
    except KeyboardInterrupt:  # before the command line can say so itself
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
