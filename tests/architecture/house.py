"""The source as the rules see it: tracked files, parsed modules, and what they import.

A rule is a function from a `Module` to the faults it finds, so that each can be shown to find one
in a snippet.
"""

import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]

SOURCE = ("repository", "workers", "config", "migrations")
"""What runs in production."""

EVERYTHING = (*SOURCE, "deploy", "tests")

FOUNDATIONS = ("cli", "dataset", "engines", "core", "faces")
"""Packages of `repository` that are no features: the order of rooms does not bind them."""

ROOMS = ("rules", "model", "queries", "feature")

FACE_ROOMS = ("routes", "schemas", "serializers", "views")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Import:
    """One imported name, dotted and absolute: ``a.b`` of ``from a import b``."""

    name: str
    line: int
    hidden: bool
    """it stands inside a function"""

    def within(self, *packages: str) -> bool:
        return any(self.name == package or self.name.startswith(package + ".") for package in packages)


@dataclass(frozen=True)
class Module:
    """A Python file: its path from the root, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree; most of the rules look at each of them."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def name(self) -> str:
        """Dotted, as in ``repository.files.model``."""
        parts = PurePosixPath(self.path).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def feature(self) -> str | None:
        """The feature it belongs to, as in ``repository.files``."""
        parts = self.path.split("/")
        is_one = parts[0] == "repository" and len(parts) > 2 and parts[1] not in FOUNDATIONS
        return ".".join(parts[:2]) if is_one else None

    @property
    def room(self) -> str | None:
        """The room of a feature that it is or lies in."""
        return room_of(self.name)

    def under(self, *places: str) -> bool:
        """Whether it is one of `places`, or lies in one of them that ends with a slash."""
        return any(self.path == p or (p.endswith("/") and self.path.startswith(p)) for p in places)

    @cached_property
    def functions(self) -> list[Function]:
        return [node for node in self.nodes if isinstance(node, Function)]

    @cached_property
    def imports(self) -> list[Import]:
        hidden = {id(node) for function in self.functions for node in ast.walk(function)}
        return [
            Import(name, node.lineno, id(node) in hidden)
            for node in self.nodes
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in self._names(node)
        ]

    def _names(self, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            return
        base = ".".join(filter(None, [self._anchor(node.level), node.module]))
        yield from (f"{base}.{alias.name}" for alias in node.names)

    def _anchor(self, level: int) -> str:
        """The package that a relative import of `level` dots starts from."""
        up = level - 1 if self.path.endswith("__init__.py") else level
        return ".".join(self.name.split(".")[: -up or None]) if level else ""


def room_of(name: str) -> str | None:
    """The room that a dotted name lies in: ``queries`` in ``repository.files.set_queries.show``."""
    parts = name.split(".")
    if parts[:2] == ["repository", "faces"]:
        return next((part for part in reversed(parts) if part in FACE_ROOMS), None)
    if parts[0] != "repository" or len(parts) < 3 or parts[1] in FOUNDATIONS:
        return None
    last = parts[2].rpartition("_")[2]
    return last if last in ROOMS else None


Rule = Callable[[Module], Iterator[str]]


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the project, by its path from the root: what git tracks or would track."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    listed = subprocess.run([*command, "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    return tuple(sorted(p for p in set(listed.stdout.split("\0")) if p and (ROOT / p).is_file()))


tracked()  # git is asked here, before any test: none of them starts a process for it


@cache
def modules(*places: str) -> tuple[Module, ...]:
    """The Python files below the top folders `places`."""
    return tuple(_module(path) for path in tracked() if path.endswith(".py") and path.split("/")[0] in places)


@cache
def _module(path: str) -> Module:
    """One file, read and parsed once for all rules."""
    return Module(path, (ROOT / path).read_text("utf-8"))


def faults(rule: Rule, *places: str) -> list[str]:
    """What `rule` finds in the modules below `places`, each with its file."""
    found = modules(*places)
    assert found, f"there is no Python file below {places}"
    return [f"{module.path}: {fault}" for module in found for fault in rule(module)]


def expect_kept(rule: Rule, *places: str) -> None:
    """No module below `places` breaks `rule`; the failure lists all that do."""
    found = faults(rule, *places)
    assert not found, "\n".join(["", rule.__doc__ or rule.__name__, *found])
