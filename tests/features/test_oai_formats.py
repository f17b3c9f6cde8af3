"""The formats of harvesting: each is offered, written and valid in its place, whatever is described."""

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from repository.core.actor import SYSTEM
from repository.dataset.description import Publication
from repository.engines.services import Services
from repository.harvest.metadata_prefixes import ENVELOPE, FORMATS, MetadataFormat, in_envelope
from repository.records.model import Version
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.harvesting import BEGIN, OAI, SECOND, ask, change, codes, identifier_of, ids, pages, told
from tests.features.steps import statements

pytestmark = pytest.mark.slow

NS = "urn:test:files"
MARKS = "a]]></x><error code='x'>&amp;\x7f𠀀\U0010ffff <!-- \" --> \u202eevil\x00\x01\x08\ufffe\uffff"


def counted(publication: Publication) -> str:
    """A format that says what is known of files."""
    named = "".join(f"<name>{each.key}</name>" for each in publication.files)
    return f'<files xmlns="{NS}" count="{publication.file_count}" bytes="{publication.total_bytes}">{named}</files>'


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(FORMATS, "files", MetadataFormat(f"{NS}.xsd", NS, counted))  # type: ignore[arg-type]
    return "files"


@pytest.mark.parametrize("prefix", FORMATS)
def test_every_format_is_what_it_is_said_to_be(anyone: Caller, deposits: Deposits, prefix: str) -> None:
    record = deposits.published()

    offered = ask(anyone, "ListMetadataFormats", identifier=identifier_of(record))
    answer = ask(anyone, "GetRecord", metadataPrefix=prefix, identifier=identifier_of(record))

    assert told(offered, "metadataPrefix") == list(FORMATS)
    assert told(offered, "schema") == [each.schema for each in FORMATS.values()]
    (metadata,) = answer.iter(f"{OAI}metadata")
    assert [etree.QName(each).namespace for each in metadata] == [FORMATS[prefix].namespace]


def test_the_api_tells_the_same_formats(anyone: Caller) -> None:
    hits = anyone.get("/api/oaipmh/formats").get_json()["hits"]
    assert hits["total"] == len(FORMATS)
    assert [(each["id"], each["schema"], each["namespace"]) for each in hits["hits"]] == [
        (prefix, each.schema, each.namespace) for prefix, each in FORMATS.items()
    ]


def test_datacite_comes_in_the_envelope_that_its_harvesters_know() -> None:
    publication = Publication(
        1,
        2,
        description=None,
        url="",
        repository_name="Data & more",  # type: ignore[arg-type]
    )
    envelope = etree.fromstring(in_envelope(lambda _: '<resource xmlns="urn:x"/>', "4.7")(publication))

    assert envelope.tag == f"{{{ENVELOPE}}}oai_datacite"
    assert [etree.QName(each).localname for each in envelope] == ["schemaVersion", "datacentreSymbol", "payload"]
    assert [each.text for each in envelope][:2] == ["4.7", "Data & more"]
    assert [each.tag for each in envelope[2]] == ["{urn:x}resource"]


@pytest.mark.parametrize("prefix", FORMATS)
def test_hostile_metadata_stay_valid_in_every_format(
    anyone: Caller, deposits: Deposits, services: Services, schema: etree.XMLSchema, prefix: str
) -> None:
    number = int(deposits.published(a_dataset(rights=[{"id": "cc-by-4.0"}], languages=[{"id": "zho"}]))["id"])
    with services.database.snapshot(SYSTEM) as unit:
        description = dict(unit.session.get_one(Version, number).description)
    hostile: dict[str, Any] = {
        **description,
        "title": f"{MARKS}{'界' * (64 << 10)}",
        "publisher": MARKS,
        "description": f"<p>{MARKS}<script>alert(1)</script></p>",
        "subjects": [{"subject": MARKS}, {"subject": "\x08"}],
        "creators": [{"person_or_org": {"type": "organizational", "name": MARKS}}],
    }
    change(services, number, description=hostile)

    answer = ask(anyone, "ListRecords", metadataPrefix=prefix)

    assert codes(answer) == []
    assert ids(answer) == [str(number)]
    schema.assertValid(answer)


@pytest.mark.parametrize(
    ("access", "known"),
    [({"record": "public", "files": "public"}, ("2", "3")), ({"record": "public", "files": "restricted"}, ("0", "0"))],
    ids=["open", "restricted"],
)
def test_formats_know_of_files_what_the_public_may(
    anyone: Caller, author: Caller, deposits: Deposits, counting: str, access: dict[str, str], known: tuple[str, str]
) -> None:
    deposits.published({**a_dataset(), "access": access}, **{"a.txt": b"1", "b.txt": b"22"})
    for caller in (anyone, author):
        (files,) = ask(caller, "ListRecords", metadataPrefix=counting).iter(f"{{{NS}}}files")
        assert (files.get("count"), files.get("bytes")) == known
        assert len(files) == 0


@pytest.mark.parametrize("prefix", FORMATS)
def test_a_page_costs_as_many_queries_as_one_record_in_every_format(
    anyone: Caller, services: Services, many: Callable[..., list[str]], prefix: str
) -> None:
    many([BEGIN + SECOND * n for n in range(99)])
    seen = []
    for arguments in ({"until": "2025-12-31"}, {"until": "2026-01-01T00:00:08Z"}, {}):
        with statements(services) as statements_:
            answer = ask(anyone, "ListRecords", **{"metadataPrefix": prefix, **arguments})
        seen.append((len(ids(answer)), len(statements_)))
    assert [number for number, _ in seen] == [1, 10, 100]
    assert len({cost for _, cost in seen}) == 1


@pytest.mark.parametrize("prefix", FORMATS)
def test_every_page_of_every_format_fits_the_schema(
    anyone: Caller, many: Callable[..., list[str]], schema: etree.XMLSchema, prefix: str
) -> None:
    published = many([BEGIN + SECOND * n for n in range(149)])
    answers = list(pages(anyone, metadataPrefix=prefix))
    for answer in answers:
        schema.assertValid(answer)
    assert [number for answer in answers for number in ids(answer)] == published
