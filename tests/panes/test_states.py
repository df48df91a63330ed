"""A pane state is a value: validated, hashable, and equal after a file."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pydantic
import pytest

from genstudio.core.errors import DataError, UsageError
from genstudio.panes.manifold.state import ManifoldState
from genstudio.panes.samples.content import SamplesState
from genstudio.viewing.blobs import Blob, Blobs
from genstudio.viewing.pane_state import PaneState


def test_a_state_is_a_value():
    one, other = ManifoldState(cells=7), ManifoldState(cells=7)
    assert one == other
    assert hash(one) == hash(other)
    assert replace(one, cells=8) != one
    with pytest.raises(FrozenInstanceError):
        one.cells = 9


def test_blob_and_step_survive_a_file():
    state = SamplesState(at=1200, run="run-1", around=Blob("ab" * 32), temperature=0.1 + 0.2)
    assert SamplesState.from_json(json.loads(json.dumps(state.to_json()))) == state


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"cells": 99}, "at most 40"),
        ({"cells": "many"}, "whole number"),
        ({"colour": "red"}, "no setting named 'colour'"),
        ({"spacing": "even"}, "gauss"),
    ],
)
def test_unsuitable_value_is_named(values: dict, text: str):
    with pytest.raises(UsageError, match=text):
        ManifoldState.from_json(values)


def test_a_state_cannot_leave_its_range():
    with pytest.raises(pydantic.ValidationError):
        replace(ManifoldState(), cells=41)


def test_fields_make_their_controls():
    infos = {info.name: info for info in ManifoldState.controls()}
    assert (infos["cells"].minimum, infos["cells"].maximum) == (0, 40)
    assert infos["spacing"].choices == ("gauss", "linear")
    assert not {"run", "at"} & infos.keys()
    assert all(info.help for info in infos.values())


def test_only_panes_that_use_a_code_accept_one():
    assert SamplesState.takes_z()
    assert not ManifoldState.takes_z()
    assert PaneState().with_z(Blob("00" * 32)) is None


def test_blobs_outlive_the_session(tmp_path: Path):
    z = np.array([0.1, -2.5], np.float32)
    name = Blobs(tmp_path).put_array(z)
    again = Blobs(tmp_path)
    assert np.array_equal(again.get_array(name), z)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_damaged_blob_is_not_shown(tmp_path: Path):
    name = Blobs(tmp_path).put(b"a code")
    (tmp_path / name.sha256).write_bytes(b"something else")
    with pytest.raises(DataError, match="Send it again"):
        Blobs(tmp_path).get(name)
