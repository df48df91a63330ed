"""Message catalogues, by Babel: extract every text that people read, update the languages that ship, make a pseudo-language.

    python tools/translations.py update           update and compile resources/translations/LANGUAGE/LC_MESSAGES/genstudio.po
    python tools/translations.py pseudo FOLDER     write a pseudo-language, then start the program in it:
                                                   GENSTUDIO_TRANSLATIONS=FOLDER GENSTUDIO_LANGUAGE=en_XA python3 main.py

Texts are the arguments of ``N_``, ``N_n`` and ``_``, names of settings that have no label, names of players, and titles and
help of recipes. A new language is a folder with an empty ``LC_MESSAGES/genstudio.po``. In the pseudo-language every letter
has an accent and every text is 30 % longer: what stays plain on screen was never marked for translation, and what is cut
off has no room for other languages.
"""

from __future__ import annotations

import argparse
import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "resources" / "translations"
DOMAIN = "genstudio"
PSEUDO = "en_XA"  # the code that Unicode's CLDR reserves for accented English
KEYWORDS = {"N_": 1, "_": 1, "N_n": 2}  # how many of their arguments are texts
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCENTED = "áƀçďéƒĝĥíĵķĺɱñóþɋŕšţúṽŵẋýžÁƁÇĎÉƑĜĤÍĴĶĹṀÑÓÞɊŔŠŢÚṼŴẊÝŽ"
FIXED = re.compile(r"(\{[^{}]*\}|</?[A-Za-z][^<>]*>|&#?\w+;)")  # placeholders, tags and entities
LONGER = 0.3

Found = tuple[int, str, str | tuple[str, ...], list[str]]


@cache
def template() -> Catalog:
    """A catalogue of every text in the sources, without translations; extracted once a process, not to be changed."""
    made = Catalog(domain=DOMAIN, project=DOMAIN, charset="utf-8")
    for folder, methods in (
        ("genstudio", [("**.py", python_texts)]),
        ("resources/recipes", [("**.toml", recipe_texts)]),
    ):
        found = extract_from_dir(ROOT / folder, methods, keywords={"_": None, "N_": None, "N_n": (1, 2)})
        for file, line, text, _comments, _context in found:
            made.add(text, locations=[(f"{folder}/{file}", line)])
    return made


def python_texts(file: IO[bytes], keywords: Any, tags: Any, options: Any) -> Iterator[Found]:
    """Texts of one module (an extraction method of Babel): marked ones, and names that serve as titles."""
    for node in ast.walk(ast.parse(file.read())):
        yield from _marked(node)
        for name in [*_setting_name(node), *_player_names(node)]:
            yield node.lineno, "_", name, []


def recipe_texts(file: IO[bytes], keywords: Any, tags: Any, options: Any) -> Iterator[Found]:
    """Title and help of a recipe (an extraction method of Babel)."""
    recipe = tomllib.load(file)
    for key in ("title", "help"):
        if recipe.get(key):
            yield 1, "_", recipe[key], []


def _marked(node: ast.AST) -> Iterator[Found]:
    """The texts of a call such as ``N_("{n} images", n=3)``; a call without a literal text marks nothing."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [
            text.value for text in node.args[: KEYWORDS.get(name, 0)] if isinstance(text, ast.Constant) and text.value
        ]
        if texts:
            yield node.lineno, name, texts[0] if len(texts) == 1 else tuple(texts), []


def _setting_name(node: ast.AST) -> Iterator[str]:
    """A setting without a label is titled by its name, with spaces: ``batch_size: int = knob(...)``."""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Call):
        call = node.value
        if (
            isinstance(call.func, ast.Name)
            and call.func.id == "knob"
            and not any(k.arg == "label" for k in call.keywords)
        ):
            yield node.target.id.replace("_", " ")


def _player_names(node: ast.AST) -> Iterator[str]:
    """A player's name is the title of its curves: ``player_names = ("discriminator", "generator")``."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Tuple):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(target, ast.Name) and target.id == "player_names" for target in targets):
            yield from ast.literal_eval(node.value)


def pseudo(text: str) -> str:
    """``text`` with accents, 30 % longer. Placeholders, tags and entities stay; a text without letters stays as it is."""
    parts = FIXED.split(text)
    message = [part.translate(str.maketrans(PLAIN, ACCENTED)) for part in parts[::2]]
    letters = sum(map(str.isalpha, "".join(message)))
    if not letters:
        return text
    parts[::2] = message
    made = "".join(parts)
    body = made.rstrip()
    return body + "~" * max(1, round(LONGER * letters)) + made[len(body) :]


def pseudo_catalogue() -> Catalog:
    """The catalogue of the pseudo-language."""
    # en_XA is no locale that Babel knows, and English has two plural forms: "1 image" and "2 images".
    made = Catalog(locale="en", domain=DOMAIN, project=DOMAIN, charset="utf-8")
    for message in template():
        if message.id:
            made.add(message.id, _each(message.id))
    return made


def _each(text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return pseudo(text) if isinstance(text, str) else tuple(map(pseudo, text))


def compile_into(folder: Path, language: str, catalogue: Catalog) -> Path:
    """Write ``catalogue`` where gettext looks for it below ``folder``."""
    path = folder / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    return path


def update(folder: Path = SHIPPED) -> None:
    """Bring each language below ``folder`` up to date with the sources, and compile it."""
    texts = template()
    for path in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        language = path.parent.parent.name
        with path.open("rb") as file:
            known = read_po(file, locale=language, domain=DOMAIN)
        known.update(texts, no_fuzzy_matching=True)
        with path.open("wb") as file:
            write_po(file, known, ignore_obsolete=True, width=120)
        compile_into(folder, language, known)
        done = sum(bool(message.string) for message in known if message.id)
        print(f"{language}: {done} of {len(texts)} texts")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("update", help="update and compile the languages that ship")
    commands.add_parser("pseudo", help="write a pseudo-language").add_argument("folder", type=Path)
    asked = parser.parse_args()
    if asked.command == "update":
        update()
    else:
        print(compile_into(asked.folder, PSEUDO, pseudo_catalogue()))


if __name__ == "__main__":
    main()
