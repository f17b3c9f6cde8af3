"""The sentences that the source writes for people who meet an error, read from its syntax trees."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2] / "repository"
FOR_NO_READER = {
    "cli": "commands speak English, to operators",
    "client": "commands speak English",
    "webhooks/hook_kinds.py": "reasons for whoever reads the source",
    "audit/audit_condition.py": "conditions are for operators and their monitors",
    "backup": "backups are written by commands",
    "engines/conditions": "conditions are for operators and their monitors",
    "engines/search/elasticsearch/hindrances.py": "conditions are for operators and their monitors",
    "files/file_conditions.py": "conditions are for operators and their monitors",
    "sharing/ownership/ownerless.py": "conditions are for operators and their monitors",
    "publication/registration_condition.py": "conditions are for operators and their monitors",
    "engines/copies": "backups are written by commands",
    "engines/limits/redis_counter.py": "conditions are for operators and their monitors",
    "engines/inspector/cage": "a caged child speaks to nobody",
    "engines/archive": "archives are written by jobs",
    "engines/mail": "what mail servers answered is kept for operators",
    "engines/outgoing/guarded_post.py": "what addresses answered is kept for administrators",
    "webhooks/deliver_hooks.py": "what addresses answered is kept for administrators",
    "engines/public_names": "what registers answered is kept for operators",
    "engines/registrars": "what registrars answered is kept for operators",
    "faces/counted_calls.py": "names of metrics, for operators",
    "notifications/account_kinds.py": "each sentence stands beside its own translation",
    "notifications/dataset_kinds.py": "each sentence stands beside its own translation",
    "notifications/account_links.py": "each sentence stands beside its own translation",
    "notifications/request_kinds.py": "each sentence stands beside its own translation",
    "notifications/site_kinds.py": "each sentence stands beside its own translation",
    "notifications/send_notices.py": "each sentence stands beside its own translation",
    "notifications/shown_notices.py": "each sentence stands beside its own translation",
    "faces/api/notifications/unsubscribe_page.py": "each sentence stands beside its own translation",
    "notifications/mail_condition.py": "conditions are for operators and their monitors",
    "engines/sign_in": "why a provider cannot be used is logged for operators; people are told of other ways",
    "faces/oai": "the errors of OAI-PMH are for harvesters",
    "faces/api/openapi.py": "the description of the API is English",
    "faces/reasons": "the translations themselves",
    "faces/api/publication/schemas.py": "the description of the API is English",
    "core/web/request_log.py": "names of metrics, for operators",
    "core/web/connections": "what was refused has no language: its headers were not read",
    "dataset/description.py": "a sentence of exported documents",
    "dataset/formats/citation/availability.py": "statements about data are English",
    "dataset/formats/datacite": "wrong code, not a wrong request",
    "dataset/formats/geometries.py": "wrong code, not a wrong request",
    "dataset/formats/citation/recommended.py": "parts of citations",
    "dataset/formats/packages": "parts of exported documents",
    "dataset/formats/rdf": "syntax of Turtle",
    "dataset/formats/signposting.py": "wrong code, not a wrong request",
    "dataset/tombstones.py": "a sentence of exported documents",
    "faces/pages/landing/rendering.py": "wrong code, not a wrong request",
    "faces/pages/landing/licence_words.py": "each sentence stands beside its own translation",
    "faces/pages/shell/languages.py": "wrong code, not a wrong request",
    "files/fixity.py": "notes of preservation events",
    "files/removal.py": "notes of preservation events",
    "files/store_check.py": "notes of preservation events",
    "identifiers/register.py": "what registrars answered is kept for operators",
}
"""A file or folder whose sentences reach nobody who chose a language -> why."""
_NOT_SAID = frozenset({"description", "metadata", "help", "summary"})
"""Keyword arguments that describe the code or the API."""
_ERRORS = frozenset({"FieldError", "of", "field", "refused", "ValidationError", "Misread", "BadRequest"})


@dataclass(frozen=True, slots=True)
class WrittenReason:
    """A sentence at its place, with the places of an f-string as ``{}``."""

    place: str
    text: str

    def example(self, values: str = "⟨{}⟩") -> str:
        """Return the sentence with something in each of its places."""
        parts = self.text.split("{}")
        return "".join(part + (values.format(n) if n < len(parts) - 1 else "") for n, part in enumerate(parts))


def written_reasons() -> Iterator[WrittenReason]:
    """Yield every sentence of the house that may be told to a reader."""
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.endswith(("_commands.py", "wording.py")) and not any(_inside(name, part) for part in FOR_NO_READER):
            yield from reasons_in(path.read_text("utf-8"), name)


def reasons_in(source: str, name: str) -> Iterator[WrittenReason]:
    """Yield the sentences of a module: texts that end as one, arguments of errors, clauses of syntax errors."""
    for node in _spoken(ast.parse(source)):
        if isinstance(node, ast.Call):
            texts = [text for argument in node.args for text in _texts(argument) if _name(node.func) in _ERRORS]
            kinds = [text for text in texts if " " in text]
        else:
            kinds = [text for text in _texts(node) if _is_sentence(text) or (_is_clause(text) and "syntax" in name)]
        yield from (WrittenReason(f"{name}:{node.lineno}", text) for text in kinds)


def _inside(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}/")


def _spoken(node: ast.AST) -> Iterator[ast.expr]:
    """Yield calls and texts below `node`, without docstrings and without descriptions."""
    for child in ast.iter_child_nodes(node):
        documents = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if documents or (isinstance(child, ast.keyword) and child.arg in _NOT_SAID):
            continue
        if isinstance(child, ast.Call | ast.Constant | ast.JoinedStr):
            yield child
        if isinstance(child, ast.JoinedStr):
            for part in child.values:
                yield from _spoken(part) if isinstance(part, ast.FormattedValue) else ()
        else:
            yield from _spoken(child)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_sentence(text: str) -> bool:
    words = text.replace("{}", "x")
    return (
        " " in words
        and words.endswith(".")
        and "\n" not in words
        and re.match(r"[A-Z'\"x]|its |doi:", words) is not None
    )


def _is_clause(text: str) -> bool:
    return text.count(" ") > 3 and "\n" not in text
