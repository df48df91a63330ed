"""Threads that sleep while they wait: set before torch is loaded, never against the user's choice, with equal bits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from genstudio.core.openmp import CHOICES, SLEEP_EARLY, sleep_while_waiting

ROOT = Path(__file__).resolve().parents[2]

# Notes what the environment is at the moment when anything first asks for torch, and goes no further.
WATCH = """
import importlib.abc, os, sys

class Watch(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "torch":
            print("torch finds", [os.environ.get(n, "-") for n in {names!r}])
            sys.stdout.flush()
            os._exit(0)

sys.meta_path.insert(0, Watch())
sys.argv = {argv!r}
from genstudio.__main__ import main
main()
"""

TRAIN = """
import hashlib
import torch

torch.set_num_threads(2)
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(784, 400), torch.nn.ReLU(), torch.nn.Linear(400, 784))
for _ in range(5):
    images = torch.rand(100, 784)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(net(images), images)
    gradients = torch.autograd.grad(loss, list(net.parameters()))
    with torch.no_grad():  # no torch.optim: it takes as long to import as all of torch
        for weights, gradient in zip(net.parameters(), gradients, strict=True):
            weights -= 100 * gradient
digest = hashlib.sha256()
for weights in net.parameters():
    digest.update(weights.detach().numpy().tobytes())
print(torch.get_num_threads(), digest.hexdigest())
"""


def run(code: str, **variables: str) -> str:
    """Output of a Python process whose environment has only ``variables`` of these settings."""
    environment = {name: value for name, value in os.environ.items() if name not in (*CHOICES, "OMP_NUM_THREADS")}
    environment |= {"PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", [["train", "mnist-vae-2d", "--device", "cpu"], ["models"], []])
def test_set_before_anything_imports_torch(command: list[str], tmp_path: Path) -> None:
    """Tested for a command, a list, and a start without arguments (the demo, without a display)."""
    code = WATCH.format(names=list(SLEEP_EARLY), argv=["genstudio", *command])
    output = run(code, GENSTUDIO_HOME=str(tmp_path), DISPLAY="", WAYLAND_DISPLAY="")
    assert f"torch finds {list(SLEEP_EARLY.values())}" in output


@pytest.mark.parametrize("name", CHOICES)
def test_users_choice_is_kept(name: str) -> None:
    environment = {name: "the person's", "OTHER": "1"}
    sleep_while_waiting(environment)
    assert environment == {name: "the person's", "OTHER": "1"}


def test_empty_variable_counts_as_unset() -> None:
    environment = {"GOMP_SPINCOUNT": ""}
    sleep_while_waiting(environment)
    assert environment == SLEEP_EARLY


def test_tests_run_with_these_settings() -> None:
    assert all(os.environ.get(name) for name in SLEEP_EARLY)


def test_bits_do_not_depend_on_it() -> None:
    before, after = run(TRAIN), run(TRAIN, **SLEEP_EARLY)
    assert before.startswith("2 ")
    assert after == before
