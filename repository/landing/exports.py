"""The formats that a record's page offers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from repository.dataset.description import Publication
from repository.dataset.formats.bibtex import bibtex
from repository.dataset.formats.csl import csl_json
from repository.dataset.formats.schema_org import embed, schema_org


@dataclass(frozen=True, slots=True)
class Export:
    """A format: `name` stands in ``?format=``, `label` is for people, `write` makes the whole document."""

    name: str
    media_type: str
    label: str
    write: Callable[[Publication], str | bytes]


_TABLE = (
    Export("schema-org", "application/ld+json", "schema.org JSON-LD", lambda work: embed(schema_org(work))),
    Export("csl", "application/vnd.citationstyles.csl+json", "CSL JSON", lambda work: embed(csl_json(work))),
    Export("bibtex", "application/x-bibtex", "BibTeX", bibtex),
)

EXPORTS: Mapping[str, Export] = {each.name: each for each in _TABLE}
"""By name, in the order in which people are offered them."""
