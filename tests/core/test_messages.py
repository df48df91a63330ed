from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from string import Formatter

import genstudio
from genstudio.core.messages import N_, Message, N_n, _, translate


def test_message_is_translated_on_demand() -> None:
    message = N_("{count} files left out of {folder}", count=3, folder="x")
    assert message.text == "{count} files left out of {folder}"
    assert str(message) == translate(message) == _(message.text, **message.args) == "3 files left out of x"


def test_any_word_can_name_an_argument() -> None:
    assert str(N_("'{text}' by {self}", text="a", self="b")) == "'a' by b"
    assert _("{text}", text="a") == "a"


def test_messages_can_contain_messages() -> None:
    inner = N_("run {name}", name="a")
    assert str(N_("There is no {what}.", what=inner)) == "There is no run a."


def test_text_without_arguments_can_contain_braces() -> None:
    assert str(N_("write {like this}")) == "write {like this}"
    assert translate("100 % {") == "100 % {"
    assert translate("") == translate(N_("")) == ""


def test_a_message_survives_a_file_untranslated() -> None:
    message = N_("{a} in {b}", a=1.5, b=N_("{n} parts", n=None))
    read = Message.from_json(json.loads(json.dumps(message.to_json())))
    assert read == message
    assert read.args["b"].text == "{n} parts"
    # What JSON has no word for is kept as text.
    assert Message.from_json(json.loads(json.dumps(N_("{p}", p=Path("x")).to_json()))).args == {"p": "x"}


def test_equal_messages_hash_alike_even_with_unhashable_arguments() -> None:
    assert hash(N_("{a}", a=[1])) == hash(N_("{a}", a=[1]))
    assert N_("{a}", a=1) != N_("{a}", a=2)


def test_a_count_chooses_between_one_and_many() -> None:
    assert [str(N_n("1 image of {name}", "{n} images of {name}", n=n, name="a")) for n in (0, 1, 2)] == [
        "0 images of a", "1 image of a", "2 images of a",
    ]  # fmt: skip
    message = N_n("1 image", "{n} images", n=2)
    assert Message.from_json(json.loads(json.dumps(message.to_json()))) == message


def test_a_plural_without_a_count_from_a_damaged_file_is_still_shown() -> None:
    assert str(Message.from_json({"text": "1 image", "args": {"n": "many"}, "plural": "{n} images"})) == "1 image"


def test_names_in_messages_are_shown_without_control_characters_and_of_bounded_length() -> None:
    message = N_("{name} was left out: {why}.", name="a\x1b[31m\n\u202eb\udce9", why=N_("{n}", n="x" * 10_000))
    text = str(message)
    assert text.startswith("a\ufffd[31m \ufffdb\ufffd was left out: xxx")
    assert len(text) < 2100


def test_the_arguments_of_every_message_are_its_placeholders() -> None:
    """Neither the type checker nor the linter sees one that is misspelt."""
    wrong = []
    for path in Path(genstudio.__path__[0]).rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match call:
                case ast.Call(func=ast.Name(id="N_" | "_"), args=[ast.Constant(value=str(text))], keywords=given) if (
                    given
                ):
                    placeholders = {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text) if name}
                    names = {keyword.arg for keyword in given}
                    if None in names:  # ** of a table that is not known here
                        names = (names - {None}) | placeholders
                    if names != placeholders:
                        wrong.append(f"{path.name}:{call.lineno}: {sorted(map(str, names ^ placeholders))}")
    assert wrong == []
