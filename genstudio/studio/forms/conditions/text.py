"""A line of text, such as a caption of the image to draw."""

from __future__ import annotations

from genstudio.studio.forms.conditions.base import condition_field
from genstudio.studio.forms.control import TypedControl

condition_field("text")(TypedControl)
