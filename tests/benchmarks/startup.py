"""What a web process on embedded engines costs at its start: ``python -m tests.benchmarks.startup``.

Seconds are processor time, user and system, so that a busy machine disturbs them less; the best of `RUNS` counts.
Memory is the resident set in MiB.  Modules come from the byte code of a run before, as on a server.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.web_server import environment_of

RUNS = 5
COSTLIEST = 10
PROGRAM = """
import json, resource, sys

sys.modules["rich"] = None  # comes with the tools of development; structlog would load it

def state():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
    mib = {name: int(lines[name].split()[0]) // 1024 for name in ("VmRSS", "VmHWM")}
    return {"seconds": round(usage.ru_utime + usage.ru_stime, 3), "mib": mib["VmRSS"], "peak_mib": mib["VmHWM"]}

states = {"interpreter": state()}
import config.gunicorn, repository.core.web.gunicorn_worker
states["gunicorn and settings"] = state()
import repository.wsgi
states["application"] = state()
client = repository.wsgi.application.test_client()
for path in ("/", "/api/records?q=penguin"):
    reply = client.get(path)
    assert reply.status_code == 200, reply.text
    states["after GET " + path] = state()
print(json.dumps(states))
"""
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")
"""A line of ``-X importtime``: microseconds of the module itself, of it with its own imports, its name."""


def run(environment: Mapping[str, str], *options: str) -> "subprocess.CompletedProcess[str]":
    """Start the program in a fresh interpreter; return what it printed."""
    command = [sys.executable, *options, "-c", PROGRAM]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)


def costliest(report: str) -> dict[str, float]:
    """Return the milliseconds of the packages that took longest to import, ours by their second name."""
    spent: Counter[str] = Counter()
    for microseconds, module in _IMPORT.findall(report):
        names = module.split(".")
        spent[".".join(names[: 2 if names[0] == "repository" else 1])] += int(microseconds)
    return {name: round(microseconds / 1000, 1) for name, microseconds in spent.most_common(COSTLIEST)}


def measure(folder: Path) -> dict[str, Any]:
    """Return the states of the best run, and the costliest imports."""
    environment = environment_of(folder, LOG_LEVEL="ERROR") | {"PYTHONPYCACHEPREFIX": str(folder / "byte-code")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, "-m", "repository", "migrate"], env=environment, check=True, capture_output=True)
    run(environment)  # writes the byte code
    runs = [json.loads(run(environment).stdout) for _ in range(RUNS)]
    best = min(runs, key=lambda states: float(states["application"]["seconds"]))
    return {"states": best, "costliest_imports_ms": costliest(run(environment, "-X", "importtime").stderr)}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="startup-") as folder:
        print(json.dumps({"load": os.getloadavg()[0], **measure(Path(folder))}, indent=1))


if __name__ == "__main__":
    main()
