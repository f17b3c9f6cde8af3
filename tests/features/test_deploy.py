"""The files in deploy/ start what there is, with the settings that there are."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from redis import Redis
from redis.exceptions import NoPermissionError, RedisError

from config import gunicorn
from config.settings import PREFIX, Settings
from repository.cli import commands
from repository.engines.limits.redis_counter import RedisCounter
from tests.architecture.house import ROOT, tracked
from tests.support.web_server import free_port, until

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "repository"}
INSTALLED = "/opt/repository/.venv/bin"
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
RIGHTS = {"postgres": "roles", "elasticsearch": "search-users", "s3": "store-rights"}
"""what gives the parts their rights, by engine"""
SECRETS = ("PASSWORD", "SECRET_ACCESS_KEY", "ACCESS_KEY_ID")


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def expect_command(words: list[str]) -> None:
    """`repository …` with these words is a command with these options."""
    assert Path(words[0]).name == "repository", words
    command = commands.commands[words[1]]
    context = command.make_context(words[1], words[2:])
    assert isinstance(context, click.Context)


def example() -> dict[str, str]:
    """The variables of deploy/example.env."""
    lines = [line for line in text_of("example.env").splitlines() if line and not line.startswith("#")]
    return {name: "".join(shlex.split(value)) for name, _, value in (line.partition("=") for line in lines)}


def filled_in(value: str) -> str:
    """`value` as compose reads it with the example's variables."""
    chosen = example()
    return VARIABLE.sub(lambda found: chosen.get(found[1], found[3] or ""), value)


def seconds(span: str) -> int:
    assert span.endswith("s"), span
    return int(span[:-1])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_unit_starts_a_command_that_there_is(unit: Path) -> None:
    (line,) = re.findall(r"^ExecStart=(.+)$", unit.read_text("utf-8"), re.MULTILINE)
    assert line.startswith(f"{INSTALLED}/repository ")
    expect_command(shlex.split(line))


def test_there_is_a_unit_for_each_part() -> None:
    parts = {unit.name for unit in UNITS}
    assert {f"repository-{part}.service" for part in ("web", "worker@", "relay", "scheduler")} <= parts


@pytest.mark.process
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    copied = shutil.copytree(DEPLOY / "systemd", tmp_path / "units")
    for unit in copied.glob("*.service"):
        there = unit.read_text("utf-8").replace(INSTALLED, str(Path(sys.executable).parent))
        unit.write_text(there, "utf-8")
    names = [str(copied / unit.name.replace("@.", "@1.")) for unit in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=one", *names],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{copied}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_setting_that_is_named_in_deploy_is_a_setting() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {f"{PREFIX}ENV_FILE"}
    named = {
        (path, name)
        for path in tracked()
        if path.startswith("deploy/")
        for name in re.findall(rf"\b{PREFIX}[A-Z][A-Z_]*[A-Z]\b", (ROOT / path).read_text("utf-8"))
    }
    assert named
    for_tests = f"{PREFIX}TEST_"
    assert [each for each in named if each[1] not in known and not each[1].startswith(for_tests)] == []


def test_the_settings_of_the_containers_are_accepted() -> None:
    given = {name: filled_in(value) for name, value in OURS["web"]["environment"].items()}
    chosen = {name.removeprefix(PREFIX).lower(): value for name, value in given.items() if name.startswith(PREFIX)}
    settings = Settings(**chosen, _env_file=None)
    assert settings.model_fields_set == set(chosen)
    assert not any("$" in value for value in given.values())


@pytest.mark.parametrize("name", OURS)
def test_every_container_of_ours_runs_a_command_that_there_is(name: str) -> None:
    words = OURS[name].get("command")
    if words is None:
        assert '"gunicorn", "--config", "python:config.gunicorn"' in text_of("Containerfile")
    elif words[0] == "python":
        (volume,) = OURS[name]["volumes"]
        source, inside, _ = volume.split(":")
        assert (words[1], (DEPLOY / source).is_file()) == (inside, True)
    elif words[:2] == ["sh", "-c"]:
        for each in words[2].split(" && "):
            expect_command(each.split())
    else:
        expect_command(words)


def test_containers_can_do_no_more_than_they_must() -> None:
    assert {"web", "worker", "relay", "scheduler", "prepare"} <= set(OURS)
    assert all(service["cap_drop"] == ["ALL"] for service in SERVICES.values())
    assert all("no-new-privileges:true" in service["security_opt"] for service in SERVICES.values())
    writable = {name for name, service in SERVICES.items() if not service.get("read_only")}
    assert writable == {"elasticsearch"}, "it writes its keystore beside its configuration"
    assert re.search(r"^USER (?!0|root)", text_of("Containerfile"), re.MULTILINE)


@pytest.mark.process
@pytest.mark.skipif(shutil.which("redis-server") is None, reason="there is no redis-server here")
def test_redis_starts_as_compose_starts_it_and_lets_each_part_do_its_work_alone(tmp_path: Path) -> None:
    port = free_port()
    words = [filled_in(word) for word in SERVICES["redis"]["command"]]
    here = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path), "--logfile", str(tmp_path / "log")]
    with subprocess.Popen([*words, *here]) as server:
        try:
            health = Redis(port=port, password=example()["REDIS_PASSWORD"])
            until(lambda: answers(health), 20, "Redis answers")
            counter = RedisCounter(f"redis://web:{example()['REDIS_WEB_PASSWORD']}@127.0.0.1:{port}/1")
            assert [counter.count("reading", 60), counter.fault()] == [1, ""]
            counter.close()
            web = Redis(port=port, username="web", password=example()["REDIS_WEB_PASSWORD"])
            worker = Redis(port=port, username="worker", password=example()["REDIS_WORKER_PASSWORD"])
            assert worker.rpush("rq:queue:soon", "call") == 1
            for stranger, key in ((web, "rq:queue:soon"), (worker, "repository-calls"), (health, "rq:queue:soon")):
                with pytest.raises(NoPermissionError):
                    stranger.get(key)
        finally:
            server.terminate()


def answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


def test_nothing_but_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]


def test_what_needs_the_engines_waits_until_they_are_healthy_and_prepared() -> None:
    engines = {"postgres", "redis", "elasticsearch", "s3"}
    healthy = {name: {"condition": "service_healthy"} for name in engines}
    rights = {name: {"condition": "service_completed_successfully"} for name in RIGHTS.values()}
    assert SERVICES["prepare"]["depends_on"] == healthy | rights
    assert SERVICES["roles"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["search-users"]["depends_on"] == {"elasticsearch": {"condition": "service_healthy"}}
    assert SERVICES["store-users"]["depends_on"] == {"s3": {"condition": "service_healthy"}}
    assert SERVICES["store-rights"]["depends_on"] == {"store-users": {"condition": "service_completed_successfully"}}
    assert all(SERVICES[name]["healthcheck"]["test"] for name in engines)
    for name in set(OURS) - {"prepare", "store-rights"}:
        assert OURS[name]["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}, name
    assert SERVICES["proxy"]["depends_on"] == {"web": {"condition": "service_healthy"}}


def test_no_secret_has_a_default_and_every_variable_is_in_the_example() -> None:
    used = {(found[1], found[2]) for found in VARIABLE.finditer(text_of("compose.yaml"))}
    assert used
    assert [name for name, sign in used if name.endswith(SECRETS) and sign != "?"] == []
    documented = re.findall(r"^(?:# )?([A-Z_]+)=", text_of("example.env"), re.MULTILINE)
    optional = {f"{PREFIX}DOI_PREFIX", f"{PREFIX}CSTR_PREFIX"}
    assert {name for name, _ in used} - set(documented) <= optional


def test_the_container_file_copies_what_there_is_and_what_is_let_through() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text_of("Containerfile"), re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    let_through = {line[1:] for line in text_of("Containerfile.dockerignore").splitlines() if line.startswith("!")}
    assert sources == let_through
    assert all((ROOT / source).exists() for source in sources)
    assert "--require-hashes --requirement requirements.lock" in text_of("Containerfile")


def test_whoever_stops_a_server_waits_longer_than_requests_may_take_to_end() -> None:
    (span,) = re.findall(r"^TimeoutStopSec=(\d+)$", text_of("systemd/repository-web.service"), re.MULTILINE)
    assert int(span) > gunicorn.graceful_timeout
    assert seconds(OURS["web"]["stop_grace_period"]) > gunicorn.graceful_timeout


@pytest.mark.parametrize("site", ["nginx.conf", "nginx-compose.conf"])
def test_the_proxy_lets_go_of_idle_connections_before_the_server_does(site: str) -> None:
    (span,) = re.findall(r"^\s+keepalive_timeout (\d+)s;$", text_of(site), re.MULTILINE)
    assert int(span) < gunicorn.keepalive
    assert "include /etc/nginx/nginx-repository.conf;" in text_of(site)


def test_the_proxy_on_a_host_passes_to_where_the_unit_listens() -> None:
    unit = text_of("systemd/repository-web.service")
    (host, port) = re.findall(r"serve --host (\S+) --port (\d+)", unit)[0]
    assert f"server {host}:{port};" in text_of("nginx.conf")


def test_the_proxy_takes_slow_clients_over_but_spools_no_upload() -> None:
    common = text_of("nginx-repository.conf")
    assert "client_max_body_size 0;" in common
    assert "proxy_buffering on;" in common
    before, _, after = common.partition("proxy_request_buffering off;")
    uploads = re.findall(r"^location ~ (\S+) \{$", before, re.MULTILINE)[-1]
    assert "proxy_request_buffering off;" not in after
    assert re.search(uploads, "/api/records/12/draft/files/a/b.bin/content")
    assert not re.search(uploads, "/api/records/12/files/a.bin/content")


def test_the_edge_speaks_new_tls_only_and_leads_to_it() -> None:
    site = text_of("nginx.conf")
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in site
    assert "Strict-Transport-Security" in site
    assert "return 301 https://data.example.org$request_uri;" in site


@pytest.mark.parametrize(
    ("path", "is_public"),
    [
        ("/metrics", False),
        ("/metrics/", False),
        ("/health", False),
        ("/health/ready", False),
        ("/healthy", True),
        ("/api/metrics", True),
        ("/records/1", True),
    ],
)
def test_the_proxy_keeps_metrics_and_health_to_those_who_run_the_server(path: str, is_public: bool) -> None:
    (hidden,) = re.findall(r"^location ~ (\S+) \{\n    return 404;", text_of("nginx-repository.conf"), re.MULTILINE)
    assert (re.search(hidden, path) is None) == is_public


def _compose_client() -> list[str] | None:
    """A container client that knows compose, if there is one."""
    for client in (["docker", "compose"], ["podman", "compose"], ["docker-compose"]):
        if shutil.which(client[0]) is None:
            continue
        if subprocess.run([*client, "version"], capture_output=True, check=False).returncode == 0:
            return client
    return None


@pytest.mark.process
def test_compose_accepts_its_file() -> None:
    client = _compose_client()
    if client is None:
        pytest.skip("there is no container client with compose here")
    line = [*client, "--file", str(DEPLOY / "compose.yaml"), "--env-file", str(DEPLOY / "example.env"), "config"]
    done = subprocess.run([*line, "--quiet"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
