from __future__ import annotations

import pickle

import pytest

from genstudio.core.errors import Cancelled, DataError, GenstudioError, RunError, UsageError
from genstudio.core.messages import N_


def test_error_has_cause_and_remedy() -> None:
    error = GenstudioError(N_("{n} files are broken.", n=2), N_("Leave them out."))
    assert str(error) == "2 files are broken. Leave them out."
    assert str(GenstudioError("Plain words.")) == "Plain words."


@pytest.mark.parametrize("kind", [DataError, RunError, Cancelled, GenstudioError])
def test_only_usage_errors_end_with_two(kind: type[GenstudioError]) -> None:
    assert kind("x").exit_code == 1
    assert UsageError("x").exit_code == 2


def test_errors_travel_between_processes() -> None:
    error = pickle.loads(pickle.dumps(UsageError(N_("{a}", a=1), N_("b"))))
    assert isinstance(error, UsageError)
    assert (str(error), error.what, error.remedy) == ("1 b", N_("{a}", a=1), N_("b"))
