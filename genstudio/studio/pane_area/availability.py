"""Panes that the open model or its images can't serve, with reasons.

Models are queried on the render thread, since they import torch; what images rule out is known at once.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.messages import Message, translate
from genstudio.viewing.pane import Pane, panes

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec
    from genstudio.studio.session.session import Session
    from genstudio.studio.threads.render_thread import RenderThread

PREFIX = "refusals:"


class Availability(QObject):
    """``changed``: other panes are unavailable, of another model or images."""

    changed = Signal()

    def __init__(self, session: Session, renderer: RenderThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._renderer = session, renderer
        self._model = self._answered_model = ""
        self._spec: ImageSpec | None = None
        self._by_model: dict[str, Message | None] = {}
        self._by_images: dict[str, str] = {}
        renderer.ready.connect(self._ready)

    @property
    def reasons(self) -> dict[str, Message | str | None]:
        """Reasons why panes are unavailable, by pane; ``None``: available."""
        return {**self._by_model, **{name: self._by_model.get(name) or why for name, why in self._by_images.items()}}

    @property
    def spec(self) -> ImageSpec | None:
        """Spec of the open run's images, once it and all refusals are known."""
        known = self._session.run is not None and self._session.data is not None and self._answered_model == self._model
        return self._spec if known else None

    def of(self, name: str) -> Message | str | None:
        """Reason why this pane is unavailable; ``None`` where it is available or not known yet."""
        return self._by_model.get(name) or self._by_images.get(name)

    def query(self) -> None:
        """Query the session's model, once there are weights to show, unless that was done."""
        self._check_images()
        recipe = self._session.recipe
        model = recipe.model if recipe is not None else ""
        if model and model != self._model and (self._session.run is not None or self._model):
            self._model = model
            self._renderer.ask(PREFIX + model, _Question(model))
            if self._by_model:  # they are of the model before
                self._by_model = {}
                self.changed.emit()

    def _check_images(self) -> None:
        """Ask about the images that the run learns from."""
        data = self._session.data if self._session.run is not None else None
        spec = data.spec if data is not None else None
        if self._session.run is None and self._spec is not None:
            self._spec, self._by_images = None, {}
            self.changed.emit()
        if spec is None or spec == self._spec:
            return
        self._spec = spec
        found = {name: pane.unsupported(spec) for name, pane in panes.items()}
        self._by_images = {name: str(why) for name, why in found.items() if why is not None}
        self.changed.emit()

    def take(self, name: str, answer: object) -> None:
        """Take an ``answer`` to the question ``name``, unless another model is open by now."""
        if name == PREFIX + self._model and isinstance(answer, dict):
            self._by_model, self._answered_model = answer, self._model
            self.changed.emit()

    @Slot(str)
    def _ready(self, name: str) -> None:
        if name.startswith(PREFIX):
            self.take(name, self._renderer.result(name))


def unavailable_page(pane: Pane, reason: Message | str) -> str:
    """Page in place of the pictures: what the pane shows, why not of this model, what to train instead."""
    head = f"<h2>{translate(pane.title)}</h2><p>{translate(pane.help)}</p>"
    return f"{head}<p>{html.escape(str(reason))}</p>{translate(pane.page)}"


class _Question:
    """For the render thread; a class, since a closure would keep the window alive."""

    def __init__(self, model: str) -> None:
        self._model = model

    def __call__(self) -> dict[str, Message | None]:
        from genstudio.models.base import models

        kind = models[self._model]
        return {name: pane.why_not(kind) for name, pane in panes.items()}
