"""``python -m genstudio``: the same as the ``genstudio`` command (torchrun needs a module to start)."""

import signal
import sys

if __name__ == "__main__":
    try:
        from genstudio.cli import main
    except KeyboardInterrupt:  # before the command line can say so itself
        sys.exit(128 + signal.SIGINT)
    main()
