"""What was answered, against what is there: over the API, in the database, in the bucket, in the index.

Nothing here asks the application about its own copies alone: rows are read by SQL, objects by boto3.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.deposits.model import Draft, DraftKind
from repository.engines.services import Services
from repository.files.model import StoredFile
from repository.identifiers.model import Identifier
from repository.operation.open_jobs import backlog, open_jobs
from repository.records.model import Version
from tests.faults.installation import BUCKET, Installation
from tests.faults.ledger import Deposit, Ledger, Stage
from tests.stories.test_20_kill import expect_whole_database
from tests.support.web_server import Client, until
from workers.claiming import LEASE
from workers.dispatch import HANDED

LONGEST_PAUSE = timedelta(seconds=2**5)
"""of a job that has failed five times: more often than one kind of engine is away in any of these tests"""
SETTLED_SECONDS = (HANDED + LEASE + LONGEST_PAUSE).total_seconds() + 30
"""The word that a row is due may be lost, its worker die when it has it again, and the row be on a pause."""


def expect_agreement(site: Installation, ledger: Ledger, depositors: Sequence[Client]) -> None:
    """Everything that was answered is true, everywhere, and nothing else has come about.

    Nothing of it may be asked while somebody still deposits.
    """
    assert ledger.wrong == []
    with site.services() as services:
        until(lambda: nothing_waits(services), SETTLED_SECONDS, "every fact and job is done")
        expect_whole_database(services)
        expect_nothing_unknown(services, ledger)
        _expect_identifiers(services, ledger)
        expect_whole_bucket(site.bucket(), services, ledger)
    with ThreadPoolExecutor(len(depositors)) as at_once:
        looks = [at_once.submit(expect_deposit, depositors[each.depositor], each) for each in ledger.deposits]
        for look in looks:
            look.result()
    _expect_found(depositors[0], ledger)


def expect_deposit(call: Client, deposit: Deposit) -> None:
    """It is what it was answered to be, with its files; one whose publication was not answered is the one or other."""
    draft, record = (call("GET", f"/api/records/{deposit.id}{rest}") for rest in ("/draft", ""))
    stage = Stage.PUBLISHED if record.status == 200 else Stage.DRAFT if draft.status == 200 else None
    assert stage is deposit.stage or (deposit.asked and stage), f"{deposit}: {draft.status} and {record.status}"
    shown = record if stage is Stage.PUBLISHED else draft
    assert shown.json["metadata"]["title"] in deposit.titles
    place = f"/api/records/{deposit.id}{'' if stage is Stage.PUBLISHED else '/draft'}/files"
    entries = call("GET", place).json["entries"]
    assert {entry["key"]: entry["checksums"]["sha256"] for entry in entries} == deposit.files, deposit
    for key, digest in deposit.files.items():
        got = call("GET", f"{place}/{quote(key)}/content")
        assert (got.status, hashlib.sha256(got.body).hexdigest()) == (200, digest), f"{deposit.id} {key}"


def nothing_waits(services: Services) -> bool:
    """A job that was given up is told with its cause at once."""
    with services.database.snapshot(SYSTEM) as unit:
        counts = backlog(unit)
        given_up = [(job.name, job.subject, job.cause) for job in open_jobs(unit) if job.state == "failed"]
    assert given_up == []
    return not any(counts.values())


def expect_nothing_unknown(services: Services, ledger: Ledger) -> None:
    """What nobody was told of is at most what an unanswered request may have made."""
    known = {int(deposit.id) for deposit in ledger.deposits}
    with services.database.snapshot(SYSTEM) as unit:
        drafts = set(unit.session.scalars(select(Draft.id).where(Draft.kind != DraftKind.EDIT.value)))
        edits = set(unit.session.scalars(select(Draft.id).where(Draft.kind == DraftKind.EDIT.value)))
        versions = set(unit.session.scalars(select(Version.id)))
    assert versions <= known, "a publication that nobody asked for"
    assert edits <= versions
    assert len(drafts - known) <= ledger.unanswered["POST /api/records"]


def _expect_identifiers(services: Services, ledger: Ledger) -> None:
    """Those that were answered, one of each scheme, and no two alike; `expect_whole_database` saw them registered."""
    with services.database.snapshot(SYSTEM) as unit:
        rows = unit.session.execute(select(Identifier.owner, Identifier.scheme, Identifier.value)).all()
    held: dict[int, dict[str, str]] = {}
    for owner, scheme, value in rows:
        held.setdefault(owner, {})[scheme] = value
    for deposit in ledger.published():
        assert {scheme: deposit.identifiers.get(scheme) for scheme in ("doi", "cstr")} == held[int(deposit.id)]
        assert set(held[int(deposit.concept)]) == {"doi", "cstr"}
    values = [row.value.casefold() for row in rows]
    assert len(values) == len(set(values))


def expect_whole_bucket(client: Any, services: Services, ledger: Ledger) -> None:
    """Each row has its object, byte for byte; objects without a row are at most those of unanswered uploads."""
    with services.database.snapshot(SYSTEM) as unit:
        files = {file.object_key: file for file in unit.session.scalars(select(StoredFile))}
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    there = [each for page in pages for each in page.get("Contents", ()) if not each["Key"].startswith("Marks/")]
    sizes = {each["Key"]: each["Size"] for each in there}
    assert set(files) <= set(sizes), "objects are missing"
    for key, file in files.items():
        content = client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256), key
        assert file.fault == ""
    uploads = [asked for asked in ledger.unanswered if asked.startswith("PUT ") and asked.endswith("/content")]
    cut_uploads = sum(ledger.unanswered[asked] for asked in uploads)
    assert len(set(sizes) - set(files)) <= cut_uploads


def _expect_found(call: Client, ledger: Ledger) -> None:
    """Search counts every dataset once, by its newest version."""
    reply = call("GET", "/api/records?size=1")
    assert reply.status == 200, reply.text
    assert reply.json["hits"]["total"] == len({deposit.concept for deposit in ledger.published()})
