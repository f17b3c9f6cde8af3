"""One publication in two languages, as the formats, citations and pages are tried with."""

from dataclasses import replace
from typing import Any

from config import vocabularies
from repository.dataset.description import Description, FileOf, Publication
from repository.dataset.from_json import description_of
from repository.dataset.vocabularies import Vocabularies

VOCABULARIES = Vocabularies.of(vocabularies.read())

METADATA: dict[str, Any] = {
    "resource_type": {"id": "dataset"},
    "title": "Strong-motion records of the 2022 Luding earthquake",
    "publication_date": "2024-03-05",
    "creators": [
        {
            "person_or_org": {
                "type": "personal",
                "name": "Smith, John A.",
                "family_name": "Smith",
                "given_name": "John A.",
                "identifiers": [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}],
            },
            "affiliations": [{"id": "024mrxd33", "name": "University of Leeds"}],
        },
        {
            "person_or_org": {
                "type": "personal",
                "name": "李, 伟",
                "family_name": "李",
                "given_name": "伟",
            },
            "affiliations": [{"name": "中国地震局"}, {"id": "024mrxd33"}],
        },
        {
            "person_or_org": {
                "type": "organizational",
                "name": "Institute of Geology & Geophysics",
                "identifiers": [{"scheme": "ror", "identifier": "03yrm5c26"}],
            },
        },
    ],
    "contributors": [
        {
            "person_or_org": {"type": "personal", "name": "Roe, Ann", "family_name": "Roe"},
            "role": {"id": "datamanager"},
        }
    ],
    "publisher": "Science Data Bank",
    "description": "<p>Records of <em>three</em> components &amp; more.</p><p>Second.</p>",
    "version": "V2",
    "copyright": "<b>© 2024 The authors</b>",
    "additional_titles": [
        {
            "title": "2022年泸定地震强震动记录",
            "type": {"id": "translated-title"},
            "lang": {"id": "zho"},
        }
    ],
    "additional_descriptions": [{"description": "<p>Filtered.</p><p>Sorted.</p>", "type": {"id": "methods"}}],
    "subjects": [{"subject": "强震动"}, {"id": "http://example.org/seismology"}],
    "languages": [{"id": "eng"}, {"id": "zho"}],
    "dates": [
        {"date": "2022-09-05/2022-10-05", "type": {"id": "collected"}},
        {"date": "2023-01", "type": {"id": "created"}, "description": "first draft"},
    ],
    "rights": [
        {"id": "cc-by-4.0"},
        {"title": {"en": "House rules"}, "description": {"en": "Ask."}, "link": "https://h.org/r"},
    ],
    "sizes": ["3 files"],
    "formats": ["text/csv"],
    "identifiers": [{"scheme": "url", "identifier": "https://old.example.org/7"}],
    "related_identifiers": [
        {
            "scheme": "doi",
            "identifier": "10.1038/s41597-024-1",
            "relation_type": {"id": "issupplementto"},
            "resource_type": {"id": "publication-article"},
        },
        {
            "scheme": "cstr",
            "identifier": "31253.11.sciencedb.1",
            "relation_type": {"id": "isderivedfrom"},
        },
    ],
    "references": [{"reference": "Li W. (2023). Ground motions."}],
    "locations": {
        "features": [
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[101, 29], [103, 29], [103, 30.5], [101, 30.5], [101, 29]]],
                },
                "place": "Luding",
                "identifiers": [{"scheme": "geonames", "identifier": "1803266"}],
            }
        ]
    },
    "funding": [
        {
            "funder": {"id": "01h0zpd94", "name": "NSFC"},
            "award": {
                "title": {"en": "Strong motion"},
                "number": "42174065",
                "identifiers": [{"scheme": "url", "identifier": "https://nsfc.example/42174065"}],
            },
        }
    ],
}

FILES = (
    FileOf("waveforms/a.mseed", 1_234_567, "application/vnd.fdsn.mseed", "0" * 32, "a" * 64, "https://r.test/a"),
    FileOf("台站.csv", 48_213, "text/csv", "1" * 32, "b" * 64, "https://r.test/b"),
    FileOf("README.md", 912, "text/markdown", "2" * 32, "c" * 64, "https://r.test/c"),
)  # fmt: skip


def description(**changes: Any) -> Description:
    """The description of `METADATA` with other metadata for `changes`; None leaves one out."""
    metadata = {**METADATA, **changes}
    said = {name: value for name, value in metadata.items() if value is not None}
    return description_of(said, VOCABULARIES)


PUBLICATION = Publication(
    id=12,
    concept_id=11,
    description=description(),
    url="https://repository.test/records/12",
    repository_name="Test Repository",
    doi="10.5072/data.12",
    concept_doi="10.5072/data.11",
    cstr="99999.11.data.12",
    concept_cstr="99999.11.data.11",
    index=2,
    created="2024-03-05T01:00:00+00:00",
    updated="2024-03-06T01:00:00+00:00",
    files=FILES,
    file_count=len(FILES),
    total_bytes=sum(file.size for file in FILES),
)


def publication(**metadata: Any) -> Publication:
    """`PUBLICATION` with other metadata."""
    return replace(PUBLICATION, description=description(**metadata))


def person(family: str, given: str = "") -> dict[str, Any]:
    """A creator as stored."""
    name = ", ".join(part for part in (family, given) if part)
    return {
        "person_or_org": {
            "type": "personal",
            "name": name,
            "family_name": family,
            "given_name": given,
        }
    }
