"""``python3 main.py`` from outside: starts, arguments, old Pythons, and a small but real first start."""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from genstudio.bootstrap import disk, pip_trouble, setup, stamp

ROOT = Path(__file__).resolve().parent.parent

# Builds an editable wheel of the folder it stands in with the standard library alone, so that pip needs no index.
BACKEND = """
import base64, hashlib, os, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    if os.path.exists("gate"):
        open("gate").read()
    name, info = "genstudio-0.1.0-py3-none-any.whl", "genstudio-0.1.0.dist-info/"
    files = {
        "genstudio.pth": os.getcwd(),
        info + "METADATA": "Metadata-Version: 2.1\\nName: genstudio\\nVersion: 0.1.0\\n" + REQUIRES,
        info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    lines = []
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={digest},{len(text)}")
        wheel.writestr(info + "RECORD", "\\n".join([*lines, info + "RECORD,,"]) + "\\n")
    return name

build_wheel = build_editable
def get_requires_for_build_editable(config_settings=None): return []
"""
PYPROJECT = """[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "genstudio"
version = "0.1.0"
optional-dependencies = {test = []}

[tool.anything]
a = 1
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with main.py, all that it uses, and a genstudio that prints what it was started with."""
    here = tmp_path / "a folder"
    for part in ("bootstrap", "core"):
        shutil.copytree(ROOT / "genstudio" / part, here / "genstudio" / part)
    shutil.copy(ROOT / "main.py", here)
    (here / "genstudio" / "__init__.py").touch()
    (here / "genstudio" / "__main__.py").write_text("import json, sys; print(json.dumps(sys.argv[1:])); sys.exit(7)")
    (here / "pyproject.toml").write_text(PYPROJECT)
    (here / "backend.py").write_text("REQUIRES = ''\n" + BACKEND)
    return here


@pytest.fixture
def installed(project: Path) -> Path:
    """The same with a finished installation, whose Python prints its arguments."""
    python = Path(stamp.venv_python(str(project)))
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$PWD" "$QT_QPA_PLATFORM" "$@"\nexit 7\n')
    python.chmod(0o755)
    stamp.write(str(project), {"test"})
    return project


