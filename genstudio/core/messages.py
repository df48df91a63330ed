"""Messages for people: written on any floor, translated where they are shown.

Help, errors and alarms are written on floors without Qt or a language. They are gettext texts with arguments,
``N_("{count} files left out", count=3)``, and are translated only in the window and on the command line, by
:func:`translate` (or ``str``, which does the same).
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
_LONGEST = 2000  # characters of one argument


@dataclass(frozen=True)
class Message:
    """A gettext text with its arguments; ``str(message)`` gives it in the person's language."""

    text: str
    args: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return translate(self)

    def __hash__(self) -> int:
        return hash((self.text, tuple(sorted((k, str(v)) for k, v in self.args.items()))))

    def to_json(self) -> dict[str, Any]:
        """A form for files: the text stays untranslated, so that it can be read in another language later."""
        return {"text": self.text, "args": {k: _to_json(v) for k, v in self.args.items()}}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Message:
        args = dict(value.get("args", {}))
        return cls(str(value["text"]), {k: cls.from_json(v) if isinstance(v, dict) else v for k, v in args.items()})


def N_(text: str, /, **args: Any) -> Message:
    """Mark ``text`` for translation and bind its ``{named}`` arguments. Translation happens at the edge."""
    return Message(text, args)


def translate(message: Message | str) -> str:
    """``message`` in the person's language, arguments filled in. A plain string is looked up as it is.

    A translation with a wrong placeholder must never crash the window: then the English text is shown.
    """
    if isinstance(message, str):
        return _catalogue().gettext(message) if message else ""
    args = {k: _shown(v) for k, v in message.args.items()}
    translated = _catalogue().gettext(message.text) if message.text else ""
    for text in (translated, message.text):
        try:
            return text.format(**args) if args else text
        except (KeyError, IndexError, ValueError, AttributeError, TypeError):
            continue
    return message.text


def _(text: str, /, **args: Any) -> str:
    """Translate at once: only for ``studio`` and ``cli``."""
    return translate(Message(text, args))


@lru_cache(maxsize=1)
def _catalogue() -> gettext.NullTranslations:
    languages = [os.environ["GENSTUDIO_LANGUAGE"]] if os.environ.get("GENSTUDIO_LANGUAGE") else None
    return gettext.translation(DOMAIN, str(resources() / "translations"), languages=languages, fallback=True)


def _shown(value: Any) -> Any:
    """Displayed form of an argument: names and paths can contain control characters and be of any length."""
    if isinstance(value, Message):
        return translate(value)
    return shortened(value, _LONGEST) if isinstance(value, str | Path) else value


def _to_json(value: Any) -> Any:
    if isinstance(value, Message):
        return value.to_json()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
