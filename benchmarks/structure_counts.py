"""Counts of the code's structure: lines, docstrings, folders, files with one importer, import cycles.

    python benchmarks/structure_counts.py

Prints one JSON object, so that two commits can be compared. ``docstrings`` counts first lines that can't be read alone by
the rule of ``docs/glossary.md``; ``one_importer`` counts files that exactly one other file imports, an indication that two
files are halves of one idea; ``cycles`` counts strongly connected groups of modules, imports for types included.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

from common import ROOT, report

BEGINS = re.compile(r"(What|Whether|Whose|Which|How|Who|Those|The same)\b")
CONTAINS = re.compile(r"\b(nobody|somebody|whoever|anew|manieth|amid|oftener|nought)\b", re.I)
DEFINITIONS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstrings(files: list[Path]) -> dict[str, int]:
    """Number of docstrings, and of those whose first line breaks the rule."""
    found, odd = 0, 0
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, DEFINITIONS) and (text := ast.get_docstring(node)):
                first = text.split("\n")[0]
                found += 1
                odd += bool(BEGINS.match(first) or CONTAINS.search(first))
    return {"all": found, "not_readable_alone": odd}


def imports() -> dict[str, Any]:
    """Files with exactly one importer, and import cycles."""
    import grimp

    graph = grimp.build_graph("genstudio", exclude_type_checking_imports=False)
    importers = {module: graph.find_modules_that_directly_import(module) for module in graph.modules}
    return {
        "one_importer": sum(len(found) == 1 for found in importers.values()),
        "cycles": cycles({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}),
    }


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected components of more than one node (Tarjan 1972), sorted."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in graph[node]:
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            component = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(component) > 1:
                found.append(sorted(component))

    for node in graph:
        if node not in index:
            visit(node)
    return sorted(found)


def main() -> None:
    files = sorted((ROOT / "genstudio").rglob("*.py"))
    names = Counter(path.stem for path in files if path.name != "__init__.py")
    side_by_side = Counter(str(path.parent.relative_to(ROOT)) for path in files)
    report(
        "structure_counts",
        {
            "files": len(files),
            "lines": sum(path.read_text(encoding="utf-8").count("\n") for path in files),
            "docstrings": docstrings(files),
            "files_side_by_side": dict(side_by_side.most_common(6)),
            "file_names_used_more_than_once": {name: count for name, count in sorted(names.items()) if count > 2},
            **imports(),
        },
    )


if __name__ == "__main__":
    import sys

    sys.setrecursionlimit(10_000)
    main()
