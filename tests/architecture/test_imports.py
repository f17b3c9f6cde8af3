"""Who imports what, and snippets that each rule must refuse or let pass."""

import pytest

from tests.architecture import import_rules as rules
from tests.architecture.house import SOURCE, Module, Rule, expect_kept, faults, modules

pytestmark = pytest.mark.slow


def test_flask_is_imported_by_faces_and_the_web_layer_only() -> None:
    expect_kept(rules.flask_outside_the_web, *SOURCE)


def test_libraries_that_reach_the_outside_world_are_imported_by_engines_only() -> None:
    expect_kept(rules.client_outside_engines, *SOURCE)


def test_mail_leaves_by_one_room_only() -> None:
    expect_kept(rules.smtp_outside_the_mailer, *SOURCE)


def test_sqlite3_is_imported_by_engines_and_the_database_module_only() -> None:
    expect_kept(rules.sqlite_outside_its_keepers, *SOURCE)


def test_rq_and_redis_are_imported_by_workers_only() -> None:
    expect_kept(rules.queue_outside_workers, *SOURCE)


def test_settings_are_read_only_where_a_process_begins() -> None:
    expect_kept(rules.settings_outside_starts, *SOURCE)


def test_the_dataset_package_is_pure() -> None:
    expect_kept(rules.impure_dataset, *SOURCE)


def test_every_rules_module_is_pure() -> None:
    expect_kept(rules.impure_rules, *SOURCE)


def test_faces_are_imported_by_the_app_only() -> None:
    expect_kept(rules.faces_imported, *SOURCE)


def test_schemas_are_imported_by_faces_only() -> None:
    expect_kept(rules.schemas_imported, *SOURCE)


def test_schemas_know_neither_the_database_nor_the_verbs() -> None:
    expect_kept(rules.schemas_reaching_out, *SOURCE)


def test_models_do_not_look_things_up() -> None:
    expect_kept(rules.model_looking_up, *SOURCE)


def test_models_and_queries_import_no_verb_of_their_feature() -> None:
    verbs = frozenset(each.name for each in modules("repository") if rules.is_verb_file(each))
    broken = [
        f"{module.path}: {fault}" for module in modules("repository") for fault in rules.verbs_below(module, verbs)
    ]
    assert broken == []


def test_what_features_contribute_is_collected_in_one_list() -> None:
    expect_kept(rules.feature_imported, *SOURCE)


def test_migrations_import_only_the_core_models_and_the_list_of_features() -> None:
    expect_kept(rules.migration_reaching_out, "migrations")


def test_an_import_inside_a_function_gives_its_reason() -> None:
    expect_kept(rules.hidden_import, *SOURCE)


def test_below_the_web_layer_nothing_knows_an_http_status() -> None:
    expect_kept(rules.status_below_the_web, *SOURCE)


