"""What the pure parts cost, in milliseconds: ``python -m tests.benchmarks.parts``."""

import json
import time
from collections.abc import Callable
from datetime import date

from config import vocabularies as terms
from repository.dataset.description import Publication
from repository.dataset.formats.citation.citations import STYLES, cite
from repository.dataset.formats.datacite.datacite_json import datacite_json, datacite_xml
from repository.dataset.formats.schema_org.schema_org_json import schema_org
from repository.dataset.from_json import description_of
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.metadata.loading import load_metadata
from repository.search.query_syntax import parse
from tests.conftest import a_dataset

ROUNDS = 20
TODAY = date(2026, 1, 15)


def milliseconds(act: Callable[[], object]) -> float:
    """The shortest of `ROUNDS` runs: the others were interrupted."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return round(min(took) * 1000, 3)


def main() -> None:
    vocabularies = Vocabularies.of(terms.read())
    metadata = a_dataset()["metadata"]
    publication = Publication(
        id=1,
        concept_id=2,
        description=description_of(metadata, vocabularies),
        url="http://repository.test/records/1",
        repository_name="Benchmark",
        doi="10.5072/data.1",
    )
    figures = {
        "load all vocabularies": milliseconds(lambda: Vocabularies.of(terms.read())),
        "suggest a language": milliseconds(lambda: vocabularies["languages"].suggest("chin")),
        "check a description": milliseconds(lambda: load_metadata(metadata, vocabularies)),
        "parse a query": milliseconds(lambda: parse.__wrapped__('metadata.title:"sea ice" AND (冻土 OR soil)')),
        "schema.org": milliseconds(lambda: schema_org(publication)),
        "DataCite JSON": milliseconds(lambda: datacite_json(publication)),
        "DataCite XML": milliseconds(lambda: datacite_xml(publication)),
        **{f"cite in {style}": milliseconds(lambda s=style: cite(publication, s, accessed=TODAY)) for style in STYLES},
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
