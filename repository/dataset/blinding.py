"""What a referee may see of a dataset: nothing that names or identifies a person, an organisation or a funder.

Kept are the texts that describe the data (titles, abstract, methods, technical information), subjects, languages,
dates, known licences, places, sizes, formats, and the files, without notes on any of them.  Everything else goes, for a
paper, an award, another version or a copyright notice tells who the authors are.  What an author writes into a title or
a file's name stays: no program can know that it is a name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from repository.dataset.description import NO_WORDS, Agent, Description, FileOf, Publication

ANONYMOUS_AUTHOR = Agent(personal=False, name="Anonymous")
"""Formats require a creator."""
NEUTRAL_TEXTS = frozenset({"abstract", "methods", "technical-info", "table-of-contents"})
"""Types of additional descriptions that speak of the data alone (vocabulary ``descriptiontypes``)."""

NEUTRAL_FIELDS = frozenset(
    {"resource_type", "title", "publication_date", "additional_titles", "description", "subjects", "languages"}
    | {"dates", "version", "sizes", "formats", "locations"}
)
"""Fields of the stored metadata that speak of the data alone."""


def blinded_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored metadata with their neutral fields only; creators are anonymous."""
    neutral = {name: value for name, value in metadata.items() if name in NEUTRAL_FIELDS}
    if "dates" in neutral:
        neutral["dates"] = _with_members(neutral["dates"], ("date", "type"))
    if "locations" in neutral:
        places = neutral["locations"]
        features = places.get("features") if isinstance(places, Mapping) else None
        neutral["locations"] = {"features": _with_members(features, ("geometry", "place"))}
    return {**neutral, "creators": [{"person_or_org": {"type": "organizational", "name": ANONYMOUS_AUTHOR.name}}]}


def _with_members(values: Any, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the objects of a list with these members alone; a draft may hold anything in its place."""
    objects = [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []
    return [{name: value[name] for name in names if name in value} for value in objects]


def blinded(publication: Publication) -> Publication:
    """Return the publication without anything that tells who made it."""
    return Publication(
        id=publication.id,
        concept_id=publication.concept_id,
        description=blinded_description(publication.description),
        url=publication.url,
        repository_name=publication.repository_name,
        repository_url=publication.repository_url,
        index=publication.index,
        created=publication.created,
        updated=publication.updated,
        access_status=publication.access_status,
        embargo_until=publication.embargo_until,
        files=list(map(blinded_file, publication.files)),
        file_count=publication.file_count,
        total_bytes=publication.total_bytes,
        files_url=publication.files_url,
        archive_url=publication.archive_url,
    )


def blinded_file(file: FileOf) -> FileOf:
    """Return the file without what its depositor says of it."""
    return replace(file, words=NO_WORDS)


def blinded_description(description: Description) -> Description:
    """Return the description without people, organisations, funders, related works and other free texts."""
    texts = [
        text for text in description.additional_descriptions if text.type is not None and text.type.id in NEUTRAL_TEXTS
    ]
    return replace(
        description,
        creators=[ANONYMOUS_AUTHOR],
        contributors=(),
        publisher="",
        copyright="",
        additional_descriptions=texts,
        identifiers=(),
        related_identifiers=(),
        references=(),
        funding=(),
        dates=[replace(date, description="") for date in description.dates],
        licences=[licence for licence in description.licences if licence.id is not None],
        places=[replace(place, description="", identifiers=()) for place in description.places],
    )
