"""Checks of DataCite's schema 4 on the attributes of a DOI: required properties and controlled lists."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_MISSING = "Missing child element(s). Expected is ( {{http://datacite.org/schema/kernel-4}}{} )."

_LISTS = {
    "nameType": "Organizational Personal",
    "titleType": "AlternativeTitle Subtitle TranslatedTitle Other",
    "dateType": """Accepted Available Collected Copyrighted Coverage Created Issued Other Submitted Updated Valid
        Withdrawn""",
    "descriptionType": "Abstract Methods SeriesInformation TableOfContents TechnicalInfo Other",
    "contributorType": """ContactPerson DataCollector DataCurator DataManager Distributor Editor HostingInstitution
        Other Producer ProjectLeader ProjectManager ProjectMember RegistrationAgency RegistrationAuthority RelatedPerson
        ResearchGroup RightsHolder Researcher Sponsor Supervisor Translator WorkPackageLeader""",
    "resourceTypeGeneral": """Audiovisual Award Book BookChapter Collection ComputationalNotebook ConferencePaper
        ConferenceProceeding DataPaper Dataset Dissertation Event Image Instrument InteractiveResource Journal
        JournalArticle Model OutputManagementPlan PeerReview PhysicalObject Poster Preprint Presentation Project Report
        Service Software Sound Standard StudyRegistration Text Workflow Other""",
    "relatedIdentifierType": """ARK arXiv bibcode CSTR DOI EAN13 EISSN Handle IGSN ISBN ISSN ISTC LISSN LSID PMID PURL
        RAiD RRID SWHID UPC URL URN w3id""",
    "relationType": """IsCitedBy Cites IsSupplementTo IsSupplementedBy IsContinuedBy Continues IsDescribedBy Describes
        HasMetadata IsMetadataFor HasVersion IsVersionOf IsNewVersionOf IsPreviousVersionOf IsPartOf HasPart
        IsPublishedIn IsReferencedBy References IsDocumentedBy Documents IsCompiledBy Compiles IsVariantFormOf
        IsOriginalFormOf IsIdenticalTo IsReviewedBy Reviews IsDerivedFrom IsSourceOf IsRequiredBy Requires IsObsoletedBy
        Obsoletes IsCollectedBy Collects IsTranslationOf HasTranslation Other""",
}
_LISTS["relatedItemType"] = _LISTS["resourceTypeGeneral"]
_LISTS["relatedItemIdentifierType"] = _LISTS["relatedIdentifierType"]
_ALLOWED = {name: frozenset(words.split()) for name, words in _LISTS.items()}


def faults_of(attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return field and reason of each fault."""
    return [*_required(attributes), *_outside_lists("", attributes)]


def _required(attributes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not _has(attributes.get("creators"), "name"):
        yield "creators", _MISSING.format("creator")
    if not _has(attributes.get("titles"), "title"):
        yield "titles", _MISSING.format("title")
    publisher = attributes.get("publisher")
    if not (publisher.get("name") if isinstance(publisher, dict) else publisher):
        yield "publisher", "Can't be blank"
    if not re.fullmatch(r"[0-9]{4}", str(attributes.get("publicationYear") or "")):
        yield "publicationYear", "is not a valid value of the atomic type yearType"
    items = attributes.get("relatedItems") or []
    if not all(item.get("relationType") and item.get("relatedItemType") for item in items):
        yield "relatedItems", "The attribute is required but missing."
    if not all(_has(item.get("titles"), "title") for item in items):
        yield "relatedItems", _MISSING.format("title")
    types = attributes.get("types")
    if not isinstance(types, dict) or not types.get("resourceTypeGeneral"):
        yield "types", _MISSING.format("resourceType")


def _has(members: Any, name: str) -> bool:
    return (
        isinstance(members, list)
        and bool(members)
        and all(isinstance(member, dict) and member.get(name) for member in members)
    )


def _outside_lists(source: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for member in value:
            yield from _outside_lists(source, member)
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _ALLOWED and inner not in (None, "") and inner not in _ALLOWED[name]:
                yield source or name, f"{name}: The value {inner!r} is not an element of the set."
            yield from _outside_lists(source or name, inner)
