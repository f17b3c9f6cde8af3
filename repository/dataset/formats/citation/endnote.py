"""EndNote's tagged form (ENW), after refer and BibIX.

Source: EndNote user guide, "EndNote Import": the tags of each field, and commas in the names of organisations.
"""

from collections.abc import Iterator
from datetime import date

from repository.dataset import cstr
from repository.dataset.description import Agent, Publication
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.citation.name_choice import cited
from repository.dataset.formats.iso_dates import first_date
from repository.dataset.formats.plain_text import plain, printable
from repository.dataset.formats.type_mappings import kind_of

MEDIA_TYPE = "application/x-endnote-refer"

_TYPES = {
    "dataset": "Dataset",
    "software": "Computer Program",
    "figure": "Figure",
    "graphic": "Artwork",
    "motion_picture": "Film or Broadcast",
    "song": "Audiovisual Material",
    "article-journal": "Journal Article",
    "article": "Unpublished Work",
    "thesis": "Thesis",
    "paper-conference": "Conference Paper",
    "book": "Book",
    "chapter": "Book Section",
    "report": "Report",
    "patent": "Patent",
    "standard": "Standard",
}


def endnote(publication: Publication, accessed: date | None = None) -> str:
    """Return one reference, ending in an empty line, without tags that have no value.

    A title in another language stands in ``%Q``, the CSTR in ``%M``. No text can add a tag, because each stands on one
    line.
    """
    lines = [f"{tag} {value}" for tag, text in _tags(publication, accessed) if (value := printable(text))]
    return "\r\n".join([*lines, "", ""])


def _tags(publication: Publication, accessed: date | None) -> Iterator[tuple[str, str]]:
    description = cited(publication).description
    yield "%0", _TYPES.get(kind_of(description.resource_type.id).csl, "Generic")
    yield "%T", description.title
    yield "%Q", csl.translated_title(publication)
    for agent in description.creators:
        yield "%A", _name(agent)
    for agent in csl.editors(description.contributors):
        yield "%E", _name(agent)
    yield from _dates(publication, accessed)
    yield "%I", csl.publisher(publication)
    yield "%~", publication.repository_name
    yield "%7", csl.version(publication)
    yield "%R", publication.doi or ""
    yield "%M", cstr.parse(publication.cstr).curie if publication.cstr else ""
    yield "%U", csl.address(publication)
    for subject in description.subjects:
        yield "%K", subject.subject
    yield "%X", plain(description.description)
    yield "%G", ", ".join(csl.languages(publication))


def _dates(publication: Publication, accessed: date | None) -> Iterator[tuple[str, str]]:
    day = first_date(publication.description.publication_date)
    yield "%D", day[:4]
    yield "%8", day
    yield "%[", accessed.isoformat() if accessed else ""


def _name(agent: Agent) -> str:
    """Return the name; EndNote keeps an organisation's whole if it ends in a comma and doubles the first one inside."""
    name = person_names.sort_name(agent)
    if agent.personal:
        return name
    return name.replace(",", ",,", 1) if "," in name else f"{name},"