REFUSED: list[tuple[Rule, str, str]] = [
    (rules.flask_outside_the_web, "repository/files/uploads.py", "from flask import request"),
    (rules.flask_outside_the_web, "repository/files/queries.py", "import werkzeug.exceptions"),
    (rules.flask_outside_the_web, "workers/runner.py", "import flask"),
    (rules.client_outside_engines, "repository/identifiers/register.py", "import httpx2"),
    (rules.client_outside_engines, "repository/faces/oai/routes.py", "from boto3.s3 import transfer"),
    (rules.client_outside_engines, "workers/mail.py", "from smtplib import SMTP"),
    (rules.smtp_outside_the_mailer, "repository/engines/registrars/mail.py", "import smtplib"),
    (rules.sqlite_outside_its_keepers, "repository/faces/api/search/routes.py", "import sqlite3"),
    (rules.sqlite_outside_its_keepers, "repository/core/unit_of_work.py", "import sqlite3"),
    (rules.queue_outside_workers, "repository/bootstrap.py", "from redis import Redis"),
    (rules.queue_outside_workers, "repository/core/facts.py", "import rq.job"),
    (rules.settings_outside_starts, "repository/files/uploads.py", "from config import settings"),
    (rules.settings_outside_starts, "repository/app.py", "import config.settings"),
    (rules.settings_outside_starts, "workers/relay.py", "from config.settings import Settings"),
    (rules.impure_dataset, "repository/dataset/a.py", "from sqlalchemy.orm import Session"),
    (rules.impure_dataset, "repository/dataset/a.py", "from repository.core import errors"),
    (rules.impure_dataset, "repository/dataset/formats/a.py", "from ...core import errors"),
    (rules.impure_rules, "repository/files/rules.py", "from sqlalchemy import select"),
    (rules.impure_rules, "repository/files/rules.py", "import flask"),
    (rules.impure_rules, "repository/files/rules.py", "from repository.files.model import File"),
    (rules.impure_rules, "repository/files/rules.py", "from . import model"),
    (
        rules.impure_rules,
        "repository/a/upload_rules.py",
        "from repository.core.unit_of_work import W",
    ),
    (rules.faces_imported, "repository/bootstrap.py", "from repository.faces import api"),
    (rules.faces_imported, "repository/records/exports.py", "from repository.faces.api.records.routes import a"),
    (rules.faces_imported, "workers/a.py", "import repository.faces.pages.landing.views"),
    (rules.faces_imported, "repository/files/uploads.py", "from repository.faces.api import drafts"),
    (rules.schemas_imported, "repository/files/uploads.py", "from repository.faces.api.drafts.schemas import A"),
    (rules.schemas_imported, "workers/a.py", "from repository.faces.api.records import schemas"),
    (rules.schemas_reaching_out, "repository/faces/api/draft_files/schemas.py", "import sqlalchemy"),
    (
        rules.schemas_reaching_out,
        "repository/faces/api/draft_files/schemas.py",
        "from repository.files.queries import entries_of",
    ),
    (rules.model_looking_up, "repository/files/model.py", "from repository.files import queries"),
    (
        rules.model_looking_up,
        "repository/files/model.py",
        "from repository.core.unit_of_work import W",
    ),
    (rules.migration_reaching_out, "migrations/env.py", "from repository.files import uploads"),
    (rules.migration_reaching_out, "migrations/versions/a.py", "import repository.bootstrap"),
    (rules.migration_reaching_out, "migrations/env.py", "import workers.relay"),
    (rules.migration_reaching_out, "migrations/versions/a.py", "from repository.features import FEATURES"),
    (rules.feature_imported, "workers/relay.py", "from repository.files.feature import FEATURE"),
    (rules.feature_imported, "repository/files/uploads.py", "from repository.files import feature"),
    (rules.hidden_import, "repository/a.py", "def f() -> None:\n    import json\n"),
    (rules.hidden_import, "repository/a.py", "def f():\n    # heavy\n    from json import load\n"),
    (
        rules.hidden_import,
        "workers/a.py",
        "class A:\n    async def f(self):\n        import json\n",
    ),
    (rules.status_below_the_web, "repository/files/uploads.py", "abort(404)"),
    (rules.status_below_the_web, "repository/files/uploads.py", "raise Refused('no', status=409)"),
    (rules.status_below_the_web, "repository/a/publish.py", "from http import HTTPStatus"),
    (rules.status_below_the_web, "repository/a/publish.py", "reply(status_code=201)"),
]

