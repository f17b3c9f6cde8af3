"""Publications in every state, and what their graphs say."""

from dataclasses import replace
from typing import Any

import rdflib
from rdflib import URIRef

from repository.cli.demo_datasets import DEFAULT_DATA, read_datasets
from repository.dataset import description as d
from repository.dataset.description import Publication, Sibling, Withdrawal
from repository.dataset.from_json import description_of
from tests.features.hostile import hostile
from tests.features.rdf_reading import graph_of
from tests.features.samples import PUBLICATION, VOCABULARIES, publication

OWN = replace(PUBLICATION, repository_url="https://repository.test", concept_url="https://repository.test/records/11")
ME = URIRef("https://doi.org/10.5072/data.12")
OLDER = Sibling(1, "https://repository.test/records/10", "10.5072/data.10", "99999.11.data.10", "V1")
NEWER = Sibling(3, "https://repository.test/records/14", None, None, "")
BARE = Publication(
    id=7,
    concept_id=6,
    description=d.Description(title="", resource_type=d.Label("", {}), publication_date="", creators=()),
    url="https://repository.test/records/7",
    repository_name="",
)
GONE = Withdrawal(d.Label("retracted", {"en": "Retracted", "zh": "撤稿"}), "2025-01-02", "传感器损坏。", "Smith 2024")
DEMONSTRATED = {
    f"demo {name.name}": replace(OWN, description=description_of(name.metadata, VOCABULARIES))
    for name in read_datasets(DEFAULT_DATA)
}
NAMED_TWICE = {
    "person_or_org": {
        "type": "personal",
        "family_name": "Li",
        "given_name": "Wei",
        "alternate_names": [{"lang": "zho", "name": "李, 伟", "family_name": "李", "given_name": "伟"}],
    },
    "affiliations": [{"name": "CEA", "alternate_names": [{"lang": "zho", "name": "中国地震局"}]}],
}
STAGES = {
    "all that can be said": replace(OWN, handle="21.T1/data.12", previous=OLDER, following=NEWER),
    "nothing": BARE,
    "a concept": replace(OWN, is_concept=True, concept_doi=None, concept_cstr=None, siblings=[OLDER, NEWER], files=()),
    "withdrawn": replace(OWN, withdrawn=GONE),
    "embargoed": replace(OWN, access_status="embargoed", embargo_until="2030-01-01", files=(), file_count=0),
    "restricted": replace(OWN, access_status="restricted", files=(), file_count=0),
    "metadata only": replace(OWN, access_status="metadata-only", files=(), file_count=0),
    "many files": replace(OWN, file_count=20_000),
    "hostile": hostile(),
    "names in several languages": publication(creators=[NAMED_TWICE]),
    **DEMONSTRATED,
}


def stage(name: str) -> rdflib.Graph:
    return graph_of(STAGES[name])


def values(graph: rdflib.Graph, predicate: URIRef, subject: URIRef = ME) -> set[Any]:
    return set(graph.objects(subject, predicate))
