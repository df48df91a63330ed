"""The Inception judge from a file that the person has. It is never downloaded."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from genstudio.core.errors import DataError
from genstudio.core.messages import N_
from genstudio.core.paths import cache_dir

if TYPE_CHECKING:
    from torch import Tensor

    from genstudio.evaluate.judge.judge import Judge

VARIABLE = "GENSTUDIO_INCEPTION"
NOTE = "torchvision's Inception v3 and our resize: compare with other numbers of this judge, not with published ones"


def inception_judge() -> Judge:
    """The judge in the file that :func:`find_weights` finds. Raises :class:`DataError` when there is none, or when it
    does not hold the weights of Inception v3."""
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.models.judges.inception import Inception
    from genstudio.training.snapshot import digest_of

    path = find_weights()
    try:
        weights = _read(path)
        model = Inception(weights)
    except Exception as error:
        raise DataError(
            N_(
                "{path} does not contain the weights of Inception v3: {reason}.",
                path=str(path),
                reason=(str(error).splitlines() or [type(error).__name__])[0][:200],
            ),
            N_("Save torchvision's inception_v3 weights as a state dict, .pth or .safetensors."),
        ) from error
    return Judge(model, "inception-v3", digest_of(weights), model.spec, NOTE)


def find_weights() -> Path:
    """The file that $GENSTUDIO_INCEPTION names, else the first ``.safetensors``, ``.pth`` or ``.pt`` in
    ``CACHE/inception``."""
    named = os.environ.get(VARIABLE)
    if named:
        if Path(named).is_file():
            return Path(named)
        raise DataError(
            N_("There is no file {path}.", path=named), N_("Set {variable} to a file that exists.", variable=VARIABLE)
        )
    folder = cache_dir() / "inception"
    found = [path for kind in ("*.safetensors", "*.pth", "*.pt") for path in sorted(folder.glob(kind))]
    if not found:
        raise DataError(
            N_("There are no Inception weights here, and genstudio never downloads them."),
            N_(
                "Put torchvision's inception_v3 weights into {folder}, set {variable} to the file, or leave "
                "--judge out.",
                folder=str(folder),
                variable=VARIABLE,
            ),
        )
    return found[0]


def _read(path: Path) -> dict[str, Tensor]:
    content = path.read_bytes()
    if path.suffix == ".safetensors":
        from safetensors.torch import load

        return load(content)
    import torch

    # Tensors and plain values alone: a stranger's file can execute nothing.
    return dict(torch.load(io.BytesIO(content), weights_only=True, map_location="cpu"))
