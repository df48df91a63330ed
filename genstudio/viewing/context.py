"""View context: a model with the weights of one snapshot, and the data set that its contents are made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from genstudio.core.capabilities import CAPABILITIES
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.resumable import Cache
from genstudio.viewing.blobs import Blobs

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.models.base import Model
    from genstudio.training.snapshot import Snapshot


C = TypeVar("C")


@dataclass
class ViewContext(Cache):
    """Inputs of a content function: a model in eval mode with a snapshot's weights, and the open data set.

    It is also the cache of what depends on these alone, so that a drag does not compute it again: :meth:`once` and
    :meth:`resume` for as long as the context is in use (encodings, principal axes), :meth:`latest` for the newest of
    several (the picture of one pane state).
    """

    model: Model
    spec: ImageSpec
    snapshot: Snapshot
    data: DataSet | None = None
    blobs: Blobs = field(default_factory=Blobs)
    others: tuple[ViewContext, ...] = ()
    """Contexts of the further runs that the pane's state names, in its order."""

    def require(self, capability: type[C]) -> C:
        """The model, typed as ``capability``. Raises :class:`UsageError` for a model without it."""
        if isinstance(self.model, capability):
            return self.model
        _, does = CAPABILITIES[capability.__name__]
        raise UsageError(
            N_("This needs a model that {capability}; {model} is not one.", capability=does, model=self.model.title),
            N_("Open a run of another model."),
        )

    def judge(self) -> Judge | None:
        """The judge of the data, if there is one by now: shipped, or made by a training or a measure. Nothing is loaded
        before a pane asks, and nothing is trained."""
        if self.data is None:
            return None
        from genstudio.training.judge.find import find_judge

        if self.begun("judge"):
            return self.once("judge", lambda: None)
        judge = find_judge(self.data)
        return judge and self.once("judge", lambda: judge)  # while there is none, the next content looks again
