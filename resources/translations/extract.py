"""Collects every text that people read, brings the translations up to date, and compiles them.

    python resources/translations/extract.py              updates messages.pot and each LANGUAGE's .po and .mo
    python resources/translations/extract.py --missing    says what each language still lacks

Texts are the first arguments of ``N_(...)`` and ``_(...)``, the names of settings that have no label, the names of players,
and titles and help of the recipes. A new language is a new folder with an empty ``LC_MESSAGES/genstudio.po``. Standard
library only: gettext's own tools are not on every computer.
"""

from __future__ import annotations

import argparse
import ast
import json
import struct
import tomllib
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HEADER = (
    "Project-Id-Version: genstudio\\n"
    "MIME-Version: 1.0\\n"
    "Content-Type: text/plain; charset=UTF-8\\n"
    "Content-Transfer-Encoding: 8bit\\n"
)
Catalogue = dict[str, str]


def texts() -> dict[str, list[str]]:
    """Every text with the files that it stands in, sorted by file."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "genstudio").rglob("*.py")):
        for text in _in_code(path):
            found.setdefault(text, []).append(path.relative_to(ROOT).as_posix())
    for path in sorted((ROOT / "resources" / "recipes").glob("*.toml")):
        recipe = tomllib.loads(path.read_text(encoding="utf-8"))
        for text in (recipe.get("title"), recipe.get("help")):
            if text:
                found.setdefault(text, []).append(path.relative_to(ROOT).as_posix())
    return found


def _in_code(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        text = call.args[0]
        if name in ("N_", "_") and isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value:
            yield text.value
    yield from _names_of_settings(tree)
    yield from _names_of_players(tree)


def _names_of_settings(tree: ast.Module) -> Iterator[str]:
    """A setting without a label is called by its name, with spaces: ``name: type = knob(...)``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Call):
            made = node.value
            named = isinstance(made.func, ast.Name) and made.func.id == "knob"
            if named and not any(keyword.arg == "label" for keyword in made.keywords):
                yield node.target.id.replace("_", " ")


def _names_of_players(tree: ast.Module) -> Iterator[str]:
    """A player's name is a title of its curves: ``player_names = ("discriminator", "generator")``."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Tuple):
            continue
        if any(isinstance(target, ast.Name) and target.id == "player_names" for target in node.targets):
            yield from ast.literal_eval(node.value)


def read_po(path: Path) -> Catalogue:
    """Translations by text, without the header; texts that are not translated yet are there as empty strings."""
    found: Catalogue = {}
    entry: dict[str, str] = {}
    field = ""
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        word, _, rest = line.partition(" ")
        if word in ("msgid", "msgstr"):
            field = word
            entry[field] = ast.literal_eval(rest)
        elif line.startswith('"') and field:
            entry[field] += ast.literal_eval(line)
        elif not line.strip():
            if entry.get("msgid"):
                found[entry["msgid"]] = entry.get("msgstr", "")
            entry, field = {}, ""
    return found


def write_po(path: Path, found: dict[str, list[str]], translations: Catalogue, language: str = "") -> None:
    """The texts in their order with what is translated of them."""
    header = HEADER + (f"Language: {language}\\n" if language else "")
    lines = ['msgid ""', f'msgstr "{header}"', ""]
    for text, places in found.items():
        lines += [f"#: {' '.join(dict.fromkeys(places))}"]
        lines += [f"msgid {_quoted(text)}", f"msgstr {_quoted(translations.get(text, ''))}", ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def compile_mo(translations: Catalogue, language: str) -> bytes:
    """The binary form that Python's gettext reads (GNU gettext manual, "The Format of GNU MO Files")."""
    header = (HEADER + f"Language: {language}\\n").replace("\\n", "\n")
    pairs = sorted((k.encode(), v.encode()) for k, v in {"": header, **translations}.items() if v)
    keys, values = b"", b""
    spots = []
    for key, value in pairs:
        spots.append((len(key), len(keys), len(value), len(values)))
        keys += key + b"\0"
        values += value + b"\0"
    start = 28 + 16 * len(pairs)
    table = b"".join(struct.pack("<II", length, start + at) for length, at, _, _ in spots)
    table += b"".join(struct.pack("<II", length, start + len(keys) + at) for _, _, length, at in spots)
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start) + table + keys + values


def languages() -> list[Path]:
    """The .po file of each language."""
    return sorted(HERE.glob("*/LC_MESSAGES/genstudio.po"))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--missing", action="store_true", help="list what is not translated, change nothing")
    asked = parser.parse_args()
    found = texts()
    if not asked.missing:
        write_po(HERE / "messages.pot", found, {})
    for path in languages():
        language, known = path.parent.parent.name, read_po(path)
        missing = [text for text in found if not known.get(text)]
        print(f"{language}: {len(found) - len(missing)} of {len(found)} texts")
        if asked.missing:
            print("\n".join(f"  {text!r}" for text in missing))
        else:
            # What nobody says any more is forgotten.
            kept = {text: known.get(text, "") for text in found}
            write_po(path, found, kept, language)
            path.with_suffix(".mo").write_bytes(compile_mo(kept, language))


if __name__ == "__main__":
    main()
