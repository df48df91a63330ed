"""Theme: colours by role for light and dark, the font, the curves' colours and dashes.

Everything that draws asks :func:`theme` for ``current`` and redraws on ``changed``. Roles, never literal colours, stand
in the style sheet (``resources/style/studio.qss``) as ``@role``.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QDir, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from genstudio.core.paths import resources

Choice = Literal["system", "light", "dark"]
CHOICES: tuple[Choice, ...] = ("system", "light", "dark")
GRID = 8  # every distance is a multiple of this, or half of it
RADIUS = 8


@dataclass(frozen=True)
class Series:
    """Style of one curve: its colour, and a dash in units of the line's width (empty is solid)."""

    colour: str
    dash: tuple[float, ...]


@dataclass(frozen=True)
class Palette:
    """Colours by role. Text roles keep 4.5:1 on ``card`` and ``window``, series at least 3:1 on ``card`` (tested)."""

    name: str
    window: str  # behind the cards
    card: str
    border: str
    field: str  # inputs and quiet buttons
    hover: str
    pressed: str
    selected: str  # the chosen row of a list
    text: str
    muted: str  # captions, units, facts
    disabled: str
    accent: str  # focus rings, sliders, links
    accent_fill: str  # behind accent_text
    accent_hover: str
    accent_text: str
    track: str  # the unfilled part of a slider or progress bar
    surround: str  # neutral grey around pictures, so that they are judged fairly
    grid: str  # lines behind curves
    good: str
    warn: str
    bad: str
    tooltip: str
    tooltip_text: str
    series: tuple[Series, ...]


DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2.5), (1.5, 2), (8, 2.5, 1.5, 2.5), (3, 1.5), (10, 4))

# Subsets of the Okabe-Ito palette with 3:1 on each card; the light purple is darkened to get there.
LIGHT = Palette(
    name="light",
    window="#f3f5f8",
    card="#ffffff",
    border="#dfe2e8",
    field="#f0f1f4",
    hover="#e6e9ee",
    pressed="#d9dde4",
    selected="#eef0f4",
    text="#15171c",
    muted="#5c616b",
    disabled="#9ea3ab",
    accent="#1e6bf0",
    accent_fill="#1e6bf0",
    accent_hover="#155bd6",
    accent_text="#ffffff",
    track="#dfe3ea",
    surround="#8b8b8b",
    grid="#e9ebef",
    good="#0b7f5a",
    warn="#9a5b00",
    bad="#c62828",
    tooltip="#23262c",
    tooltip_text="#f4f5f7",
    series=tuple(
        Series(colour, dash)
        for colour, dash in zip(("#0072b2", "#c25400", "#008a64", "#a8467f", "#4d4d4d", "#7a6a00"), DASHES, strict=True)
    ),
)
DARK = Palette(
    name="dark",
    window="#1a1b1e",
    card="#25272b",
    border="#393c42",
    field="#2f3237",
    hover="#383c42",
    pressed="#43474e",
    selected="#303439",
    text="#edeef0",
    muted="#a3a8b0",
    disabled="#6b7079",
    accent="#4f9bff",
    accent_fill="#2b6fe0",
    accent_hover="#3b7df0",
    accent_text="#ffffff",
    track="#3a3e45",
    surround="#3b3b3b",
    grid="#33363b",
    good="#35b88a",
    warn="#e6a23c",
    bad="#ff7a70",
    tooltip="#e8e9ec",
    tooltip_text="#17181b",
    series=tuple(
        Series(colour, dash)
        for colour, dash in zip(("#56b4e9", "#e69f00", "#1fb98c", "#d991ba", "#d5d5d5", "#f0e442"), DASHES, strict=True)
    ),
)


class Theme(QObject):
    """The theme in force: follows the system until the person chooses. One per application: :func:`theme`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choice: Choice = "system"
        self.current = LIGHT
        self._applied = ""

    def apply(self, app: QApplication, choice: str = "system") -> None:
        """Dress ``app``: style, font, palette, style sheet. Called once, before the first window is made."""
        app.setStyle("fusion")
        QDir.setSearchPaths("icons", [str(resources() / "icons")])
        load_fonts()
        app.setFont(font())
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self.choose(choice)

    def choose(self, choice: str) -> None:
        """``system``, ``light`` or ``dark``, at once and everywhere."""
        self.choice = choice if choice in CHOICES else "system"
        self._follow()

    @Slot()
    def _follow(self) -> None:
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            return
        dark = self.choice == "dark" or (self.choice == "system" and _system_is_dark())
        self.current = DARK if dark else LIGHT
        if self._applied == self.current.name and app.styleSheet():
            return
        self._applied = self.current.name
        app.setPalette(_qt_palette(self.current))
        app.setStyleSheet(style_sheet(self.current))
        self.changed.emit()


_theme: Theme | None = None


def theme() -> Theme:
    """The application's theme (made on first use, on the GUI thread)."""
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme


