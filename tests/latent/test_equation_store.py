"""Saved equations are restored exactly, codes of another space refused, broken files left unchanged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from genstudio.core.errors import DataError
from genstudio.latent.arithmetic.equation_store import EquationOrigin, SavedSums, entry_of, terms_in
from genstudio.latent.arithmetic.vector_arithmetic import Term
from genstudio.latent.points import LatentPoint
from genstudio.viewing.blobs import Blobs

HERE = EquationOrigin("vae", 3, "faces")


def some_terms(blobs: Blobs) -> tuple[Term, ...]:
    z = blobs.put_array(np.array([0.1, -1 / 3, 1e-9], np.float32))
    own = blobs.put_array(np.arange(12, dtype=np.uint8).reshape(2, 2, 3))
    return (
        Term(1, (LatentPoint("image", 7), LatentPoint("z", blob=z)), "smiling woman"),
        Term(-1, (LatentPoint("own", blob=own), LatentPoint("seed", 3, label=4))),
    )


def test_saved_equation_is_restored_to_the_bit_in_another_session(tmp_path: Path) -> None:
    terms = some_terms(blobs := Blobs())
    SavedSums(tmp_path / "home" / "equations.json").put("mine", entry_of(terms, HERE, blobs))
    entry = SavedSums(tmp_path / "home" / "equations.json").get("mine")
    assert entry is not None
    fresh = Blobs()
    loaded = terms_in(entry, HERE, fresh)
    assert loaded.terms == terms, "blobs are named by what is in them"
    assert loaded.remark is None
    z = loaded.terms[0].exemplars[1].blob
    assert z is not None
    assert (fresh.get_array(z) == np.array([0.1, -1 / 3, 1e-9], np.float32)).all()


def test_codes_of_another_latent_space_are_skipped_with_a_warning(tmp_path: Path) -> None:
    entry = entry_of(some_terms(blobs := Blobs()), HERE, blobs)
    loaded = terms_in(entry, EquationOrigin("gan", 64, "faces"), blobs)
    assert [one.kind for one in loaded.terms[0].exemplars] == ["image"]
    assert [one.kind for one in loaded.terms[1].exemplars] == ["own", "seed"]
    assert "1 exemplars are left out: they are codes of 3 numbers from another model (vae)" in str(loaded.remark)
    assert "this is a gan with codes of 64" in str(loaded.remark)


def test_equation_with_other_images_gives_a_warning() -> None:
    entry = entry_of(some_terms(blobs := Blobs()), HERE, blobs)
    assert "images of faces" in str(terms_in(entry, EquationOrigin("vae", 3, "mnist"), blobs).remark)


def test_names_are_sorted_and_one_can_be_deleted(tmp_path: Path) -> None:
    saved = SavedSums(tmp_path / "equations.json")
    assert saved.names() == []
    for name in ("b", "C", "a"):
        saved.put(name, {"terms": []})
    assert saved.names() == ["a", "b", "C"]
    saved.put("b", None)
    assert saved.names() == ["a", "C"]
    assert [path.name for path in tmp_path.iterdir()] == ["equations.json"], "no half-written file is left"


def test_a_file_that_cannot_be_read_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "equations.json"
    path.write_text("{ broken", encoding="utf-8")
    saved = SavedSums(path)
    for act in (saved.names, lambda: saved.put("a", {"terms": []})):
        with pytest.raises(DataError, match="can't be read"):
            act()
    assert path.read_text(encoding="utf-8") == "{ broken"


def test_invalid_equation_is_refused() -> None:
    with pytest.raises(DataError, match="not a saved equation"):
        terms_in({"model": "vae", "latent_dim": 3, "terms": [{"sign": 3}]}, HERE, Blobs())
