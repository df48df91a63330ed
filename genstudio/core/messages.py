"""Texts for people: marked in any layer, translated where they are shown.

Help, errors and alarms are written in layers that know neither Qt nor the user's language. They are gettext texts with
arguments, ``N_("{count} files left out", count=3)``, and are translated only where a person reads them: in the window and
on the command line, by :func:`translate` (``str`` does the same).

``$GENSTUDIO_LANGUAGE`` chooses a language, else the system's settings do; ``$GENSTUDIO_TRANSLATIONS`` names another folder
of catalogues than the one that ships. ``tools/translations.py`` extracts the texts and compiles catalogues.
"""

from __future__ import annotations

import gettext
import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from genstudio.core.paths import resources
from genstudio.core.plain_text import shortened

DOMAIN = "genstudio"
ENGLISH = gettext.NullTranslations()
_LONGEST = 2000  # characters of one argument


@dataclass(frozen=True)
class Message:
    """A gettext text with its arguments; ``str(message)`` is its translation.

    ``plural`` is the English text for counts other than one; the count is the argument ``n``.
    """

    text: str
    args: dict[str, Any] = field(default_factory=dict)
    plural: str = ""

    def __str__(self) -> str:
        return translate(self)

    def __hash__(self) -> int:
        return hash((self.text, self.plural, tuple(sorted((k, str(v)) for k, v in self.args.items()))))

    @property
    def english(self) -> str:
        """The text with its arguments, untranslated: for files."""
        return _filled(self, ENGLISH)

    def to_json(self) -> dict[str, Any]:
        """A form for files: the text stays untranslated, so that it can be read in another language later."""
        plural = {"plural": self.plural} if self.plural else {}
        return {"text": self.text, "args": {k: _to_json(v) for k, v in self.args.items()}, **plural}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Message:
        args = dict(value.get("args", {}))
        args = {k: cls.from_json(v) if isinstance(v, dict) else v for k, v in args.items()}
        return cls(str(value["text"]), args, str(value.get("plural", "")))


def N_(text: str, /, **args: Any) -> Message:
    """Mark ``text`` for translation and bind its ``{named}`` arguments. Translation happens at the edge."""
    return Message(text, args)


def N_n(one: str, many: str, /, n: int, **args: Any) -> Message:
    """Mark a text with a count for translation: ``N_n("1 image", "{n} images", n=3)``."""
    return Message(one, {"n": n, **args}, many)


def translate(message: Message | str) -> str:
    """``message`` in the user's language, arguments filled in. A plain string is looked up as it is."""
    if isinstance(message, str):
        return catalogue().gettext(message) if message else ""
    return _filled(message, catalogue())


def _filled(message: Message, translations: gettext.NullTranslations) -> str:
    """The text with its arguments; in English where the translation has a wrong placeholder."""
    args = {k: _shown(v, translations) for k, v in message.args.items()}
    for language in (translations, ENGLISH):
        try:
            text = _chosen(message, language)
            return text.format(**args) if args else text
        except (KeyError, IndexError, ValueError, AttributeError, TypeError):
            continue
    return message.text


def _chosen(message: Message, translations: gettext.NullTranslations) -> str:
    if message.plural:
        return translations.ngettext(message.text, message.plural, int(message.args["n"]))
    return translations.gettext(message.text) if message.text else ""


def _(text: str, /, **args: Any) -> str:
    """Translate at once: in ``studio`` and ``cli`` only."""
    return translate(Message(text, args))


@lru_cache(maxsize=1)
def catalogue() -> gettext.NullTranslations:
    """Translations into the language in force, read once; English where there is no catalogue for it."""
    language = os.environ.get("GENSTUDIO_LANGUAGE")
    folder = os.environ.get("GENSTUDIO_TRANSLATIONS") or str(resources() / "translations")
    return gettext.translation(DOMAIN, folder, languages=[language] if language else None, fallback=True)


def _shown(value: Any, translations: gettext.NullTranslations) -> Any:
    """An argument as it is shown: names and paths may hold control characters, and be of any length."""
    if isinstance(value, Message):
        return _filled(value, translations)
    return shortened(value, _LONGEST) if isinstance(value, str | Path) else value


def _to_json(value: Any) -> Any:
    if isinstance(value, Message):
        return value.to_json()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
