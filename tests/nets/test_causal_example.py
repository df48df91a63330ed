"""The worked example on the causal engine's page computes what it says."""

from __future__ import annotations

import doctest

from genstudio.nets import causal


def test_the_worked_example_gives_what_it_says():
    failed, tried = doctest.testmod(causal)
    assert tried > 15
    assert failed == 0
