"""How tests harvest, and what they change meanwhile."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from lxml import etree
from sqlalchemy import insert

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.records.change_tracking import touch
from repository.records.model import Concept, Version
from tests.conftest import Caller

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
RESTRICTED = {"access": {"record": "restricted", "files": "restricted"}}
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)


def read(reply: Any) -> etree._Element:
    """The answer, which comes with status 200 whatever was asked."""
    assert reply.status_code == 200, reply.text
    assert reply.headers["Content-Type"] == "text/xml; charset=utf-8"
    return etree.fromstring(reply.data)


def ask(caller: Caller, verb: str, **arguments: str) -> etree._Element:
    named = {"from" if name == "from_" else name: value for name, value in arguments.items()}
    return read(caller.get(f"/oai2d?{urlencode({'verb': verb, **named})}"))


def codes(answer: etree._Element) -> list[str]:
    """The codes of the errors in an answer, which then holds nothing else."""
    found = [error.get("code") for error in answer.iter(f"{OAI}error")]
    assert (len(answer) == 2 + len(found)) if found else (len(answer) == 3)
    return found


def ids(answer: etree._Element) -> list[str]:
    """The record ids in the headers of an answer."""
    headers = answer.iter(f"{OAI}header")
    return [header.findtext(f"{OAI}identifier").rpartition(":")[2] for header in headers]


def gone(answer: etree._Element) -> list[str]:
    """The record ids in those headers that say that the record is deleted."""
    headers = [header for header in answer.iter(f"{OAI}header") if header.get("status") == "deleted"]
    return [header.findtext(f"{OAI}identifier").rpartition(":")[2] for header in headers]


def said(answer: etree._Element, element: str) -> list[str]:
    return [found.text for found in answer.iter(f"{DC}{element}")]


def told(answer: etree._Element, element: str) -> list[str]:
    """The texts of the protocol's elements of this name."""
    return [found.text for found in answer.iter(f"{OAI}{element}")]


def identifier_of(record: dict[str, Any]) -> str:
    return str(record["pids"]["oai"]["identifier"])


def token_of(answer: etree._Element) -> etree._Element | None:
    return answer.find(f".//{OAI}resumptionToken")


def pages(caller: Caller, verb: str = "ListRecords", **arguments: str) -> Iterator[etree._Element]:
    """The answers of one harvest; what happens between two of them is up to the caller."""
    answer = ask(caller, verb, **{"metadataPrefix": "oai_dc", **arguments})
    yield answer
    while (token := token_of(answer)) is not None and token.text:
        answer = ask(caller, verb, resumptionToken=token.text)
        yield answer


def change(services: Services, number: int, **values: Any) -> None:
    """Set columns of a version as if it had been so for ever."""
    with services.database.transaction(SYSTEM) as unit:
        version = unit.session.get_one(Version, number)
        for name, value in values.items():
            setattr(version, name, value)


def correct(services: Services, *numbers: str, **values: Any) -> None:
    """Change versions now, as corrections do."""
    for number in numbers:
        with services.database.transaction(SYSTEM) as unit:
            version = unit.session.get_one(Version, int(number), with_for_update=True)
            for name, value in values.items():
                setattr(version, name, value)
            touch(unit, version)


def multiply(services: Services, record: dict[str, Any], stamps: Sequence[datetime], first: int = 1000) -> list[str]:
    """More versions like `record`, each with a concept of its own and changed at one of `stamps`; their ids."""
    with services.database.transaction(SYSTEM) as unit:
        original = unit.session.get_one(Version, int(record["id"]))
        concept = unit.session.get_one(Concept, original.concept_id)
        like = {column.key: getattr(original, column.key) for column in Version.__table__.columns}
        about = {column.key: getattr(concept, column.key) for column in Concept.__table__.columns}
        numbers = range(first, first + 2 * len(stamps), 2)
        unit.session.execute(insert(Concept), [{**about, "id": n + 1, "latest_id": n} for n in numbers])
        rows = [
            {**like, "id": number, "concept_id": number + 1, "updated": stamp, "datestamp": stamp}
            for number, stamp in zip(numbers, stamps, strict=True)
        ]
        unit.session.execute(insert(Version), rows)
    return [str(number) for number in numbers]