def start(here: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # No index, no settings of this machine: a set-up that asks for anything fails at once.
    offline = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_RETRIES": "1"}
    given = {
        k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHONPATH", "DISPLAY", "WAYLAND", "QT_QPA"))
    }
    return subprocess.run(
        [sys.executable, str(here / "main.py"), *arguments],
        env={**given, **offline, **environment},
        cwd=here.parent,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


# -- later starts -------------------------------------------------------------------------------------------------------


def test_all_arguments_reach_genstudio_unchanged(installed: Path) -> None:
    arguments = ["train", "my recipe.toml", "--set", "a='b $c'", "", "--help"]
    done = start(installed, *arguments)
    assert done.stdout.split("\n")[2:-1] == ["-P", "-m", "genstudio", *arguments]
    assert done.stdout.split("\n")[0] == str(installed.parent), (
        "paths among the arguments are relative to where I stand"
    )
    assert done.returncode == 7


def test_test_runs_pytest_in_the_project_without_a_screen(installed: Path) -> None:
    done = start(installed, "test", "-k", "one thing")
    assert done.stdout.split("\n")[:-1] == [str(installed), "offscreen", "-m", "pytest", "-k", "one thing"], done.stderr


def test_all_tests_run_in_parallel(installed: Path) -> None:
    done = start(installed, "test")
    assert done.stdout.split("\n")[2:-1] == [
        "-m",
        "pytest",
        "-n",
        "logical",
        "--maxprocesses",
        "4",
        "--dist",
        "worksteal",
    ], done.stderr


def test_a_later_start_imports_next_to_nothing(installed: Path) -> None:
    program = (
        "import os, sys, json; before = set(sys.modules); import main\n"
        "os.execv = lambda *command: (print(json.dumps(sorted(set(sys.modules) - before))), os._exit(0))[1]\n"
        "os._exit = lambda code: sys.exit(code)\n"
        "main.main(['train'])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=installed, capture_output=True, text=True)
    assert set(json.loads(done.stdout)) == {"main", "genstudio", "genstudio.bootstrap", "genstudio.bootstrap.stamp"}


@pytest.mark.parametrize(
    ("change", "current"),
    [
        (lambda here: None, True),
        (lambda here: edit(here / "pyproject.toml", "a = 1", "a = 2"), True),
        (lambda here: edit(here / "pyproject.toml", "test = []", 'test = ["pytest"]'), False),
        (lambda here: edit(here / ".venv" / stamp.NAME, str(here), "/where/it/was"), False),
        (lambda here: os.remove(stamp.venv_python(str(here))), False),
        (lambda here: stamp.remove(str(here)), False),
    ],
    ids=["nothing", "a linter's setting", "a dependency", "the project moved", "Python is missing", "interrupted"],
)
def test_what_makes_an_installation_stale(installed: Path, change, current: bool) -> None:
    change(installed)
    assert stamp.is_current(str(installed)) is current


def test_missing_extra_makes_an_installation_stale_and_a_present_one_does_not(installed: Path) -> None:
    assert stamp.is_current(str(installed), "test")
    stamp.write(str(installed), set())
    assert not stamp.is_current(str(installed), "test")
    assert stamp.is_current(str(installed))


def edit(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


# -- Python -------------------------------------------------------------------------------------------------------------


def test_an_old_python_can_read_main_and_says_which_one_is_needed(installed: Path) -> None:
    ast.parse((ROOT / "main.py").read_text(), feature_version=(3, 6))
    program = (
        "import sys; sys.version_info = (3, 6, 9); import main\n"
        "main.newer_pythons = lambda: iter(())\nsys.exit(main.main(['train']))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=installed, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("genstudio needs Python 3.11 or newer; this is Python 3.6.9 (")
    assert done.stderr.count("\n") == 1


def test_an_old_python_hands_over_to_a_newer_one_on_the_path(project: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    shim = tmp_path / "bin" / "python3.12"  # a version manager's shim of a version that is switched off
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    (tmp_path / "bin" / "python3.11").symlink_to(sys.executable)
    program = "import main; print(*main.newer_pythons(), sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        env={**os.environ, "PATH": str(tmp_path / "bin")},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split("\n")[:-1] == [str(tmp_path / "bin" / "python3.11")], done.stderr


def test_the_set_up_needs_the_standard_library_alone() -> None:
    names = sorted(f"genstudio.bootstrap.{file.stem}" for file in (ROOT / "genstudio" / "bootstrap").glob("[a-z]*.py"))
    assert len(names) > 5
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {', '.join(names)}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# -- the first start: a real venv and a real pip, with nothing to download -----------------------------------------------


def interrupt_while_pip_works(here: Path) -> tuple[int, str]:
    """Start it and press Ctrl-C during pip: the exit code and stderr."""
    os.mkfifo(here / "gate")
    child = subprocess.Popen(
        [sys.executable, str(here / "main.py")],
        env={**os.environ, "GENSTUDIO_SKIP_DISK_CHECK": "1"},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell that runs the tests in the background has them, and all that they start, ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with open(here / "gate", "w"):  # opens when pip has got as far as building the project, and holds it there
        os.killpg(child.pid, signal.SIGINT)
        _, said = child.communicate()
    os.remove(here / "gate")
    return child.returncode, said


def test_first_start_continues_after_ctrl_c_no_network_and_a_half_installed_package(project: Path) -> None:
    here = os.path.realpath(project)
    code, said = interrupt_while_pip_works(project)
    assert code == 130
    assert said.splitlines()[-1] == "genstudio: Stopped. Run the same command to continue from here."
    assert not stamp.is_current(here)

    again = start(project, "recipes", "a b", GENSTUDIO_SKIP_DISK_CHECK="1")
    assert (again.returncode, again.stdout) == (7, '["recipes", "a b"]\n'), again.stderr
    assert "Disk: " in again.stderr.split("Obtaining file")[0], "said before pip starts"
    assert stamp.is_current(here)

    later = start(project, "runs")
    assert (later.returncode, later.stdout, later.stderr) == (7, '["runs"]\n', "")

    # A dependency that has to come over a network that isn't there: one line at the end says so, nothing is marked.
    edit(project / "pyproject.toml", "[tool.", 'dependencies = ["a-package-from-afar"]\n[tool.')
    edit(project / "backend.py", "REQUIRES = ''", "REQUIRES = 'Requires-Dist: a-package-from-afar\\n'")
    offline = start(project, GENSTUDIO_SKIP_DISK_CHECK="1")
    assert offline.returncode == 1
    assert offline.stderr.splitlines()[-1].startswith("genstudio: No network: ")
    assert not stamp.is_current(here)

    # What an interruption in the middle of a package leaves must not pass for installed.
    packages = next((project / ".venv" / "lib").glob("python3*")) / "site-packages"
    for left in ("half-1.0.dist-info", "~alf"):
        (packages / left).mkdir()
    edit(project / "pyproject.toml", 'dependencies = ["a-package-from-afar"]\n', "")
    edit(project / "backend.py", "Requires-Dist: a-package-from-afar\\n", "")
    assert start(project, GENSTUDIO_SKIP_DISK_CHECK="1").returncode == 7
    assert not [*packages.glob("half*"), *packages.glob("~*")]
    assert stamp.is_current(here)


def test_missing_venv_module_is_reported(project: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None")
    done = start(project, PYTHONPATH=str(tmp_path), GENSTUDIO_SKIP_DISK_CHECK="1")
    assert done.returncode == 1
    assert "has no venv module" in done.stderr.splitlines()[-1]
    assert not (project / ".venv").exists()


# -- what is missing, in words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)'", "No network"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))", "certificate"),
        ("ERROR: No matching distribution found for torch>=2.9", "no torch>=2.9 for Python 3."),
        ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: 'x'", "not allowed"),
        ("something else", "pip ended with code 2"),
    ],
)
def test_pip_failures_are_explained(line: str, says: str) -> None:
    assert says in str(pip_trouble.explain(2, ["before", line, "after"]))


def test_missing_network_is_recognised_even_if_pip_names_the_package_last() -> None:
    lines = ["after connection broken by 'NameResolutionError'", "ERROR: No matching distribution found for torch>=2.9"]
    assert "No network" in str(pip_trouble.explain(1, lines))


@pytest.mark.parametrize(
    ("settings", "cpu"),
    [
        (":env:.find-links='/opt/wheels'", False),
        ("global.index-url='https://example.org/whl/cpu'", True),
        ("global.extra-index-url='https://example.org/whl/cpu/ file:///x'\n", True),
        ("global.index-url='https://example.org/whl/cu130'", False),
        ("", False),
    ],
)
def test_a_cpu_build_is_recognised_by_pips_settings(settings: str, cpu: bool) -> None:
    assert disk.chooses_cpu_build(settings) is cpu


def test_too_little_disk_is_refused_with_the_build_that_fits() -> None:
    def refuse(free: float, there: float = 0.0, cuda: bool = True) -> str:
        found = disk.Disk(disk.CUDA_BUILD if cuda else disk.CPU_BUILD, there * disk.GB, free * disk.GB, 0, cuda)
        with pytest.raises(Exception, match=r"Not enough disk") as caught:
            disk.require(found)
        return str(caught.value)

    assert "1.8 GB more" in refuse(free=5.0)
    assert "CPU build" in refuse(free=5.0)
    assert "CPU build" not in refuse(free=1.0)
    assert "0.8 GB more" in refuse(free=1.0, cuda=False)
    disk.require(disk.Disk(disk.CUDA_BUILD, 3.0 * disk.GB, 4.0 * disk.GB, 0, True))  # what is there needn't come again


def test_disk_message_includes_what_is_already_there() -> None:
    fresh = str(disk.text(disk.Disk(disk.CUDA_BUILD, 0, 20 * disk.GB, disk.CUDA_DOWNLOAD, True)))
    assert fresh.startswith("Disk: 6.8 GB needed, and up to 6.4 GB more while it downloads; 20.0 GB free. Most of it")
    assert "a CPU build makes it 1.8 GB" in fresh
    half = str(disk.text(disk.Disk(disk.CPU_BUILD, disk.GB, 2 * disk.GB, disk.CPU_DOWNLOAD, False)))
    assert half == "Disk: 1.8 GB in all, of which 1.0 GB are already there; 2.0 GB free."


def test_unwritable_folder_is_reported(project: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere
    assert setup.prepare(str(project)) == 1
    assert f"Can't write in {project}" in capsys.readouterr().err
