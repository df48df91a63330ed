"""Numbers are read as programs and as the system's locale write them, never as something a thousand times as large."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from genstudio.core.errors import UsageError
from genstudio.studio.forms.number_text import as_text, read_number, read_numbers

LOCALES = [
    "en_US", "en_IN", "de_DE", "de_AT", "de_CH", "fr_FR", "sv_SE", "es_ES", "pt_BR", "it_IT", "tr_TR", "pl_PL", "ru_RU",
    "hi_IN", "bn_BD", "ar_EG", "fa_IR", "ur_PK", "ja_JP", "zh_CN", "C",
]  # fmt: skip
locales = st.sampled_from(LOCALES).map(QLocale)
reals = st.floats(-1e12, 1e12).filter(lambda x: x == 0 or abs(x) > 1e-12) | st.integers(-(10**6), 10**6).map(float)
thousandths = st.integers(-(10**6), 10**6).map(lambda n: n / 1000)


def read(text: str, locale: str = "C", *, integer: bool = False) -> float:
    return read_number(text, integer=integer, locale=QLocale(locale))


def read_or_refused(text: str, locale: QLocale) -> float | str:
    """The number, or the words of the refusal."""
    try:
        return read_number(text, locale=locale)
    except UsageError as error:
        return str(error)


@given(locales, reals | thousandths)
def test_field_text_reads_back_as_the_same_number(locale: QLocale, value: float) -> None:
    assert read_number(as_text(value, locale=locale), locale=locale) == float(f"{value:.10g}")


@given(locales, st.integers(-(10**30), 10**30))
def test_whole_numbers_read_back_exactly(locale: QLocale, value: int) -> None:
    assert read_number(as_text(value, True, locale), integer=True, locale=locale) == value


@given(locales, reals | thousandths, st.sampled_from("gf"))
def test_locale_text_is_read_exactly_or_refused(locale: QLocale, value: float, form: str) -> None:
    got = read_or_refused(locale.toString(value, form, 10), locale)
    if isinstance(got, str):
        assert locale.groupSeparator() == "."
        assert "can be read as" in got, "only thousands that could be decimals are refused"
    else:
        assert got == pytest.approx(value, rel=1e-8, abs=1e-9)


@given(locales, st.integers(0, 10**7), st.sampled_from([" ", "\u00a0", "\u202f", "'", "\u2019", "_"]))
def test_signs_that_only_separate_thousands_do_so_everywhere(locale: QLocale, value: int, sign: str) -> None:
    assert read_number(f"{value:,}".replace(",", sign), integer=True, locale=locale) == value


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_refused_with_a_reason(text: str) -> None:
    for locale in ("en_US", "de_DE", "fa_IR"):
        got = read_or_refused(text, QLocale(locale))
        assert got if isinstance(got, str) else abs(got) < float("inf")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("text", "value"),
    [("0,5", 0.5), ("0.5", 0.5), ("5e-4", 5e-4), ("5E-4", 5e-4), (" 7 ", 7), ("+3", 3), ("\u22122", -2), (".5", 0.5),
     ("\uff11\uff12", 12), ("0,001", 0.001), ("0.500", 0.5)],
)  # fmt: skip
def test_read_alike_everywhere(locale: str, text: str, value: float) -> None:
    assert read(text, locale) == value


@pytest.mark.parametrize("text", ["", "-", "nan", "inf", "1e", "10²", "1e400", "9" * 5000, "1 0 0", "two", "1__0"])
def test_text_that_is_not_a_number(text: str) -> None:
    with pytest.raises(UsageError):
        read(text, "de_DE")


@pytest.mark.parametrize(
    ("locale", "text", "integer", "readings"),
    [("de_DE", "10.000", False, ("10", "10000")), ("de_DE", "10,000", True, ("10", "10000")),
     ("de_DE", "1.125", False, ("1.1250", "1125")), ("en_US", "1.000", True, ("1", "1000")),
     ("fr_FR", "10,000", False, ("10", "10000")), ("ar_EG", "10,000", False, ("10", "10000"))],
)  # fmt: skip
def test_a_text_that_could_mean_two_numbers_is_refused_and_both_are_named(locale, text, integer, readings) -> None:
    with pytest.raises(UsageError) as refused:
        read(text, locale, integer=integer)
    assert "Write {} or {}.".format(*readings) in str(refused.value)
    for reading in readings:
        read(reading, locale, integer=integer)  # what is proposed is taken


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [("de_DE", "1,5", 1.5), ("de_DE", "1,125", 1.125), ("de_DE", "1.000.000", 1e6), ("de_DE", "1.000,5", 1000.5),
     ("en_US", "10,000", 1e4), ("en_US", "1.000", 1), ("en_IN", "10,00,000", 1e6), ("sv_SE", "1,5×10^\u22127", 1.5e-7),
     ("ar_EG", "\u0661\u066b\u0665", 1.5)],
)  # fmt: skip
def test_locale_is_respected(locale: str, text: str, value: float) -> None:
    assert read(text, locale) == value


def test_decimals_after_a_comma_are_explained_where_there_is_a_point() -> None:
    with pytest.raises(UsageError, match=r"after a point: 12\.34"):
        read("12,34", "en_US")


@pytest.mark.parametrize("text", ["0.9, 0.999", "0.9,0.999", "0.9 0.999", "0,9 0,999", "0,9; 0,999", "0,9, 0,999"])
def test_a_row_of_numbers(text: str) -> None:
    assert read_numbers(text, locale=QLocale("de_DE")) == [0.9, 0.999]


def test_system_locale_counts_not_the_language_of_messages() -> None:
    code = "from genstudio.studio.forms.number_text import read_number; print(read_number('1,5'))"
    env = {k: v for k, v in os.environ.items() if k != "LC_ALL" and k != "LC_NUMERIC"}
    env |= {"LANG": "en_US.UTF-8", "LC_NUMERIC": "de_DE.UTF-8", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1.5"
