"""The comparison is worth nothing where it sees no loss."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.engines.search.port import DocumentKind
from repository.files.model import FileEntry, StoredFile
from repository.records.model import Version
from repository.search.index import repair_index
from tests.faults.comparison import (
    SETTLED_SECONDS,
    expect_deposit,
    expect_nothing_unknown,
    expect_whole_bucket,
    nothing_waits,
)
from tests.faults.installation import BUCKET, Installation
from tests.faults.ledger import Ledger, Stage
from tests.faults.witness import Witness
from tests.stories.test_20_kill import expect_whole_database
from tests.support.web_server import Client, until

pytestmark = [pytest.mark.process, pytest.mark.alone]
Act = Callable[[], object]


def expect_seen(
    look: Callable[[], object], done: Callable[[], object], undone: Callable[[], object], words: str
) -> None:
    """What is done is seen when one looks, by these words, and is not there before and after."""
    look()
    done()
    try:
        with pytest.raises(AssertionError, match=words):
            look()
    finally:
        undone()
    look()


def object_of(site: Installation, record_id: str) -> tuple[Any, str, bytes]:
    """The bucket's client, and key and bytes of a record's first file."""
    with site.services() as services, services.database.snapshot(SYSTEM) as unit:
        query = (
            select(StoredFile.object_key)
            .join(FileEntry, FileEntry.file_id == StoredFile.id)
            .join(Version, Version.file_set_id == FileEntry.file_set_id)
            .where(Version.id == int(record_id))
        )
        key = unit.session.scalars(query.limit(1)).one()
    client = site.bucket()
    return client, key, client.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def test_a_lost_or_changed_object_is_seen(site: Installation, ledger: Ledger, witness: Witness) -> None:
    client, key, content = object_of(site, witness.published.id)
    with site.services() as services:

        def look() -> None:
            expect_whole_bucket(client, services, ledger)

        def put(content: bytes) -> None:
            client.put_object(Bucket=BUCKET, Key=key, Body=content)

        lost = "objects are missing"
        expect_seen(look, lambda: client.delete_object(Bucket=BUCKET, Key=key), lambda: put(content), lost)
        expect_seen(look, lambda: put(content[::-1]), lambda: put(content), key)


def test_a_record_missing_in_the_index_is_seen(site: Installation, ledger: Ledger, witness: Witness) -> None:
    number = int(witness.published.id)
    with site.services() as services:
        until(lambda: nothing_waits(services), SETTLED_SECONDS, "every fact and job is done")
        expect_seen(
            lambda: expect_whole_database(services),
            lambda: services.search.drop(DocumentKind.RECORD, [number]),
            lambda: repair_index(services, look_again=0),
            f"record {number}: missing",
        )


def test_an_untrue_answer_is_seen(depositors: Sequence[Client], witness: Witness) -> None:
    expect_deposit(depositors[0], witness.published)
    expect_deposit(depositors[0], witness.draft)
    (key,) = witness.draft.files
    for untrue in (
        replace(witness.draft, id="999999999"),
        replace(witness.draft, stage=Stage.PUBLISHED),
        replace(witness.draft, files={}),
        replace(witness.draft, files={key: "0" * 64}),
        replace(witness.draft, title="Another"),
    ):
        with pytest.raises(AssertionError):
            expect_deposit(depositors[0], untrue)


def test_a_version_that_nobody_was_told_of_is_seen(site: Installation, ledger: Ledger, witness: Witness) -> None:
    with site.services() as services:
        expect_seen(
            lambda: expect_nothing_unknown(services, ledger),
            lambda: ledger.deposits.remove(witness.published),
            lambda: ledger.deposits.append(witness.published),
            "a publication that nobody asked for",
        )
