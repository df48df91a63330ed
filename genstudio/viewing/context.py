"""View context: a model with the weights of one snapshot, and the data set that its contents are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from genstudio.viewing.blobs import Blobs

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.models.base import Model
    from genstudio.training.snapshot import Snapshot

T = TypeVar("T")


@dataclass
class ViewContext:
    """Inputs of a content function: a model in eval mode with a snapshot's weights, and the open data set.

    ``once`` keeps what depends on the snapshot and the data alone (encodings, principal axes) for as long as both are
    looked at, so that a drag does not compute it again.
    """

    model: Model
    spec: ImageSpec
    snapshot: Snapshot
    data: DataSet | None = None
    blobs: Blobs = field(default_factory=Blobs)
    others: tuple[ViewContext, ...] = ()
    """Of the further runs that the pane's state names, in its order."""
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def once(self, key: Any, make: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def has(self, key: Any) -> bool:
        """True where :meth:`once` has a value under ``key``."""
        return key in self._kept

    def judge(self) -> Judge | None:
        """The judge of the data, if there is one by now: shipped, or made by a training or a measure. Nothing is loaded
        before a pane asks, and nothing is trained."""
        if self.data is None:
            return None
        from genstudio.training.judge.find import find_judge

        judge: Judge | None = self._kept.get("judge") or find_judge(self.data)
        if judge is not None:  # while there is none, the next content looks again
            self._kept["judge"] = judge
        return judge
