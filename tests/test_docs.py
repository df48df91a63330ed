"""Documentation names files, functions and links that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("*/**/README.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in PAGES if not {".venv", "node_modules"} & set(page.relative_to(ROOT).parts)]


def defined_in(path: Path) -> set[str]:
    """Top-level functions, classes and constants of a module, and ``Class.method``."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
    return names


def code_references() -> list[tuple[str, str]]:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    return re.findall(r"`([\w/]+\.py): ([\w.]+)`", text)


@pytest.mark.parametrize(
    ("module", "name"), [pair for pair in code_references() if pair[0] != "training/health/NAME.py"]
)
def test_architecture_page_names_code_that_exists(module: str, name: str) -> None:
    assert name in defined_in(ROOT / "genstudio" / module)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_and_paths_in_documentation_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []
    roots = (ROOT, ROOT / "genstudio", page.parent)
    paths = [path for path in re.findall(r"`([\w-]+(?:/[\w.-]+)+\.(?:py|md|toml))[`:]", text) if "NAME" not in path]
    assert [path for path in paths if not any((root / path).exists() for root in roots)] == []
