from __future__ import annotations

import tomllib
from typing import Any, Literal

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genstudio.core.errors import UsageError
from genstudio.core.knobs import Knobs, describe, knob, parse_knobs
from genstudio.core.messages import N_


class Inner(Knobs):
    depth: int = knob(1, help=N_("How deep."), ge=0)


class Example(Knobs):
    size: int = knob(8, help=N_("How large."), ge=1, le=64, unit="px")
    rate: float = knob(0.1, help=N_("How fast."), gt=0, lt=1, live=True, log=True, label=N_("learning rate"))
    kind: Literal["mlp", "conv"] = knob("mlp", help=N_("Which."))
    fixed: bool = knob(False, help=N_("Whether."), advanced=True)
    pair: tuple[float, float] = knob((0.9, 0.999), help=N_("Two numbers."))
    title: str = knob("", help=N_("A name."))
    limit: int | None = knob(None, help=N_("At most, or none."))
    inner: Inner = knob(Inner(), help=N_("More."))


def test_description_of_knobs_is_in_order() -> None:
    told = {info.name: info for info in describe(Example)}
    assert list(told) == ["size", "rate", "kind", "fixed", "pair", "title", "limit", "inner"]
    assert (told["size"].minimum, told["size"].maximum, told["size"].unit, told["size"].default) == (1, 64, "px", 8)
    assert not told["size"].exclusive_minimum
    assert told["rate"].exclusive_minimum
    assert told["rate"].exclusive_maximum
    assert told["rate"].live
    assert told["rate"].log
    assert (told["rate"].title, told["size"].title) == ("learning rate", "size")
    assert told["kind"].choices == ("mlp", "conv")
    assert told["fixed"].advanced
    assert (told["limit"].minimum, told["limit"].maximum, told["limit"].choices) == (None, None, None)


def test_every_knob_must_have_help() -> None:
    class Mute(Knobs):
        a: int = 3

    with pytest.raises(TypeError, match="a has no help"):
        describe(Mute)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"size": 0}, "size = 0 .* at least 1"),
        ({"size": 65}, "at most 64"),
        ({"rate": 0}, "more than 0"),
        ({"rate": 1}, "less than 1"),
        ({"rate": float("nan")}, "finite"),
        ({"rate": float("inf")}, "finite|less than"),
        ({"rate": "fast"}, "a number"),
        ({"size": 3.5}, "whole number"),
        ({"size": "x"}, "whole number"),
        ({"size": None}, "whole number"),
        ({"kind": "cnn"}, "one of 'mlp' or 'conv'"),
        ({"fixed": "perhaps"}, "true or false"),
        ({"pair": [0.5]}, "pair"),
        ({"pair": [0.5, "x"]}, "pair"),
        ({"inner": {"depth": -1}}, "inner"),
    ],
)
def test_invalid_value_is_named_with_its_range(values: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        parse_knobs(Example, values)
    assert next(iter(values)) in str(caught.value.remedy)


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no setting named 'sise'.*size, rate"):
        parse_knobs(Example, {"sise": 3})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("size", "12", 12), ("rate", "1e-3", 1e-3), ("fixed", "true", True), ("limit", "5", 5), ("title", "7", "7")],
)
def test_command_line_text_is_converted(name: str, text: str, value: object) -> None:
    assert getattr(parse_knobs(Example, {name: text}), name) == value


def test_only_what_differs_from_the_default_is_written() -> None:
    assert Example().changed() == {}
    assert Example(pair=(0.9, 0.999), inner=Inner()).changed() == {}
    assert Example(size=9, pair=(0.5, 0.999)).changed() == {"size": 9, "pair": [0.5, 0.999]}
    assert parse_knobs(Example, Example(size=9, pair=(0.5, 0.9), inner=Inner(depth=2)).changed()) == Example(
        size=9, pair=(0.5, 0.9), inner=Inner(depth=2)
    )


@given(size=st.integers(1, 64), rate=st.floats(1e-6, 0.999), title=st.text(max_size=20))
def test_values_survive_json(size: int, rate: float, title: str) -> None:
    made = Example(size=size, rate=rate, title=title)
    assert parse_knobs(Example, made.model_dump(mode="json")) == made


def test_values_survive_a_recipe_file() -> None:
    import tomlkit

    made = Example(size=9, kind="conv", pair=(0.25, 0.5), title='a "b"\n')
    assert parse_knobs(Example, tomllib.loads(tomlkit.dumps(made.changed()))) == made


def test_knobs_are_values() -> None:
    made = Example()
    with pytest.raises(pydantic.ValidationError):
        made.size = 9
    assert made.with_values(size=9).size == 9
    assert made.size == 8
    with pytest.raises(UsageError, match="at most 64"):
        made.with_values(size=100)


def test_own_validation_rule_can_give_a_message() -> None:
    class Paired(Knobs):
        low: int = knob(0, help=N_("From."))
        high: int = knob(1, help=N_("To."))

        @pydantic.model_validator(mode="after")
        def _ordered(self) -> Paired:
            if self.low > self.high:
                raise ValueError("low is above high")
            return self

    with pytest.raises(UsageError, match="low is above high"):
        parse_knobs(Paired, {"low": 3})


@pytest.mark.parametrize("name", ["size", "rate", "limit"])
def test_true_is_not_a_number(name: str) -> None:
    with pytest.raises(UsageError, match="must be a number"):
        parse_knobs(Example, {name: True})
    assert parse_knobs(Example, {"fixed": True}).fixed is True
