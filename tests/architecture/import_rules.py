"""Who may import what, as far as file names tell; `test_layers` has the order of packages."""

import ast
from collections.abc import Iterator

from tests.architecture.house import FACE_ROOMS, Module, room_of

WEB = ("repository/core/web/", "repository/faces/", "repository/app.py", "repository/wsgi.py")

PURE = (
    "repository.access.policy",
    "repository.access.access_terms",
    "repository.crosswalks",
    "repository.dataset",
    "repository.core.actor",
    "repository.core.clock",
    "repository.core.errors",
    "repository.core.site",
)
"""What of ours a `rules.py` may import, beside other rules; import-linter follows the detours."""

IMPURE_LIBRARIES = ("sqlalchemy", "flask", "werkzeug", "marshmallow", "alembic", "structlog")

CLIENTS = (
    "boto3",
    "botocore",
    "elasticsearch",
    "elastic_transport",
    "httpx",
    "httpx2",
    "requests",
    "smtplib",
)

STARTS = (
    "repository/bootstrap.py",
    "repository/wsgi.py",
    "repository/__main__.py",
    "repository/cli/",
    "workers/__main__.py",
    "workers/start.py",
    "config/",
    "migrations/env.py",
)
"""Where a process begins, and may read its settings."""


def is_web(module: Module) -> bool:
    return module.under(*WEB)


def _outside(module: Module, *packages: str) -> Iterator[str]:
    for each in module.imports:
        if each.within(*packages):
            yield f"line {each.line} imports {each.name}"


def flask_outside_the_web(module: Module) -> Iterator[str]:
    """Flask and Werkzeug are imported by faces, the app and core/web only."""
    if not is_web(module):
        yield from _outside(module, "flask", "werkzeug")


def client_outside_engines(module: Module) -> Iterator[str]:
    """Libraries that talk to the outside world are imported by engines only."""
    if not module.under("repository/engines/"):
        yield from _outside(module, *CLIENTS)


def smtp_outside_the_mailer(module: Module) -> Iterator[str]:
    """smtplib is imported by engines/mail only."""
    if not module.under("repository/engines/mail/"):
        yield from _outside(module, "smtplib")


def sqlite_outside_its_keepers(module: Module) -> Iterator[str]:
    """sqlite3 is imported by engines and core/database only."""
    if not module.under("repository/engines/", "repository/core/database/"):
        yield from _outside(module, "sqlite3")


def queue_outside_workers(module: Module) -> Iterator[str]:
    """rq and redis are imported by workers only, redis by the adapter that counts calls in one too."""
    if not module.under("workers/"):
        yield from _outside(module, "rq", *(() if module.under("repository/engines/limits/") else ("redis",)))


def settings_outside_starts(module: Module) -> Iterator[str]:
    """Settings are read where a process begins, and nowhere else."""
    if not module.under(*STARTS):
        yield from _outside(module, "config")


def impure_dataset(module: Module) -> Iterator[str]:
    """The dataset package is pure: no database, no web, nothing else of ours."""
    if module.under("repository/dataset/"):
        yield from _outside(module, *IMPURE_LIBRARIES, "config", "workers", "migrations")
        for each in module.imports:
            if each.within("repository") and not each.within("repository.dataset"):
                yield f"line {each.line} imports {each.name}"


def impure_rules(module: Module) -> Iterator[str]:
    """A rules.py decides on plain values: it imports the dataset, values and other rules only."""
    if module.room != "rules":
        return
    yield from _outside(module, *IMPURE_LIBRARIES, "config", "workers", "migrations")
    for each in module.imports:
        is_allowed = each.within(*PURE) or room_of(each.name) == "rules"
        if each.within("repository") and not is_allowed:
            yield f"line {each.line} imports {each.name}"


def faces_imported(module: Module) -> Iterator[str]:
    """Faces are imported by the app and by faces only."""
    if not module.under("repository/app.py", "repository/faces/"):
        yield from _outside(module, "repository.faces")


def schemas_imported(module: Module) -> Iterator[str]:
    """Schemas are imported by routes, serializers and other schemas only."""
    if module.room in FACE_ROOMS or module.path == "repository/app.py":
        return
    for each in module.imports:
        if room_of(each.name) == "schemas":
            yield f"line {each.line} imports {each.name}"


def schemas_reaching_out(module: Module) -> Iterator[str]:
    """A schema knows neither the database nor the verbs."""
    if module.room == "schemas":
        yield from _outside(module, "sqlalchemy", "flask", "repository.core.unit_of_work")
        for each in module.imports:
            if room_of(each.name) in ("queries", "routes", "views"):
                yield f"line {each.line} imports {each.name}"


def model_looking_up(module: Module) -> Iterator[str]:
    """A model imports no queries; tables know nothing of who reads them."""
    if module.room == "model":
        for each in module.imports:
            if room_of(each.name) == "queries" or each.within("repository.core.unit_of_work"):
                yield f"line {each.line} imports {each.name}"


def verbs_below(module: Module, verbs: frozenset[str]) -> Iterator[str]:
    """Models and queries import none of their feature's verb files, whose names are in `verbs`."""
    if module.room in ("model", "queries"):
        own = [verb for verb in verbs if verb.startswith(f"{module.feature}.")]
        for each in module.imports:
            if each.within(*own):
                yield f"line {each.line} imports {each.name}"


def is_verb_file(module: Module) -> bool:
    """It changes the world: it works on the database and is no other room."""
    database = any(each.within("repository.core.unit_of_work") for each in module.imports)
    return module.feature is not None and module.room is None and database


def feature_imported(module: Module) -> Iterator[str]:
    """What a feature contributes is imported by the list of features only."""
    if module.path != "repository/features.py":
        for each in module.imports:
            if room_of(each.name) == "feature":
                yield f"line {each.line} imports {each.name}"


def migration_reaching_out(module: Module) -> Iterator[str]:
    """Migrations import of ours only the core and models; the gathering of all tables also the list of features."""
    if module.under("migrations/"):
        gathers = module.path == "migrations/models.py"
        for each in module.imports:
            is_core = each.within("repository.core", "repository.operation.model")
            is_list = gathers and each.within("repository.features")
            is_allowed = is_core or is_list or room_of(each.name) == "model"
            if each.within("repository", "workers") and not is_allowed:
                yield f"line {each.line} imports {each.name}"


def hidden_import(module: Module) -> Iterator[str]:
    """An import inside a function gives its reason, '# imported here: …', there or above."""
    for each in module.imports:
        near = module.lines[max(each.line - 2, 0) : each.line]
        if each.hidden and not any("# imported here: " in line for line in near):
            yield f"line {each.line} imports {each.name} without a reason"


def status_below_the_web(module: Module) -> Iterator[str]:
    """Below the web layer nothing knows a status of HTTP; engines may read those of others."""
    if is_web(module):
        return
    if not module.under("repository/engines/", "repository/cli/"):
        yield from _outside(module, "http.HTTPStatus")
    for node in module.nodes:
        if isinstance(node, ast.Call) and _says_a_status(node):
            yield f"line {node.lineno} answers with a status"


def _says_a_status(call: ast.Call) -> bool:
    named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return named == "abort" or any(
        keyword.arg in ("status", "status_code", "http_status")
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, int)
        and 100 <= keyword.value.value < 600
        for keyword in call.keywords
    )
