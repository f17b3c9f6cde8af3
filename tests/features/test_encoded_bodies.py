"""Bodies with a content coding: every route refuses them alike, and names what it takes."""

import gzip
import json
from typing import Any

import pytest
from flask import Flask

from repository.app import APIS
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

GZIP = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
BODILESS = {"GET", "HEAD", "OPTIONS"}
WRITING = [operation for api in APIS for operation in api.operations if operation.method not in BODILESS]


def packed(body: Any) -> bytes:
    return gzip.compress(json.dumps(body).encode())


def expect_refusal(reply: Any) -> None:
    assert reply.status_code == 415
    assert reply.headers["Accept-Encoding"] == "identity"
    assert "encoding" in reply.get_json()["message"]


def test_every_route_that_may_have_a_body_refuses_an_encoded_one(author: Caller, app: Flask) -> None:
    urls = app.url_map.bind("repository.test")
    assert len(WRITING) > 20
    for operation in WRITING:
        (rule,) = app.url_map.iter_rules(f"{operation.tag}.{operation.view.__name__}")
        address = urls.build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
        expect_refusal(author(operation.method, address, data=packed({}), headers=GZIP))


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "deflate, gzip", "identity, gzip", "none"])
def test_nothing_of_an_encoded_body_is_kept(author: Caller, deposits: Deposits, encoding: str) -> None:
    draft = deposits.open()
    before = author.get(draft["links"]["self"]).get_json()
    for body in (packed(a_dataset()), json.dumps(a_dataset()).encode()):
        headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
        expect_refusal(author.put(draft["links"]["self"], data=body, headers=headers))
    assert author.get(draft["links"]["self"]).get_json() == before


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_a_body_that_is_encoded_in_name_only_is_taken(author: Caller, encoding: str) -> None:
    headers = {"Content-Encoding": encoding}
    assert author.post("/api/records", json=a_dataset(), headers=headers).status_code == 201


def test_without_a_body_an_encoding_means_nothing(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"])
    published = author.post(f"/api/records/{draft['id']}/draft/actions/publish", headers=GZIP)
    assert published.status_code == 202
    assert author.get(f"/api/records/{draft['id']}", headers=GZIP).status_code == 200


def test_who_may_change_nothing_is_told_that_first(anyone: Caller) -> None:
    assert anyone.post("/api/records", data=packed({}), headers=GZIP).status_code == 403


def test_an_encoded_form_of_a_harvester_is_refused_too(anyone: Caller) -> None:
    form = gzip.compress(b"verb=Identify")
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/x-www-form-urlencoded"}
    expect_refusal(anyone.post("/oai2d", data=form, headers=headers))
