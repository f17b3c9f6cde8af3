"""A draft with a damaged file is not published, however it came by the file; a correction of words is."""

from collections.abc import Callable
from typing import Any

import pytest

from repository.engines.services import Services
from repository.files.model import StoredFile
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.damage import change, days_ago, put, run_due, stored

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
DAMAGED = "File 'data.csv' is damaged: its bytes are not those that were sent. Please send it again."
CONTENT = b"a,b\n1,2\n"


def check(services: Services, content: bytes) -> StoredFile:
    """Let the first file have these bytes, and be checked."""
    file = stored(services)[0]
    put(services, file, content)
    change(services, file, checked=days_ago(100))
    assert run_due(services).checked == {file.id}
    return file


def publish(author: Caller, record: str) -> tuple[int, list[str]]:
    reply = author.post(f"/api/records/{record}/draft/actions/publish")
    errors: list[dict[str, Any]] = reply.get_json().get("errors") or []
    return reply.status_code, [message for error in errors for message in error["messages"]]


def test_a_damaged_file_is_sent_again_or_comes_back_before_it_is_published(
    services: Services, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    draft = deposits.open()["id"]
    deposits.upload(draft, "data.csv", CONTENT)
    settle()
    check(services, b"a,b\n1,3\n")

    status, reasons = publish(author, draft)
    assert (status, DAMAGED in reasons) == (400, True), reasons

    check(services, CONTENT)
    assert publish(author, draft)[0] == 202


def test_a_new_version_takes_no_damaged_file_over_and_words_are_corrected(
    services: Services, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    draft = deposits.open()["id"]
    deposits.upload(draft, "data.csv", CONTENT)
    first = deposits.publish(draft)
    settle()
    check(services, b"a,b\n1,3\n")

    edit = author.post(first["links"]["draft"]).get_json()
    author.put(edit["links"]["self"], json=a_dataset(title="Corrected"))
    assert publish(author, first["id"])[0] == 202

    second = author.post(first["links"]["versions"]).get_json()["id"]
    assert author.post(f"/api/records/{second}/draft/actions/files-import").status_code == 201
    author.put(f"/api/records/{second}/draft", json=a_dataset(version="2"))
    status, reasons = publish(author, second)
    assert (status, DAMAGED in reasons) == (400, True), reasons

    files = f"/api/records/{second}/draft/files"
    assert author.delete(f"{files}/data.csv").status_code == 204
    deposits.upload(second, "data.csv", CONTENT)
    assert publish(author, second)[0] == 202
