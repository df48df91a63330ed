"""Messages of the set-up on stderr in the user's language, and commands that can be interrupted."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any

from genstudio.core.messages import Message, translate

_GRACE = 20.0  # seconds that an interrupted child has for clearing up: pip removes gigabytes of temporary files


def print_message(message: Message | str) -> None:
    """Print one line for the user."""
    print(f"genstudio: {translate(message)}", file=sys.stderr, flush=True)


def run(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, keep_open: Sequence[int] = ()
) -> tuple[int, list[str]]:
    """Run ``command`` with its output shown; returns its exit code and the last lines of its stderr.

    Its stdout goes to our stderr as it is, so that a progress bar still meets a terminal. If we are interrupted, the
    command gets time to clear up before the interruption goes on. ``keep_open`` are file descriptors to hand on.
    """
    with subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        stderr=subprocess.PIPE,
        pass_fds=tuple(keep_open),
    ) as child:
        last: deque[str] = deque(maxlen=400)
        assert child.stderr is not None
        reader = threading.Thread(target=_echo, args=(child.stderr, last), daemon=True)
        reader.start()
        try:
            code = child.wait()
        except BaseException:
            _drag_ended(child)
            raise
        reader.join()
    return code, list(last)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Context in which a request to end (SIGTERM) acts as Ctrl-C: children are ended too, and nothing unfinished is
    marked as done."""

    def stop(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    before: Callable[..., Any] | int | None = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _drag_ended(child: subprocess.Popen[bytes]) -> None:
    """End ``child``. A terminal's Ctrl-C has reached it already; a signal sent to us alone has not."""
    with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        child.wait(timeout=1.0)
        return
    child.send_signal(signal.SIGINT if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        child.wait(timeout=_GRACE)
        return
    child.kill()


def _echo(stream: IO[bytes], last: deque[str]) -> None:
    for line in stream:
        text = line.decode("utf-8", "replace")
        last.append(text.rstrip())
        sys.stderr.write(text)
        sys.stderr.flush()
