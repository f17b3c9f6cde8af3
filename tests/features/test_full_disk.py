"""A disk that is nearly full: uploads are refused in words, and all else goes on."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from repository.app import create_app
from repository.core.actor import SYSTEM
from repository.core.errors import NoRoom
from repository.engines.services import Services
from repository.engines.store.local_store import LocalStore
from tests.conftest import Caller, Deposits

pytestmark = pytest.mark.slow


def test_an_upload_into_the_reserve_is_refused_with_507_and_publishing_and_deleting_go_on(
    services: Services, author: Caller, deposits: Deposits, tmp_path: Path
) -> None:
    ready, other = deposits.open(), deposits.open()
    deposits.upload(ready["id"])
    store = LocalStore(tmp_path / "full", reserve=1 << 60)
    caller = Caller(create_app(replace(services, store=store)).test_client(), author.token)
    base = f"/api/records/{other['id']}/draft/files"
    caller.post(base, json=[{"key": "a.csv"}])

    refused = caller.put(f"{base}/a.csv/content", data=b"bytes")
    in_chinese = caller.put(f"{base}/a.csv/content", data=b"bytes", headers={"Accept-Language": "zh"})

    assert (refused.status_code, refused.get_json()["message"]) == (507, "The store has no room left.")
    assert in_chinese.get_json()["message"] == "存储空间已满。"
    assert list(store.objects()) == []
    assert list((tmp_path / "full" / "incoming").iterdir()) == []
    assert caller.post(f"/api/records/{ready['id']}/draft/actions/publish").status_code == 202
    assert caller.delete(f"/api/records/{other['id']}/draft").status_code == 204


def test_a_full_database_is_told_and_nothing_is_half_changed(services: Services) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    with pytest.raises(NoRoom, match="database has no room"), services.database.transaction(SYSTEM):
        raise OperationalError("INSERT", {}, error)
