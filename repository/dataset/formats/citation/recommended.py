"""The citation that DataCite recommends for data. It needs no style engine, so it costs little.

Source: DataCite Metadata Schema 4.6, "Recommended Citation Format".
"""

from collections.abc import Iterator

from repository.dataset import cstr
from repository.dataset.description import Publication
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.citation.name_choice import cited
from repository.dataset.formats.plain_text import one_line

MOST_AUTHORS = 20
"""Names that are printed; "et al." stands for the others."""

_END = " .。"


def recommended(publication: Publication) -> str:
    """Return ``Creators (year). Title. Version. Publisher. Kind. https://doi.org/… CSTR:…`` without unknown parts."""
    return " ".join(part for part in _parts(publication) if part)


def _parts(publication: Publication) -> Iterator[str]:
    description = publication.description
    year = f"({description.year})" if description.year else ""
    yield _with_full_stop(" ".join(part for part in (_authors(publication), year) if part))
    yield _with_full_stop(one_line(description.title))
    yield _with_full_stop(_version(one_line(description.version)))
    yield _with_full_stop(one_line(description.publisher or publication.repository_name))
    yield _with_full_stop(description.resource_type.name("en"))
    yield csl.address(publication)
    yield cstr.parse(publication.cstr).curie if publication.cstr and publication.doi else ""


def _authors(publication: Publication) -> str:
    creators = cited(publication).description.creators
    names = [person_names.sort_name(agent) for agent in creators[:MOST_AUTHORS]]
    return "; ".join(names) + (" et al." if len(creators) > MOST_AUTHORS else "")


def _version(version: str) -> str:
    return f"Version {version.removeprefix('V').removeprefix('v')}" if version[-1:].isdigit() else version


def _with_full_stop(text: str) -> str:
    """Return `text` with one full stop at its end; an empty text unchanged."""
    bare = text.rstrip(_END)
    return f"{bare}." if bare else ""
