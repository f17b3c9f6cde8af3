"""The files in deploy/ start what there is, with the settings that there are."""

import re
from pathlib import Path

import click

from config.settings import PREFIX
from repository.cli.serve import serve

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_the_service_starts_the_server_with_options_that_it_has() -> None:
    unit = (DEPLOY / "repository.service").read_text("utf-8")
    started = re.search(r"^ExecStart=\S+/bin/repository (\w+) (.+)$", unit, re.MULTILINE)
    assert started is not None
    assert started[1] == serve.name
    context = serve.make_context("serve", started[2].split())
    assert isinstance(context, click.Context)
    assert context.params == {"host": "127.0.0.1", "port": 5000}
    assert f"{PREFIX}ENV_FILE=" in unit


def test_the_proxy_passes_to_where_the_service_listens_and_spools_nothing() -> None:
    site = (DEPLOY / "nginx.conf").read_text("utf-8")
    assert "proxy_pass http://127.0.0.1:5000;" in site
    assert "client_max_body_size 0;" in site
    assert "proxy_request_buffering off;" in site
