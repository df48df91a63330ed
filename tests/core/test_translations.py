"""Translations that ship: each compiled from what stands beside it, none that would lose what it should say."""

from __future__ import annotations

import gettext
import importlib.util
import string
from pathlib import Path
from typing import Any

import pytest

from genstudio.core.paths import resources

TRANSLATIONS = resources() / "translations"
LANGUAGES = sorted(path.parent.parent.name for path in TRANSLATIONS.glob("*/LC_MESSAGES/genstudio.po"))


@pytest.fixture(scope="module")
def extract() -> Any:
    spec = importlib.util.spec_from_file_location("extract", TRANSLATIONS / "extract.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fields(text: str) -> set[str]:
    """The names in braces: what a message fills in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_is_more_than_english() -> None:
    assert "de" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_is_what_stands_in_the_file(extract: Any, language: str) -> None:
    folder = TRANSLATIONS / language / "LC_MESSAGES"
    written = {text: told for text, told in extract.read_po(folder / "genstudio.po").items() if told}
    assert (folder / "genstudio.mo").read_bytes() == extract.compile_mo(written, language)
    shown = gettext.translation("genstudio", str(TRANSLATIONS), [language])
    assert len(written) > 300
    assert all(shown.gettext(text) == told for text, told in written.items())
    assert shown.gettext("said by nobody") == "said by nobody"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_loses_a_value_or_a_tag(extract: Any, language: str) -> None:
    for text, told in extract.read_po(TRANSLATIONS / language / "LC_MESSAGES" / "genstudio.po").items():
        if told and "{" in text and fields_can_be_read(text):
            assert fields(told) == fields(text), text
        for mark in ("<", "%"):
            assert not told or told.count(mark) == text.count(mark), text


def fields_can_be_read(text: str) -> bool:
    try:
        fields(text)
    except ValueError:
        return False
    return True


def test_the_extractor_sees_code_and_recipes(extract: Any) -> None:
    found = extract.texts()
    assert "genstudio/core/knobs.py" in found["it must be a number"]
    assert any(place.endswith(".toml") for place in found["Digits on a plane"])


def test_every_setting_can_be_called_by_a_translated_name(extract: Any) -> None:
    """Labels of settings of panes, models, data sets and the plan; those without a label use their field's name."""
    from genstudio.core.knobs import describe
    from genstudio.data.base import data_sets
    from genstudio.models.base import models
    from genstudio.training.recipe.plan import Plan, PlayerPlan
    from genstudio.viewing.pane import panes

    kinds = [kind.Knobs for registry in (models, data_sets) for _, kind in registry.items()]
    shipped = [kind for kind in [*kinds, Plan, PlayerPlan] if kind.__module__.startswith("genstudio.")]
    infos = [info for kind in shipped for info in describe(kind)]
    infos += [info for _, pane in panes.items() if pane.state.__module__.startswith("genstudio.")
              for info in pane.state.controls()]  # fmt: skip
    found = extract.texts()
    assert len(infos) > 100
    assert [info.title for info in infos if info.title not in found] == []


def test_quotes_and_line_breaks_survive_the_files(extract: Any, tmp_path: Path) -> None:
    told = {'a "b"\n': 'ein "b"\n', "50 % \\": "50 % \\", "ü": "ö"}
    extract.write_po(tmp_path / "xx.po", {text: ["x.py"] for text in [*told, "open"]}, told, "xx")
    assert extract.read_po(tmp_path / "xx.po") == {**told, "open": ""}
