"""Commands answer in the language in force: help, tables and errors, proven with the pseudo-language."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tools.translations import PSEUDO, pseudo

# One process for all: help is translated when the commands are put together, before a test could choose a language.
CODE = """
import sys
from genstudio.cli import main
for arguments in (["--help"], ["train", "--help"], ["data", "--help"], ["recipes"], ["train", "no-such-recipe"]):
    try:
        main(arguments)
    except SystemExit:
        sys.stdout.flush()
"""
# What is the same in every language, or is click's own: names of options, arguments and commands, ranges and defaults.
NAMES = re.compile(r"--?[\w-]+|\$?[A-Z_]{2,}(=[A-Z]+)?|\[[^\]]*\]|<str>|^  [a-z]+  ", re.MULTILINE)
OF_CLICK = (
    "Usage: genstudio", " train ", " data ", "Options:", "Arguments:", "Commands:", "Show this message and exit.",
    "Install completion for the current shell.", "Show completion for the current shell, to copy it or",
    "customize the installation.",
)  # fmt: skip


def test_the_command_line_speaks_the_language_in_force(pseudo_folder: Path) -> None:
    env = {**os.environ, "GENSTUDIO_TRANSLATIONS": str(pseudo_folder), "GENSTUDIO_LANGUAGE": PSEUDO}
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, encoding="utf-8", env={**env, "PYTHONIOENCODING": "utf-8"}
    )
    helps, table = done.stdout.split("\n" + pseudo("recipe"))
    assert pseudo("Show the traceback of an error.") in helps
    for text in OF_CLICK:
        helps = helps.replace(text, "")
    assert re.findall(r"[A-Za-z]{2,}", NAMES.sub("", helps)) == []
    assert pseudo("Digits on a plane") in table
    assert pseudo("Start one: genstudio train RECIPE") in table
    assert done.stderr.startswith(pseudo("There is no recipe named '{name}'.").format(name="no-such-recipe"))
