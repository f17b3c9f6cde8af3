"""What the limits of calls cost: ``python -m tests.benchmarks.limit_costs``.

The same requests of one process, with limits and without, in turns of one run; and a count in memory, in microseconds.
"""

import json
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from flask.testing import FlaskClient

from config.logging import configure_logging
from config.settings import read_settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.cli.database_commands import migrate_to
from repository.engines.limits.call_limits import CallLimits

TURNS = 15
CALLS = 200
PATHS = ("/api/vocabularies/languages/eng", "/api/records?q=x")


def microseconds(act: Callable[[], object]) -> float:
    """Of one call, in one turn of many."""
    began = time.perf_counter()
    for _ in range(CALLS):
        act()
    return (time.perf_counter() - began) / CALLS * 1e6


def compared(limited: FlaskClient, unlimited: FlaskClient, path: str) -> dict[str, float]:
    """The fastest turn of each, in microseconds a request, and how many times as long limits take."""
    turns = [(microseconds(lambda: limited.get(path)), microseconds(lambda: unlimited.get(path))) for _ in range(TURNS)]
    counted, free = (min(column) for column in zip(*turns, strict=True))
    return {"limited": round(counted, 1), "unlimited": round(free, 1), "ratio": round(counted / free, 3)}


def main() -> None:
    configure_logging("ERROR")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = read_settings(
            database_url=f"sqlite:///{folder}/repository.db",
            store_url=f"file://{folder}/store",
            search_url=f"embedded:{folder}/search.db",
        )
        with closing(open_services(settings)) as services:
            migrate_to(services.database.engine)
            services.search.prepare()
            limited = create_app(services).test_client()
            unlimited = create_app(replace(services, limits=CallLimits())).test_client()
            figures: dict[str, object] = {path: compared(limited, unlimited, path) for path in PATHS}
            limits = services.limits
            figures["a count, microseconds"] = round(
                min(microseconds(lambda: limits.judge("read", "person 1")) for _ in range(TURNS)), 2
            )
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
