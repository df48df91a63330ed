"""Texts are extracted from the sources, and a language made of them is shown: proven with the pseudo-language."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages import Catalog

from genstudio.core.messages import N_, N_n, translate
from tools.translations import DOMAIN, FIXED, PSEUDO, compile_into, pseudo, template, update


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return template()


def test_every_text_of_the_sources_is_in_the_pseudo_language(texts: Catalog, pseudo_folder: Path) -> None:
    shown = gettext.translation(DOMAIN, str(pseudo_folder), [PSEUDO])
    singles = [message.id for message in texts if isinstance(message.id, str) and message.id]
    assert len(singles) > 2000
    assert all(shown.gettext(text) == pseudo(text) for text in singles)
    plurals = [message.id for message in texts if not isinstance(message.id, str)]
    assert ("1 image", "{n} images") in plurals
    assert all(shown.ngettext(*pair, n) == pseudo(pair[n != 1]) for pair in plurals for n in (0, 1, 2))
    assert shown.gettext("in no source") == "in no source"


def test_a_pseudo_text_is_longer_and_keeps_placeholders_tags_and_entities(texts: Catalog) -> None:
    assert pseudo("<b>Loss</b> of {name} &lt; {n:,} ") == "<b>Ĺóšš</b> óƒ {name} &lt; {n:,}~~ "
    assert pseudo("{a} – {b}") == "{a} – {b}"
    for message in texts:
        for text in [message.id] if isinstance(message.id, str) else message.id:
            assert FIXED.findall(pseudo(text)) == FIXED.findall(text)
            assert not re.search(r"[A-Za-z]", FIXED.sub("", pseudo(text))), text


def test_messages_are_shown_in_the_language_in_force(pseudo_language: None) -> None:
    assert translate("Learning rate") == pseudo("Learning rate")
    assert str(N_("{count} files in no source", count=3)) == "3 files in no source"
    inner = N_n("1 image", "{n} images", n=3)
    assert str(inner) == pseudo("{n} images").format(n=3)
    assert str(N_n("1 image", "{n} images", n=1)) == pseudo("1 image")


def test_the_extractor_sees_code_and_recipes(texts: Catalog) -> None:
    places = {message.id: [file for file, _ in message.locations] for message in texts}
    assert "genstudio/core/knobs.py" in places["it must be a number"]
    assert "resources/recipes/mnist-vae-2d.toml" in places["Digits on a plane"]
    assert "genstudio/models/adversarial/players.py" in places["discriminator"]


def test_every_setting_has_a_translated_title(texts: Catalog) -> None:
    """Of panes, models, data sets and the plan; most have a label, the others are titled by their field's name."""
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
    assert len(infos) > 100
    assert [info.title for info in infos if info.title not in texts] == []


def test_a_language_is_brought_up_to_date_and_compiled(tmp_path: Path) -> None:
    """Translations stay, texts that are gone go, three plural forms as in Russian are there to be filled in."""
    folder = tmp_path / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "genstudio.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8"\n\n'
        'msgid "Learning rate"\nmsgstr "Скорость \\"обучения\\""\n\nmsgid "in no source"\nmsgstr "x"\n\n'
        'msgid "1 image"\nmsgid_plural "{n} images"\n'
        'msgstr[0] "{n} картинка"\nmsgstr[1] "{n} картинки"\nmsgstr[2] "{n} картинок"\n',
        encoding="utf-8",
    )
    update(tmp_path)
    shown = gettext.translation(DOMAIN, str(tmp_path), ["ru"])
    assert shown.gettext("Learning rate") == 'Скорость "обучения"'
    assert [shown.ngettext("1 image", "{n} images", n) for n in (1, 2, 5)] == [
        "{n} картинка", "{n} картинки", "{n} картинок",
    ]  # fmt: skip
    written = (folder / "genstudio.po").read_text(encoding="utf-8")
    assert 'msgid "it must be a number"\nmsgstr ""' in written
    assert "in no source" not in written


@pytest.mark.parametrize("wrong", ["{m} images", "{n images", "{0} images", "{n.x} images", "{n:d} images"])
def test_a_translation_with_a_wrong_placeholder_gives_english(
    tmp_path: Path, use_language: Callable[[Path, str], None], wrong: str
) -> None:
    catalogue = Catalog(locale="en")
    catalogue.add("{n} images", wrong)
    compile_into(tmp_path, "xx", catalogue)
    use_language(tmp_path, "xx")
    assert str(N_("{n} images", n="3")) == "3 images"
