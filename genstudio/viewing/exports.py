"""Exports: files that a pane offers to write, each registered beside its pane.

    register_exports("interpolate", Export("path", N_("Animation…"), "{pane}-{step}.gif", ANIMATION, save_path))

The window lists a pane's exports in its menu, the command line writes them by name (``genstudio export``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.viewing.blobs import Blobs
from genstudio.viewing.content import Content
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane import panes
from genstudio.viewing.pane_state import PaneState

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.training.run.run import Run
    from genstudio.training.snapshot import Snapshot

Progress = Callable[[float, Message], None]
Cancelled = Callable[[], bool]
ANIMATION = (".gif", ".webp", ".mp4", ".apng")
PICTURE = (".png",)


@dataclass(frozen=True)
class ExportRequest:
    """Input of a writer: the content on screen, and all that is needed to compute more of it.

    final: False while a better content is still to follow; the writer's caller computes it first. options: those of the
    :class:`Export` and of the pane's view, such as the speed of a film.
    """

    export: Export
    path: Path
    state: PaneState
    content: Content
    snapshot: Snapshot
    run: Run | None
    data: DataSet | None
    blobs: Blobs
    final: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)

    def context(self) -> ViewContext:
        """A view context with a model of its own, built from the snapshot. Imports torch."""
        from genstudio.training.snapshot import load_model
        from genstudio.viewing.other_runs import attached

        made = ViewContext(load_model(self.snapshot), self.snapshot.spec, self.snapshot, self.data, self.blobs)
        return attached(made, self.state)

    def option(self, name: str) -> Any:
        """Value of an option. Raises :class:`UsageError` where it was not given."""
        if name not in self.options:
            raise UsageError(
                N_("The export '{export}' needs the option '{name}'.", export=self.export.name, name=name),
                N_("Give it as --option {name}=VALUE.", name=name),
            )
        return self.options[name]


@dataclass(frozen=True, eq=False)
class Export:
    """File that a pane can be saved as.

    name: unique within the pane. title: its entry in the menu. file: proposed file name, with ``{pane}`` and ``{step}``.
    suffixes: file formats, the default first. write: writes ``request.path`` and returns it; it reports its progress and
    stops with :class:`genstudio.core.errors.Cancelled`. group: submenu. options: defaults of ``request.options``.
    """

    name: str
    title: Message
    file: str
    suffixes: tuple[str, ...]
    write: Callable[[ExportRequest, Progress, Cancelled], Path]
    group: Message | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


_of_pane: dict[str, list[Export]] = {}


def register_exports(pane: str, *exports: Export) -> None:
    """Add ``exports`` to those of a pane. Raises :class:`UsageError` where the pane has one of that name."""
    registered = _of_pane.setdefault(pane, [])
    for export in exports:
        if any(other.name == export.name for other in registered):
            raise UsageError(
                N_("The pane '{pane}' has an export named '{name}' already.", pane=pane, name=export.name),
                N_("Choose another name for the new one."),
            )
        registered.append(export)


def exports_registered_for(pane: str) -> tuple[Export, ...]:
    """Exports of one pane beside those that every pane has, in the order in which they were registered."""
    panes.load()
    return tuple(_of_pane.get(pane, ()))
