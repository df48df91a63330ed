"""Random numbers: one stream per purpose, all derived from the run's seed and saved with it."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Generator


def derive(seed: int, *purpose: object) -> int:
    """A seed for one purpose: the same seed and words give the same number on every machine, others an unrelated one."""
    text = "/".join([str(seed), *map(str, purpose)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1


def generator(seed: int, *purpose: object, device: str = "cpu") -> Generator:
    """A separate torch generator. Only the training thread may use torch's default generator."""
    import torch

    made = torch.Generator(device)
    made.manual_seed(derive(seed, *purpose))
    return made


def seed_everything(seed: int) -> None:
    """Seed torch's, numpy's and Python's global generators: once, by the training loop, on the training thread."""
    import numpy as np
    import torch

    torch.manual_seed(derive(seed, "torch"))
    np.random.seed(derive(seed, "numpy") % 2**32)  # noqa: NPY002 - a plugin may still use the global one
    random.seed(derive(seed, "python"))


def global_state() -> dict[str, Any]:
    """The state of every global generator, in types that ``torch.load(weights_only=True)`` can read."""
    import numpy as np
    import torch

    name, keys, pos, has_gauss, cached = np.random.get_state(legacy=True)  # noqa: NPY002
    version, internal, gauss = random.getstate()
    state: dict[str, Any] = {
        "torch": torch.get_rng_state(),
        "numpy": [
            str(name),
            torch.from_numpy(np.asarray(keys).astype(np.int64)),
            int(pos),
            int(has_gauss),
            float(cached),
        ],
        "python": [version, list(internal), gauss],
    }
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def restore_global_state(state: dict[str, Any]) -> None:
    """Put back what :func:`global_state` gave."""
    import numpy as np
    import torch

    torch.set_rng_state(state["torch"])
    name, keys, pos, has_gauss, cached = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), pos, has_gauss, cached))  # noqa: NPY002
    version, internal, gauss = state["python"]
    random.setstate((version, tuple(internal), gauss))
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])