LET_PASS: list[tuple[Rule, str, str]] = [
    (rules.flask_outside_the_web, "repository/faces/oai/routes.py", "from flask import request"),
    (rules.flask_outside_the_web, "repository/faces/pages/landing/rendering.py", "import flask"),
    (rules.flask_outside_the_web, "repository/core/web/responses.py", "import flask"),
    (rules.flask_outside_the_web, "repository/files/uploads.py", "import flaskless"),
    (rules.client_outside_engines, "repository/engines/store/s3_store.py", "import boto3"),
    (rules.smtp_outside_the_mailer, "repository/engines/mail/smtp_mailer.py", "import smtplib"),
    (rules.sqlite_outside_its_keepers, "repository/core/database/engine.py", "import sqlite3"),
    (rules.queue_outside_workers, "workers/queue.py", "import rq"),
    (
        rules.settings_outside_starts,
        "repository/bootstrap.py",
        "from config.settings import Settings",
    ),
    (rules.settings_outside_starts, "repository/cli/serve.py", "import config"),
    (rules.impure_dataset, "repository/dataset/a.py", "from repository.dataset import dates"),
    (
        rules.impure_rules,
        "repository/files/rules.py",
        "from repository.core.errors import Gone",
    ),
    (rules.impure_rules, "repository/deposits/rules.py", "from repository.files.rules import a"),
    (rules.impure_rules, "repository/core/web/request_parsing.py", "import werkzeug.routing"),
    (rules.faces_imported, "repository/app.py", "from repository.faces.pages.landing import views"),
    (
        rules.faces_imported,
        "repository/faces/api/search/routes.py",
        "from repository.faces.api.records.routes import a",
    ),
    (
        rules.schemas_imported,
        "repository/faces/api/drafts/routes.py",
        "from repository.faces.api.records import schemas",
    ),
    (rules.migration_reaching_out, "migrations/env.py", "from repository.files import model"),
    (rules.migration_reaching_out, "migrations/models.py", "from repository.features import FEATURES"),
    (rules.feature_imported, "repository/features.py", "from repository.files.feature import FEATURE"),
    (rules.feature_imported, "repository/files/feature.py", "from repository.feature import Feature"),
    (rules.migration_reaching_out, "migrations/env.py", "import repository.core.database.engine"),
    (rules.migration_reaching_out, "migrations/versions/a.py", "from alembic import op"),
    (rules.hidden_import, "repository/a.py", "import json"),
    (
        rules.hidden_import,
        "repository/a.py",
        "def f():\n    # imported here: needs a second to load\n    import json\n",
    ),
    (
        rules.hidden_import,
        "repository/a.py",
        "def f():\n    import json  # imported here: needs a second to load\n",
    ),
    (rules.status_below_the_web, "repository/faces/api/records/routes.py", "reply(status=201)"),
    (rules.status_below_the_web, "repository/files/uploads.py", "Row(status='open')"),
    (rules.status_below_the_web, "repository/engines/a.py", "from http import HTTPStatus"),
]


@pytest.mark.parametrize(("rule", "path", "text"), REFUSED)
def test_each_rule_refuses_what_breaks_it(rule: Rule, path: str, text: str) -> None:
    assert len(list(rule(Module(path, text)))) == 1


@pytest.mark.parametrize(("rule", "path", "text"), LET_PASS)
def test_each_rule_lets_pass_what_keeps_it(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Module(path, text))) == []


def test_every_rule_has_a_snippet_that_breaks_it() -> None:
    broken = {rule.__name__ for rule, _, _ in REFUSED}
    defined = {
        name
        for name, each in vars(rules).items()
        if getattr(each, "__module__", "") == rules.__name__
        and name[0] != "_"
        and not name.startswith(("is_", "room_"))
        and name != "verbs_below"
    }
    assert broken == defined


def test_a_verb_file_is_one_that_works_on_the_database_and_is_no_other_room() -> None:
    database = "from repository.core.unit_of_work import Work"
    assert rules.is_verb_file(Module("repository/files/uploads.py", database))
    assert not rules.is_verb_file(Module("repository/files/queries.py", database))
    assert not rules.is_verb_file(Module("repository/faces/api/draft_files/serializers.py", "import json"))
    assert not rules.is_verb_file(Module("repository/engines/a/b.py", database))


def test_a_query_that_imports_a_verb_is_refused() -> None:
    verbs = frozenset({"repository.files.uploads", "repository.access.principals"})
    below = Module("repository/files/queries.py", "from repository.files.uploads import begin")
    beside = Module("repository/files/queries.py", "from repository.access import principals")
    assert list(rules.verbs_below(below, verbs)) == ["line 1 imports repository.files.uploads.begin"]
    assert list(rules.verbs_below(beside, verbs)) == []


def test_the_source_is_looked_at_and_a_fault_names_its_file() -> None:
    found = faults(lambda module: iter([f"is {module.name}"]), "repository")
    assert "repository/__init__.py: is repository" in found
    assert len(found) > 30
