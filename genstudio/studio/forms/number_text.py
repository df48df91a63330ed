"""Numbers as text: read as programs and as the system's locale write them, and written so that they read back the same.

A text that could mean two numbers (``10.000`` where a point separates thousands) is refused, and both are named.
"""

from __future__ import annotations

import math
import re
import unicodedata

from PySide6.QtCore import QLocale

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message, translate

# Separators of thousands that never separate decimals, in any locale: blanks, apostrophes, underscores, Arabic.
_GROUPS = "\u0020\u00a0\u2009\u202f'\u2019\u02bc_\u066c"
_MOST_DIGITS = 300
# "10.000" and "10,000": a decimal fraction in one country, thousands in another.
_THOUSANDS_OR_FRACTION = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


def read_number(text: str, *, integer: bool = False, locale: QLocale | None = None) -> int | float:
    """Read one number, a whole one as ``int`` if ``integer``. ``locale`` is the system's by default.

    Raises :class:`UsageError` for a text that is no number, is not finite, is not whole, or could mean two numbers.
    """
    locale = locale or QLocale.system()
    plain = _plain(text, locale)
    readings = _readings(plain, locale)
    doubtful = _THOUSANDS_OR_FRACTION.fullmatch(plain)
    if not readings and not doubtful:
        wrong = N_("it must be a whole number") if integer else N_("it must be a number")
        raise UsageError(_sentence(wrong), _hint(plain, integer))
    if doubtful:
        fraction, thousands = float(plain.replace(",", ".")), int(re.sub("[.,]", "", plain))
        # "10,000" for ten is a number that few would write, least of all where only whole ones are asked for.
        unlikely = readings == [fraction] and (integer or plain.endswith(",000"))
        if len(readings) != 1 or unlikely:
            raise _ambiguous(text.strip(), fraction, thousands, integer, locale)
    elif len(readings) > 1:
        raise _ambiguous(text.strip(), readings[0], readings[1], integer, locale)
    value = readings[0]
    if not math.isfinite(value):
        raise UsageError(_sentence(N_("it must be a finite number")))
    if integer and not (isinstance(value, int) or value.is_integer()):
        raise UsageError(_sentence(N_("it must be a whole number")))
    return int(value) if integer else float(value)


def read_numbers(text: str, *, integer: bool = False, locale: QLocale | None = None) -> list[int | float]:
    """Read a row of numbers: ``0.9, 0.999``, ``0,9 0,999`` or ``0.9; 0.999``. Raises as :func:`read_number` does."""
    locale = locale or QLocale.system()
    if ";" in text:
        parts = text.split(";")
    else:
        parts = re.split(r"(?<=\S),?\s+", text.strip())
        # A comma alone separates only where it can't be read as the decimal sign.
        if len(parts) == 1 and (locale.decimalPoint() != "," or "." in text):
            parts = text.split(",")
    return [read_number(part, integer=integer, locale=locale) for part in parts]


def as_text(value: object, integer: bool = False, locale: QLocale | None = None) -> str:
    """A number as programs write it: ``0.001``, ``10000``, ``1e-05``. Anything else as ``str`` writes it.

    Where a point separates thousands, 1.125 becomes ``1.1250``, so that it can't be read as 1125.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if integer or isinstance(value, int):
        return str(round(value))
    text = f"{value:.10g}"
    if _THOUSANDS_OR_FRACTION.fullmatch(text) and (locale or QLocale.system()).groupSeparator() == ".":
        text += "0"
    return text


def _plain(text: str, locale: QLocale) -> str:
    """``text`` in ASCII digits and signs, without invisible marks; separators stay as they are."""
    exponent = _ascii(locale.exponential()).casefold()
    plain = _ascii(text).casefold().strip()
    if exponent and exponent != "e":
        plain = plain.replace(exponent, "e")
    return plain.replace("\u00d710^", "e")


def _ascii(text: str) -> str:
    made = []
    for character in text:
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            made.append(str(int(digit)))
        elif character in "\u2212\u2013":
            made.append("-")
        elif "\uff01" <= character <= "\uff5e":  # full-width forms
            made.append(chr(ord(character) - 0xFEE0))
        elif unicodedata.category(character) != "Cf":  # marks of direction
            made.append(character)
    return "".join(made)


def _readings(plain: str, locale: QLocale) -> list[int | float]:
    """The different numbers that ``plain`` can mean, that of programs first."""
    point, group = locale.decimalPoint(), locale.groupSeparator()
    found = [_parse(plain, ".", _GROUPS), _parse(plain, point, _GROUPS, group)]
    if re.match(r"[+-]?0+,\d", plain):  # thousands never begin with a zero
        found.append(_parse(plain, ",", _GROUPS))
    return list(dict.fromkeys(value for value in found if value is not None))


def _parse(plain: str, point: str, groups: str, group: str = "") -> int | float | None:
    """The number of ``plain`` with one sign for decimals, and separators of thousands; ``None`` where it is none."""
    separators = "".join(sign for sign in groups + group if sign != point)
    between, dot = f"[{re.escape(separators)}]", re.escape(point)
    digits = rf"[1-9]\d{{0,2}}(?:{between}\d{{2,3}})*{between}\d{{3}}|\d+"
    match = re.fullmatch(rf"([+-]?)({digits})?(?:{dot}(\d*))?(?:e([+-]?\d{{1,9}}))?", plain)
    if match is None:
        return None
    sign, integer, fraction, exponent = match.groups()
    if not (integer or fraction) or (exponent is not None and group and integer and group in integer):
        return None  # no digits; or "1.125e20", where digits are not grouped
    integer = re.sub(between, "", integer or "0")
    if fraction is None and exponent is None and len(integer) <= _MOST_DIGITS:
        return int(sign + integer)
    return float(f"{sign}{integer}.{fraction or 0}e{exponent or 0}")


def _ambiguous(text: str, one: float, other: float, integer: bool, locale: QLocale) -> UsageError:
    small, large = (
        as_text(value, integer and float(value).is_integer(), locale) for value in sorted((one, other), key=abs)
    )
    return UsageError(
        N_("{text} can be read as {small} or as {large}.", text=text, small=small, large=large),
        N_("Write {small} or {large}.", small=small, large=large),
    )


def _hint(plain: str, integer: bool) -> Message | str:
    """An example of what to write, where a decimal sign is what was wrong."""
    if integer or not re.fullmatch(r"[+-]?\d+[.,]\d+", plain):
        return ""
    return N_("Write the decimals after a point: {example}.", example=plain.replace(",", "."))


def _sentence(message: Message) -> str:
    text = translate(message)
    return f"{text[:1].upper()}{text[1:]}."
