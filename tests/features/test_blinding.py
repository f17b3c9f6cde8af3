"""What a blinded view tells of the people behind a dataset: nothing, in any representation."""

from dataclasses import fields, replace
from typing import Any

import orjson
import pytest

from repository.access.policy import Audience
from repository.core.actor import SYSTEM
from repository.dataset import description as d
from repository.dataset.blinding import ANONYMOUS_AUTHOR, blinded
from repository.dataset.description import NO_WORDS, FileOf, FileWords, Publication, Sibling
from repository.dataset.formats.citation.citations import cite
from repository.dataset.formats.registry import FORMATS
from repository.engines.services import Services
from repository.faces.api.records.serializers import record_json
from repository.records.public_view import public_view
from repository.records.queries import record_views
from tests.conftest import Deposits

NAME = "Zweiblumen"
TERM = d.Label("other", {"en": "Other"})
SECRET = d.RelatedId("orcid", f"0000-{NAME}")
OTHER = d.AlternateName("zho", f"{NAME}二, 汤姆", f"{NAME}二", "汤姆")
PLACE = d.Affiliation(NAME, NAME, alternate_names=[d.AlternateName("zho", f"{NAME}二")])
AGENT = d.Agent(True, f"{NAME}, Tom", NAME, "Tom", [SECRET], [PLACE], TERM, [OTHER])
NAMING = d.Description(
    title="Soil moisture",
    resource_type=d.Label("dataset", {"en": "Dataset"}),
    publication_date="2024",
    creators=[AGENT],
    publisher=NAME,
    description="<p>Moisture of soils.</p>",
    copyright=NAME,
    contributors=[AGENT],
    additional_descriptions=[d.Text(f"Thanks to {NAME}", TERM), d.Text("Gravimetric.", d.Label("methods", {}))],
    identifiers=[SECRET],
    related_identifiers=[d.RelatedIdentifier("doi", f"10.1234/{NAME}", TERM)],
    references=[d.Reference(NAME, "url", f"https://a.test/{NAME}")],
    funding=[d.Funding(NAME, NAME, NAME, NAME, f"https://a.test/{NAME}")],
)
SIBLING = Sibling(1, f"https://a.test/{NAME}", f"10.5072/{NAME}.0", f"99999.11.{NAME}.0", NAME)
PUBLISHED = Publication(
    id=2,
    concept_id=1,
    description=NAMING,
    url="https://data.test/records/2",
    repository_name="Data",
    repository_url="https://data.test",
    doi=f"10.5072/{NAME}",
    concept_doi=f"10.5072/{NAME}.all",
    cstr=f"99999.11.{NAME}.2",
    concept_cstr=f"99999.11.{NAME}.1",
    handle=f"21.T1/{NAME}",
    doi_state="registered",
    created="2024-01-01T00:00:00+00:00",
    updated="2024-01-01T00:00:00+00:00",
    files=[
        FileOf(
            "soil.csv",
            3,
            "text/csv",
            "0" * 32,
            "0" * 64,
            "https://data.test/records/2/files/soil.csv",
            FileWords(f"Measured by {NAME}", NAME, NAME),
        )
    ],
    file_count=1,
    total_bytes=3,
    previous=SIBLING,
    following=SIBLING,
    siblings=[SIBLING],
)


def written(name: str, publication: Publication) -> str:
    text = FORMATS[name].write(publication)
    return text if isinstance(text, str) else text.decode()


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_of_a_blinded_view_names_anybody(name: str) -> None:
    assert NAME not in written(name, blinded(PUBLISHED))


def test_most_formats_of_the_whole_view_name_somebody() -> None:
    assert sum(NAME in written(name, PUBLISHED) for name in FORMATS) >= len(FORMATS) - 1


def test_no_citation_of_a_blinded_view_names_anybody() -> None:
    assert NAME in cite(PUBLISHED, "apa")
    assert NAME not in cite(blinded(PUBLISHED), "apa")


def test_what_speaks_of_the_data_alone_stays() -> None:
    description = blinded(PUBLISHED).description
    assert (description.title, description.description) == (NAMING.title, NAMING.description)
    assert [text.text for text in description.additional_descriptions] == ["Gravimetric."]
    assert blinded(PUBLISHED).files == [replace(file, words=NO_WORDS) for file in PUBLISHED.files]


def test_a_field_that_is_added_to_a_description_is_not_shown_to_referees_by_chance() -> None:
    """Each field of a description is decided on: it is kept, or it is empty in a blinded view."""
    kept = {"title", "resource_type", "publication_date", "description", "version", "additional_titles"}
    kept |= {"additional_descriptions", "subjects", "languages", "dates", "licences", "sizes", "formats", "places"}
    emptied = {field.name for field in fields(d.Description)} - kept - {"creators"}
    view = blinded(replace(PUBLISHED, description=NAMING)).description
    assert {name: getattr(view, name) for name in emptied if getattr(view, name)} == {}


def view_of(services: Services, record: dict[str, Any], audience: Audience) -> tuple[dict[str, Any], Publication]:
    with services.database.snapshot(SYSTEM) as snapshot:
        [view] = record_views(snapshot, [int(record["id"])])
        site, vocabularies = services.site, services.vocabularies
        json = record_json(view, site, vocabularies, audience)
        return json, public_view(view, site, vocabularies, audience)


def test_the_json_of_a_blinded_record_has_no_owner_identifier_or_name(deposits: Deposits, services: Services) -> None:
    record = deposits.published()
    whole, _ = view_of(services, record, Audience.FULL)
    json, publication = view_of(services, record, Audience.BLINDED)
    [creator] = whole["metadata"]["creators"][:1]
    text = orjson.dumps(json).decode()
    assert creator["person_or_org"]["name"] not in text
    assert json["parent"] == {"id": whole["parent"]["id"]}
    assert (json["pids"], json["custom_fields"]) == ({}, {})
    assert whole["pids"]["doi"]["identifier"] not in text
    assert json["metadata"]["title"] == whole["metadata"]["title"]
    assert publication.description.creators == [ANONYMOUS_AUTHOR]
    assert publication.doi is None
