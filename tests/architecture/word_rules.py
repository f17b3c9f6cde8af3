"""How things are called and described: first sentences, names of values, one word for one thing."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from tests.architecture.house import FACE_ROOMS, ROOMS, Module

LONGEST_SENTENCE = 20
"""Words of a docstring's first sentence; a span of code counts as one."""

LONGEST_SUBJECT = 72
"""Characters of the first line of a commit message."""

VAGUE_VALUES = frozenset({"found", "each", "said", "asked", "wanted", "given", "told", "held", "noted"})
"""They say what happened to a value, not what it is; the noun is ``match``, ``entry``, ``text``, ``identifier`` …"""

VAGUE_MODULES = frozenset({"desk", "pace", "shown", "written", "offers", "among", "horizon", "keeping"})
"""Names that the house had once, and that a newcomer could not explain."""

SHARED_MODULES = frozenset({*ROOMS, *FACE_ROOMS, "facts", "feature", "port", "wording", "__init__", "__main__"})
"""The rooms, which mean the same in every package."""

_CODE = re.compile(r"``.+?``|`[^`\s][^`]*`", re.DOTALL)
_END = re.compile(r"[.!?][\"')»”]*(?=\s+[^a-z\s]|\s*$)|\n\s*\n|::(?=\s*\n)")
_WORD = re.compile(r"\w")

Described = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def long_first_sentence(module: Module) -> Iterator[str]:
    """The first sentence of a docstring has at most 20 words."""
    for line, text in docstrings(module):
        count = words_in(first_sentence(text))
        if count > LONGEST_SENTENCE:
            yield f"line {line}: the first sentence has {count} words"


def docstrings(module: Module) -> Iterator[tuple[int, str]]:
    """Line and text of each string that describes a module, class, function, constant or field."""
    for scope in module.nodes:
        for statement in scope.body if isinstance(scope, Described) else ():
            match statement:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    yield statement.lineno, text


def first_sentence(text: str) -> str:
    """Return the text up to its first full stop, blank line or block of code.

    A span of code becomes one word.
    """
    plain = _CODE.sub("Code", text.strip())
    end = _END.search(plain)
    return plain[: end.start()] if end else plain


def words_in(sentence: str) -> int:
    return sum(1 for token in sentence.split() if _WORD.search(token))


def vague_value(module: Module) -> Iterator[str]:
    """A parameter, variable or attribute has a noun for its name, not found, each, said, asked, wanted, …"""
    for node in module.nodes:
        for name in _names_bound_by(node):
            if name in VAGUE_VALUES:
                yield f"line {getattr(node, 'lineno', 0)}: a value is called {name}"


def _names_bound_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


def vague_module(module: Module) -> Iterator[str]:
    """No module is called desk, pace, shown, written, offers, among, horizon or keeping."""
    name = PurePosixPath(module.path).stem
    if name in VAGUE_MODULES:
        yield f"the module is called {name}"


def shared_module_names(modules: Iterable[Module]) -> list[str]:
    """One name, one module, but for the rooms."""
    places: dict[str, list[str]] = defaultdict(list)
    for module in modules:
        name = PurePosixPath(module.path).stem
        if name not in SHARED_MODULES:
            places[name].append(module.path)
    return _shared(places)


def shared_class_names(modules: Iterable[Module]) -> list[str]:
    """One name, one class, but for ``Meta`` inside another."""
    places: dict[str, list[str]] = defaultdict(list)
    for module in modules:
        for node in module.nodes:
            if isinstance(node, ast.ClassDef) and node.name != "Meta":
                places[node.name].append(module.path)
    return _shared(places)


def _shared(places: dict[str, list[str]]) -> list[str]:
    return [f"{name}: {', '.join(paths)}" for name, paths in sorted(places.items()) if len(paths) > 1]


def long_subject(subject: str) -> Iterator[str]:
    """The first line of a commit message has at most 72 characters."""
    if len(subject) > LONGEST_SUBJECT:
        yield f"{len(subject)} characters: {subject}"


def glossary_paths(text: str) -> list[str]:
    """Return the paths in a glossary: code that ends in ``.py`` or with a slash."""
    return re.findall(r"`([a-z_/]+(?:\.py|/))`", text)


def glossary_terms(text: str) -> list[str]:
    """Return the terms that a glossary explains, in bold at the beginning of an entry."""
    heads = re.findall(r"^- (.*?):", text, re.MULTILINE)
    return [term for head in heads for term in re.findall(r"\*\*(.+?)\*\*", head)]
