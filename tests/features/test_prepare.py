"""``repository prepare`` and what ``doctor`` says of the store, on a real S3 server and on a careless one."""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.contracts.s3_faults import careless_server, serving, with_endpoint
from tests.contracts.s3_stores import lacks_of
from tests.engines.addresses import s3_client
from tests.engines.places import remove_bucket
from tests.support.commands import command_here
from tests.support.web_server import environment_of


@pytest.mark.minio
def test_prepare_makes_the_bucket_once_and_the_doctor_says_what_its_server_lacks(
    tmp_path: Path, s3_store_url: str, s3_server: str
) -> None:
    given, lacks = urlsplit(s3_store_url), lacks_of(s3_server)
    bucket = f"{given.netloc}-prepared"
    environment = environment_of(tmp_path, STORE_URL=given._replace(netloc=bucket).geturl())
    assert command_here(environment, "migrate").returncode == 0
    before = command_here(environment, "doctor")
    try:
        for _ in range(2):
            done = command_here(environment, "prepare")
            assert done.returncode == 0
            # a server may lack what is optional, and that is told
            told = [json.loads(line) for line in done.stderr.splitlines()]
            assert [line for line in told if line["level"] != "info" and line.get("lack") not in lacks] == []
            assert f"prepared S3 store in bucket {bucket}" in done.stdout
        after = command_here(environment, "doctor")
    finally:
        remove_bucket(s3_client(s3_server), bucket)
    assert before.returncode == 1
    assert "SILENT  store: The store's bucket does not exist. Was `repository prepare` run?" in before.stdout
    assert after.returncode == 0, after.stdout
    assert f"answers  store: S3 store in bucket {bucket}" in after.stdout
    said = [line for line in after.stdout.splitlines() if line.startswith("lacks")]
    assert said == [f"lacks    store: {lack}" for lack in lacks]
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in before.stdout + after.stdout + before.stderr


def test_the_doctor_says_what_a_server_lacks(tmp_path: Path, s3_store_url: str) -> None:
    with serving(careless_server()) as endpoint:
        environment = environment_of(tmp_path, STORE_URL=with_endpoint(s3_store_url, endpoint))
        assert command_here(environment, "migrate").returncode == 0
        said = command_here(environment, "doctor").stdout
    assert "lacks    store: the bucket is public: anybody can read everything" in said
    assert "lacks    store: If-None-Match is ignored: an object could be written twice" in said


def test_prepare_without_a_server_is_one_line(tmp_path: Path, s3_store_url: str) -> None:
    done = command_here(
        environment_of(tmp_path, STORE_URL=with_endpoint(s3_store_url, "http://127.0.0.1:9")), "prepare"
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "repository: The store does not answer."
