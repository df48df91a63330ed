#!/usr/bin/env python3
"""Start genstudio: ``python3 main.py [ARGUMENTS]``. ``python3 main.py test`` runs the test suite.

The first start makes ``.venv`` beside this file and installs the project into it; ``genstudio.bootstrap`` does that,
with the standard library alone. Every later start reads one small file and starts the program.

Old Pythons must be able to read this file, to report that they are too old: it uses no newer syntax.
"""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
OLDEST = (3, 11)


def main(arguments):
    if sys.version_info < OLDEST:
        return start_with_newer_python(arguments)
    if HERE not in sys.path:
        sys.path.insert(0, HERE)
    from genstudio.bootstrap import stamp

    testing = arguments[:1] == ["test"]
    extra = "test" if testing else ""
    if not stamp.is_current(HERE, extra):
        from genstudio.bootstrap import setup

        code = setup.prepare(HERE, extra)
        if code:
            return code
    python = stamp.venv_python(HERE)
    if testing:
        from genstudio.bootstrap import testing as tests

        code = tests.make_ready(HERE)
        # All tests are faster in parallel, those of a file mostly in one process (they share trained runs); for a few named
        # ones, starting processes would take longest.
        rest = arguments[1:] or ["-n", "logical", "--maxprocesses", "4", "--dist", "worksteal"]
        return code or hand_over([python, "-m", "pytest"] + rest)
    # -P: a file named torch.py in the current folder must not be imported instead of the real one.
    return hand_over([python, "-P", "-m", "genstudio"] + arguments)


def hand_over(command):
    """Become ``command``. Windows has no exec that waits, so there it runs as a child; returns its exit code."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    import subprocess

    child = subprocess.Popen(command)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the child got the same Ctrl-C and handles it
            continue


def start_with_newer_python(arguments):
    """Start again with a Python that is new enough, or say which one is needed."""
    for python in newer_pythons():
        command = [python, os.path.join(HERE, "main.py")] + arguments
        return hand_over(command)
    found = ".".join(str(number) for number in sys.version_info[:3])
    needed = ".".join(str(number) for number in OLDEST)
    sys.stderr.write(
        "genstudio needs Python %s or newer; this is Python %s (%s), and no newer one is on the PATH. "
        "Install one (Debian: apt install python3; Fedora: dnf install python3; macOS: brew install python; Windows: "
        "winget install Python.Python.3.12) and run the same command with it.\n" % (needed, found, sys.executable)
    )
    return 1


def newer_pythons():
    """Pythons on this machine that start and are new enough, the most likely to have all packages first."""
    import subprocess

    if os.name == "nt":
        names = [os.path.join(HERE, ".venv", "Scripts", "python.exe")]
    else:
        names = [os.path.join(HERE, ".venv", "bin", "python")]
    names += ["python3.12", "python3.13", "python3.11", "python3.14", "python3", "python", "py"]
    # A version manager's shim is on the PATH even for versions that are switched off: only running it shows.
    question = "import sys; sys.stdout.write(sys.executable if sys.version_info >= %r else '')" % (OLDEST,)
    for name in names:
        try:
            with open(os.devnull, "w") as nowhere:
                answer = subprocess.check_output([name, "-c", question], stderr=nowhere)
        except (OSError, subprocess.CalledProcessError):
            continue
        if answer.strip():
            yield answer.decode(sys.getfilesystemencoding()).strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
