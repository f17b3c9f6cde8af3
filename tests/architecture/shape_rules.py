"""How code is shaped: sizes, names, docstrings, and constructs that the house does without."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.house import Function, Module

LONGEST_MODULE = 350
LONGEST_FUNCTION = 50
NEEDS_DOCSTRING = 8

EMPTY_NAMES = frozenset(
    plural for name in ("manager", "handler", "processor", "util", "helper", "misc") for plural in (name, name + "s")
)


def length(function: Function) -> int:
    """Lines from ``def`` to the end, decorators not counted."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def long_module(module: Module) -> Iterator[str]:
    """No module is longer than 350 lines."""
    if len(module.lines) > LONGEST_MODULE:
        yield f"{len(module.lines)} lines"


def long_function(module: Module) -> Iterator[str]:
    """No function is longer than 50 lines; a migration lists what it changes, however much."""
    for function in () if module.under("migrations/versions/") else module.functions:
        if length(function) > LONGEST_FUNCTION:
            yield f"line {function.lineno}: {function.name} has {length(function)} lines"


def empty_name(module: Module) -> Iterator[str]:
    """Nothing is called a manager, handler, processor, util, helper or misc."""
    definitions = [n for n in module.nodes if isinstance(n, Function | ast.ClassDef)]
    names = [*module.name.split("."), *(each.name for each in definitions)]
    for name in names:
        if EMPTY_NAMES & set(words_of(name)):
            yield f"the name {name}"


def words_of(name: str) -> list[str]:
    """``parse_HTTPHeader`` -> parse, http, header."""
    return [each.lower() for each in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def missing_docstring(module: Module) -> Iterator[str]:
    """Public modules, and public functions and classes over 8 lines, say what they are for."""
    if module.tree.body and not ast.get_docstring(module.tree):
        yield "the module has no docstring"
    for node in _public(module.tree):
        if not ast.get_docstring(node) and not _speaks_for_itself(node):
            yield f"line {node.lineno}: {node.name} has no docstring"


def _public(scope: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    for node in scope.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def _speaks_for_itself(node: Function | ast.ClassDef) -> bool:
    """Short; a route described to its clients; or alternatives or promises its module tells of."""
    if (node.end_lineno or 0) - node.lineno + 1 <= NEEDS_DOCSTRING or _is_described(node):
        return True
    bases = [ast.unparse(base) for base in getattr(node, "bases", [])]
    return any(base in ("Protocol", "StrEnum") for base in bases)


def _is_described(node: Function | ast.ClassDef) -> bool:
    """A decorator was given a sentence, which the API's description shows."""
    return any(
        isinstance(each, ast.Constant) and isinstance(each.value, str) and " " in each.value
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        for each in (*decorator.args, *(keyword.value for keyword in decorator.keywords))
    )


def printing(module: Module) -> Iterator[str]:
    """Only commands print."""
    if not module.under("repository/cli/", "repository/__main__.py"):
        for call in _calls(module, "print"):
            yield f"line {call.lineno} prints"


def pausing(module: Module) -> Iterator[str]:
    """Nothing sleeps: what waits, waits for something."""
    asleep = "time.sleep"
    for each in module.imports:
        if each.name == asleep:
            yield f"line {each.line} imports {asleep}"
    for call in _calls(module, asleep):
        yield f"line {call.lineno} sleeps"


def committing(module: Module) -> Iterator[str]:
    """Transactions are committed in repository/core/unit_of_work.py only."""
    if module.path != "repository/core/unit_of_work.py":
        for node in module.nodes:
            if isinstance(node, ast.Attribute) and node.attr == "commit":
                yield f"line {node.lineno} commits"


def replying_in_a_transaction(module: Module) -> Iterator[str]:
    """Replies are serialised after the transaction ends: one that is large must not keep other writers waiting."""
    for block in module.nodes:
        if isinstance(block, ast.With) and any(_opens_a_transaction(item.context_expr) for item in block.items):
            for call in ast.walk(block):
                if isinstance(call, ast.Call) and _serialises(ast.unparse(call.func)):
                    yield f"line {call.lineno} serialises in a transaction"


def _opens_a_transaction(expression: ast.expr) -> bool:
    called = ast.unparse(expression.func) if isinstance(expression, ast.Call) else ""
    return called.endswith(".transaction")


def _serialises(called: str) -> bool:
    return called.endswith(("_json", "_reply", "orjson.dumps"))


def dating(module: Module) -> Iterator[str]:
    """What catalogues follow versions by is changed in repository/records/change_tracking.py only."""
    if module.path != "repository/records/change_tracking.py":
        for node in module.nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_date(node):
                yield f"line {node.lineno} dates a version"


def _is_date(node: ast.Attribute) -> bool:
    return node.attr == "datestamp" or (node.attr == "updated" and "version" in ast.unparse(node.value))


def swallowing(module: Module) -> Iterator[str]:
    """No error is caught without a name, and none of the broad ones is passed over."""
    for node in module.nodes:
        if isinstance(node, ast.ExceptHandler):
            if node.type is None:
                yield f"line {node.lineno} catches everything"
            elif ast.unparse(node.type) in _BROAD and _does_nothing(node.body):
                yield f"line {node.lineno} passes over {ast.unparse(node.type)}"
    for call in (*_calls(module, "suppress"), *_calls(module, "contextlib.suppress")):
        if _BROAD & {ast.unparse(argument) for argument in call.args}:
            yield f"line {call.lineno} passes over every error"


_BROAD = frozenset({"Exception", "BaseException"})


def _does_nothing(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(each, ast.Pass | ast.Continue)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in body
    )


def asserting_nothing(module: Module) -> Iterator[str]:
    """Every test asserts something: by assert, pytest.raises, or a call named check… or expect…."""
    for function in module.functions:
        if function.name.startswith("test_") and not _asserts(function):
            yield f"line {function.lineno}: {function.name} asserts nothing"


def _asserts(function: Function) -> bool:
    called = [ast.unparse(n.func) for n in ast.walk(function) if isinstance(n, ast.Call)]
    return any(isinstance(node, ast.Assert) for node in ast.walk(function)) or any(
        name in ("pytest.raises", "pytest.warns", "pytest.fail")
        or {"check", "expect", "assert"} & set(words_of(name.rpartition(".")[2]))
        for name in called
    )


def _calls(module: Module, name: str) -> Iterator[ast.Call]:
    last = name.rpartition(".")[2]
    for node in module.nodes:
        if isinstance(node, ast.Call) and _last_name(node.func) == last and ast.unparse(node.func) == name:
            yield node


def _last_name(called: ast.expr) -> str:
    return getattr(called, "attr", "") or getattr(called, "id", "")  # an unparsed call costs more than all the rest


_COMPOSERS = frozenset({"select", "insert", "update", "delete", "exists", "text", "bindparam"})


def statement_apart(module: Module) -> Iterator[str]:
    """A composed statement stands beside the first function or class that uses it."""
    body = module.tree.body
    read = [_names_read(node) for node in body]
    for index, node in enumerate(body):
        name = _composed(node, read[index])
        use = next((position for position in range(index + 1, len(body)) if name in read[position]), index)
        if any(isinstance(between, Function | ast.ClassDef) for between in body[index:use]):
            yield f"line {node.lineno}: {name} is used after other definitions"


def _composed(node: ast.stmt, read: set[str]) -> str | None:
    """Return the name of a statement that `node`, which reads these names, composes; None for anything else."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return None
    return node.targets[0].id if _COMPOSERS & read else None


def _names_read(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
