"""What the API tells of each deposit, and where that differs from what was acknowledged or read before."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.drills.drill_load import Acknowledged
from tests.faults.ledger import Deposit, Stage
from tests.support.web_server import Client

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class DepositReading:
    """One deposit as the API shows it; `files` are SHA-256 of the bytes that were downloaded, by name.

    `unfinished` are the names of files that were not committed.
    """

    stage: Stage
    metadata: Mapping[str, Any]
    identifiers: Mapping[str, str]
    concept_identifiers: Mapping[str, str]
    version: int
    files: Mapping[str, str]
    checksums: Mapping[str, str]
    unfinished: Sequence[str]


Readings = Mapping[str, DepositReading]


@dataclass
class Comparison:
    """One line of the drill's table: how much was compared, and each difference in words."""

    subject: str
    count: int = 0
    differences: list[str] = field(default_factory=list)

    def note(self, alike: object, words: str) -> None:
        """Count one more; without likeness it is a difference."""
        self.count += 1
        if not alike:
            self.differences.append(words)


def read_all(clients: Sequence[Client], deposits: Sequence[Deposit]) -> Readings:
    """Read each deposit that is there, by its depositor's client; the others are left out."""
    with ThreadPoolExecutor(AT_ONCE) as at_once:
        readings = at_once.map(lambda deposit: read_deposit(clients[deposit.depositor], deposit.id), deposits)
        return {deposit.id: shown for deposit, shown in zip(deposits, readings, strict=True) if shown is not None}


def read_deposit(call: Client, deposit_id: str) -> DepositReading | None:
    """Read a record, or else a draft, with every byte of its files."""
    place = f"/api/records/{deposit_id}"
    shown, stage = call("GET", place), Stage.PUBLISHED
    if shown.status != 200:
        place += "/draft"
        shown, stage = call("GET", place), Stage.DRAFT
    if shown.status != 200:
        assert shown.status == 404, f"{place}: {shown.status} {shown.text[:200]}"
        return None
    entries = call("GET", f"{place}/files").json["entries"]
    done = {entry["key"]: entry for entry in entries if entry["status"] == "completed"}
    contents = {key: call("GET", f"{place}/files/{quote(key)}/content") for key in done}
    return DepositReading(
        stage,
        shown.json["metadata"],
        _identifiers(shown.json),
        _identifiers(shown.json["parent"]),
        shown.json["versions"]["index"],
        {key: hashlib.sha256(got.body).hexdigest() for key, got in contents.items() if got.status == 200},
        {key: entry["checksums"]["sha256"] for key, entry in done.items()},
        [entry["key"] for entry in entries if entry["key"] not in done],
    )


def _identifiers(body: Mapping[str, Any]) -> Mapping[str, str]:
    return {scheme: pid["identifier"] for scheme, pid in body.get("pids", {}).items()}


def against_acknowledged(
    known: Sequence[Acknowledged], before: Readings, shown: Readings, everything: Sequence[Deposit]
) -> Iterator[Comparison]:
    """Compare what is shown with what was acknowledged (`known`) and read then (`before`), and nothing else is half."""
    yield _all_there(known, shown)
    yield _metadata(known, before, shown)
    yield _identifiers_kept(known, shown)
    yield _versions(known, before, shown)
    yield _files(known, shown)
    yield _nothing_half(known, shown, everything)


def _published(known: Sequence[Acknowledged]) -> list[Deposit]:
    return [one.deposit for one in known if one.stage is Stage.PUBLISHED]


def _all_there(known: Sequence[Acknowledged], shown: Readings) -> Comparison:
    there = Comparison("publications and drafts that were acknowledged before the backup")
    for one in known:
        reading = shown.get(one.deposit.id)
        alike = reading and (one.stage is Stage.DRAFT or reading.stage is Stage.PUBLISHED)
        there.note(alike, f"{one.deposit.id}: {one.stage} is {reading.stage if reading else 'gone'}")
    return there


def _metadata(known: Sequence[Acknowledged], before: Readings, shown: Readings) -> Comparison:
    metadata = Comparison("metadata of publications")
    for deposit in _published(known):
        if (was := before.get(deposit.id)) and (reading := shown.get(deposit.id)):
            titles = {was.metadata["title"], *deposit.titles, f"{deposit.title}, corrected"}
            alike = {**reading.metadata, "title": ""} == {**was.metadata, "title": ""}
            metadata.note(
                alike and reading.metadata["title"] in titles, f"{deposit.id}: {was.metadata} is {reading.metadata}"
            )
    return metadata


def _identifiers_kept(known: Sequence[Acknowledged], shown: Readings) -> Comparison:
    identifiers = Comparison("DOI and CSTR of publications and their concepts")
    for deposit in _published(known):
        if reading := shown.get(deposit.id):
            for was, now in (
                (deposit.identifiers, reading.identifiers),
                (deposit.concept_identifiers, reading.concept_identifiers),
            ):
                identifiers.note(was == now, f"{deposit.id}: {was} is {now}")
    return identifiers


def _versions(known: Sequence[Acknowledged], before: Readings, shown: Readings) -> Comparison:
    versions = Comparison("positions among versions")
    for deposit in _published(known):
        if (was := before.get(deposit.id)) and (reading := shown.get(deposit.id)):
            versions.note(was.version == reading.version, f"{deposit.id}: {was.version} is {reading.version}")
    return versions


def _files(known: Sequence[Acknowledged], shown: Readings) -> Comparison:
    files = Comparison("files, byte for byte with what was sent")
    for one in known:
        if reading := shown.get(one.deposit.id):
            for key, digest in one.files.items():
                files.note(reading.files.get(key) == digest, f"{one.deposit.id}: {key} is {reading.files.get(key)}")
    return files


def _nothing_half(known: Sequence[Acknowledged], shown: Readings, everything: Sequence[Deposit]) -> Comparison:
    """What was acknowledged after the backup began is there as it was acknowledged, or not at all."""
    half = Comparison("everything else that is there, whole")
    earlier = {one.deposit.id for one in known if one.stage is Stage.PUBLISHED}
    for deposit in everything:
        reading = shown.get(deposit.id)
        if deposit.id in earlier or reading is None:
            continue
        is_sent = all(deposit.files.get(key) == digest for key, digest in reading.files.items())
        alike = is_sent and reading.files == reading.checksums
        if reading.stage is Stage.PUBLISHED:
            alike = alike and reading.files == deposit.files
            if deposit.identifiers:
                alike = alike and reading.identifiers == deposit.identifiers
        half.note(alike, f"{deposit.id}: {deposit} is {reading}")
    return half


def against_reading(was: Readings, now: Readings) -> Comparison:
    """Compare two readings of the same deposits in everything that the API showed."""
    same = Comparison("deposits with metadata, identifiers, versions and every byte")
    for deposit_id, reading in was.items():
        same.note(now.get(deposit_id) == reading, f"{deposit_id}: {reading} is {now.get(deposit_id)}")
    return same
