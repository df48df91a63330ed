"""Titles of curves on screen and paper, by metric key."""

from __future__ import annotations

from collections.abc import Sequence

from genstudio.core.messages import N_, Message, translate
from genstudio.export.charts.curve_groups import GRADIENT

WORDS: dict[str, Message | str] = {
    "kl": "KL",
    "elbo": "ELBO",
    "fid": "FID",
    "kid": "KID",
    "nll": "NLL",
    "r1": "R1",
    "r2": "R2",
    "d_real": N_("D, real"),
    "d_fake": N_("D, generated"),
    "D(x)": "D(x)",
    "D(G(z))": "D(G(z))",
    "passed": N_("samples that pass for real"),
    "above": N_("samples above real images"),
    "M": "M",
    "k": "k",
    "bits_per_dim": "bits/dim",
    "adversarial": N_("G, adversarial"),
    "relativistic": N_("relativistic"),
    "gradient_penalty": N_("gradient penalty"),
    "constraint": N_("constraint of the code"),
    "linearity": N_("linearity"),
    "reconstruction": N_("reconstruction"),
    "attributes": N_("attributes"),
    "classes": N_("classes"),
    "accuracy": N_("accuracy"),
    "active_units": N_("active units"),
    "arithmetic": N_("sums with codes"),
    "class_coverage": N_("class coverage"),
    "class_entropy": N_("entropy of classes"),
    "coverage": N_("coverage"),
    "density": N_("density"),
    "high_quality": N_("samples of high quality"),
    "kid_std": N_("KID, standard deviation"),
    "memorisation": N_("memorisation"),
    "modes": N_("modes covered"),
    "modes_missing": N_("modes missing"),
    "modes_touched": N_("modes touched"),
    "precision": N_("precision"),
    "recall": N_("recall"),
    "reconstruction_error": N_("reconstruction error"),
    "diversity": N_("diversity of samples"),
    "duplicates": N_("duplicates among samples"),
}


def curve_title(name: str) -> str:
    """Title of a key without its split: ``kl`` is KL, ``gradient/generator`` the generator's gradient, the rest
    loses its underscores."""
    known = WORDS.get(name)
    if known is not None:
        return translate(known)
    if name.startswith(GRADIENT):
        return translate(N_("gradient, {player}", player=N_(name.removeprefix(GRADIENT))))
    return name.replace("_", " ")


def distinct_titles(titles: Sequence[str], names: Sequence[Sequence[str]]) -> list[str]:
    """A title for each strip of curves (``names``, without their split): strips with the same title name their
    curves, "discriminator: R1, R2"."""
    return [
        f"{title}: {', '.join(map(curve_title, its))}" if title and titles.count(title) > 1 else title
        for title, its in zip(titles, names, strict=True)
    ]
