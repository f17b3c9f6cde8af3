"""What a process loads at its start: client libraries only where a setting chooses their engine."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from repository.people.accounts import NO_PASSWORD, _hasher
from tests.support.web_server import environment_of

pytestmark = pytest.mark.process

NEVER_ON_EMBEDDED_ENGINES = (
    "alembic",
    "authlib",
    "boto3",
    "botocore",
    "citeproc",
    "elastic_transport",
    "elasticsearch",
    "h5py",
    "httpx2",
    "idutils",
    "isbnlib",
    "joserfc",
    "lxml",
    "migrations",
    "numpy",
    "PIL",
    "psycopg",
    "pyarrow",
    "python_calamine",
    "redis",
    "repository.cli",
    "repository.core.database.postgresql",
    "rq",
    "urllib3",
    "workers.dispatch",
    "workers.rq_queue",
    "workers.rq_worker",
)
"""What a web process on embedded engines does without, at its start and for its first page and search."""

LOADED = """
import json, sys
import config.gunicorn, repository.core.web.gunicorn_worker, repository.wsgi
client = repository.wsgi.application.test_client()
pages = [client.get(path).status_code for path in json.loads(sys.argv[1])]
print(json.dumps({"pages": pages, "modules": sorted(sys.modules)}))
"""


def loaded(environment: Mapping[str, str], *paths: str) -> frozenset[str]:
    """Return the modules that a web process has loaded once it answered `paths`, all with 200."""
    command = [sys.executable, "-c", LOADED, json.dumps(paths)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert set(result["pages"]) <= {200}, result["pages"]
    return frozenset(result["modules"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation whose database is migrated."""
    made = tmp_path_factory.mktemp("startup")
    migrate = [sys.executable, "-m", "repository", "migrate"]
    subprocess.run(migrate, env=environment_of(made), capture_output=True, check=True, timeout=120)
    return made


def test_a_web_process_on_embedded_engines_loads_no_client_of_a_server(folder: Path) -> None:
    modules = loaded(environment_of(folder), "/", "/api/records?q=penguin", "/health/live", "/api/openapi.json")
    assert [name for name in NEVER_ON_EMBEDDED_ENGINES if name in modules] == []
    assert "repository.engines.search.embedded" in modules, "the list of modules is that of the application"


def test_a_web_process_on_servers_loads_the_clients_that_its_settings_name(folder: Path) -> None:
    environment = environment_of(
        folder,
        DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing",
        STORE_URL="s3://bucket?endpoint=http://127.0.0.1:9",
        SEARCH_URL="http://127.0.0.1:9/prefix",
        QUEUE_URL="redis://127.0.0.1:9/0",
    )
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    modules = loaded({**environment, **keys}, "/health/live")
    assert {"boto3", "elasticsearch", "psycopg"} <= modules
    assert not {"redis", "rq"} & modules, "facts reach Redis through the relay, never through the web process"


def test_the_hash_that_stands_for_an_unknown_person_costs_what_others_cost() -> None:
    assert not _hasher.check_needs_rehash(NO_PASSWORD), "signing in must take as long for an unknown address"
