"""Everything below the window works without Qt: on a server, in a notebook, in a test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from genstudio.training.recipe.recipe import Recipe

BLOCKED = "import sys\nfor name in ('PySide6', 'shiboken6', 'pyqtgraph'): sys.modules[name] = None\n"

IMPORT_ALL = """
import importlib, pkgutil, genstudio
for module in pkgutil.walk_packages(genstudio.__path__, 'genstudio.'):
    if not module.name.startswith('genstudio.studio') and not module.name.endswith('__main__'):
        importlib.import_module(module.name)
"""

TRAIN = """
from genstudio.training.job import new_job
from genstudio.training.recipe.recipe import load_recipe
job = new_job(load_recipe(sys.argv[1]), out=sys.argv[2])
assert [type(event).__name__ for event in job.events()][-1] == 'Finished'
assert job.result()['step'] == 3
from genstudio.cli import main
sys.argv[:] = ['genstudio', 'train', sys.argv[1], '--out', sys.argv[2] + '-cli', '--json']
main()
"""


def test_everything_imports_and_a_model_trains(recipe: Callable[..., Recipe], tmp_path: Path) -> None:
    recipe("plan.steps=3").save(tmp_path / "tiny.toml")
    ran = subprocess.run(
        [sys.executable, "-c", BLOCKED + IMPORT_ALL + TRAIN, str(tmp_path / "tiny.toml"), str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert '"step": 3' in ran.stdout.splitlines()[-1]
    assert (tmp_path / "run-cli/checkpoints/000003/state.json").is_file()
