"""What is found in files after their publication reaches the texts that are kept for readers."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.engines.inspector.caged_inspector import CagedInspector
from repository.engines.services import Services
from repository.files.model import StoredFile
from repository.inspection.inspect_files import look_into
from tests.conftest import Caller, Deposits
from tests.features.test_inspection import Looks, a_parquet

pytestmark = [pytest.mark.process, pytest.mark.slow]


@pytest.fixture
def looks(services: Services, author: Caller) -> Iterator[Looks]:
    with closing(CagedInspector()) as cage:
        yield Looks(replace(services, inspector=cage), author)


def test_a_file_with_a_preview_leads_to_it_and_its_columns_reach_kept_texts(
    looks: Looks, deposits: Deposits, settle: Callable[[], None]
) -> None:
    draft = deposits.open()["id"]
    deposits.upload(draft, "data.csv", b"station,depth\nBJT,1.5\n")
    deposits.upload(draft, "table.parquet", a_parquet())
    deposits.upload(draft, "noise.bin", os.urandom(64))
    settle()  # nobody looks
    deposits.publish(draft)
    record = f"/api/records/{draft}"

    def links() -> Mapping[str, str | None]:
        told = looks.author.get(record).get_json()["files"]["entries"]
        return {key: file["links"].get("preview") for key, file in told.items()}

    def croissant() -> dict[str, Any]:
        body: dict[str, Any] = looks.author.get(f"{record}?format=croissant").get_json()
        return body

    assert set(links().values()) == {None}
    assert "recordSet" not in croissant()
    tag = looks.author.get(record).headers["ETag"]
    with looks.services.database.snapshot(SYSTEM) as snapshot:
        ids = snapshot.session.scalars(select(StoredFile.id)).all()
    look_into(looks.services.database, looks.services.store, looks.services.inspector, ids)

    assert {key for key, link in links().items() if link} == {"data.csv", "table.parquet"}
    assert looks.author.get(record, headers={"If-None-Match": tag}).status_code == 200
    assert looks.author.get(str(links()["data.csv"])).get_json()["status"] == "ready"
    sets = {each["name"]: [field["name"] for field in each["field"]] for each in croissant()["recordSet"]}
    assert sets == {"data.csv": ["station", "depth"], "table.parquet": ["station", "depth"]}