def line_style(place: int) -> Series:
    """Colour and dash of the line at ``place`` of a plot. After all colours the dashes shift, so that no pair repeats."""
    series = theme().current.series
    return Series(series[place % len(series)].colour, DASHES[(place + place // len(series)) % len(DASHES)])


def colour(role: str) -> QColor:
    """The colour of a role now: ``colour("muted")``."""
    return QColor(getattr(theme().current, role))


def style_sheet(palette: Palette) -> str:
    """The style sheet with every ``@role`` filled in. Raises KeyError for a role that does not exist."""
    roles = {k: v for k, v in asdict(palette).items() if isinstance(v, str)} | {"radius": f"{RADIUS}px"}
    text = (resources() / "style" / "studio.qss").read_text(encoding="utf-8")
    return re.sub(r"@([a-z_]+)", lambda match: roles[match.group(1)], text)


def load_fonts() -> None:
    """Make the fonts that ship with us known to Qt, once."""
    if not _has_inter():
        _has_inter.cache_clear()
        for file in sorted((resources() / "fonts").glob("*.ttf")):
            QFontDatabase.addApplicationFont(str(file))


@lru_cache(maxsize=1)
def _has_inter() -> bool:
    return "Inter" in QFontDatabase.families()


def font(pixels: int = 13, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The window's font with tabular figures, so that running numbers stand still. Inter, or the system's."""
    made = QFont(QGuiApplication.font())
    if _has_inter():
        made.setFamilies(["Inter", made.family()])
    made.setPixelSize(pixels)
    made.setWeight(weight)
    if hasattr(made, "setFeature"):  # Qt 6.7
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def icon(name: str, size: int = 16, role: str = "text") -> QIcon:
    """``resources/icons/NAME.svg`` in the colour of ``role`` (disabled: the role ``disabled``), sharp at any scale."""
    return _icon(name, size, colour(role).name(), colour("disabled").name())


@lru_cache(maxsize=256)
def _icon(name: str, size: int, tint: str, disabled: str) -> QIcon:
    made = QIcon()
    drawn = QIcon(f"icons:{name}.svg")
    for mode, its_tint in ((QIcon.Mode.Normal, tint), (QIcon.Mode.Disabled, disabled)):
        for scale in (1, 2, 3):
            pixmap = drawn.pixmap(QSize(size * scale, size * scale), 1.0)
            made.addPixmap(_tinted(pixmap, QColor(its_tint)), mode)
    return made


def _tinted(pixmap: QPixmap, tint: QColor) -> QPixmap:
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(pixmap.rect(), tint)
    painter.end()
    return pixmap


def _system_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def _qt_palette(roles: Palette) -> QPalette:
    """For what no style sheet reaches: text cursors, placeholder texts, native dialogs."""
    made = QPalette()
    role = QPalette.ColorRole
    for its_role, name in {
        role.Window: roles.window,
        role.WindowText: roles.text,
        role.Base: roles.card,
        role.AlternateBase: roles.field,
        role.Text: roles.text,
        role.Button: roles.field,
        role.ButtonText: roles.text,
        role.BrightText: roles.accent_text,
        role.Highlight: roles.accent_fill,
        role.HighlightedText: roles.accent_text,
        role.Link: roles.accent,
        role.LinkVisited: roles.accent,
        role.ToolTipBase: roles.tooltip,
        role.ToolTipText: roles.tooltip_text,
        role.PlaceholderText: roles.muted,
        role.Light: roles.card,
        role.Midlight: roles.field,
        role.Mid: roles.border,
        role.Dark: roles.border,
        role.Shadow: roles.border,
        role.Accent: roles.accent,
    }.items():
        made.setColor(its_role, QColor(name))
    for its_role in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, its_role, QColor(roles.disabled))
    return made
