"""A small library in two languages, and the questions that are asked of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from repository.engines.search.port import FIELDS, DocumentKind, IndexDocument, Search, SearchEngine, VisibilityFilter
from repository.engines.search.query_tree import (
    And,
    Everything,
    Exists,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Range,
    Term,
    Wildcard,
)

EVERYBODY = "everybody"
ANYONE = VisibilityFilter(frozenset({EVERYBODY}))
OWNER = VisibilityFilter(frozenset({EVERYBODY, "person:7"}))
OWN_ONLY = replace(OWNER, owners_any_of=frozenset({"person:7", "team:1"}))
ALL = VisibilityFilter(frozenset({EVERYBODY, "role:curator"}))
BOTH = frozenset(DocumentKind)

Texts = Mapping[str, Sequence[str]]


def document(id: int, texts: Texts | None = None, keywords: Texts | None = None, **changes: Any) -> IndexDocument:  # noqa: A002
    """A public record, unless `changes` say otherwise."""
    plain = IndexDocument(
        kind=DocumentKind.RECORD,
        id=id,
        concept_id=1000 + id,
        revision=1,
        readers=frozenset({EVERYBODY}),
        owners=frozenset({"person:5"}),
        latest=True,
        index=1,
        created=f"2024-01-{id % 28 + 1:02d}T10:00:00.000001+00:00",
        updated=f"2024-03-{(id * 5) % 28 + 1:02d}T10:00:00+00:00",
        texts=texts or {"title": [f"Number {id}"]},
        keywords=keywords or {},
    )
    return replace(plain, **changes)


def closed(*owners: str) -> dict[str, frozenset[str]]:
    """Readers and owners of a document that only its owners and curators may see."""
    return {"readers": frozenset({*owners, "role:curator"}), "owners": frozenset(owners)}


ICE = document(
    1,
    {
        "title": ["Sea ice thickness in the Arctic"],
        "description": ["Experiments measuring the <b>thickness</b> & drift of ice. Café notes of naïve observers."],
        "creators": ["Müller, Jürgen", "Smith, Ann"],
        "subjects": ["sea ice", "cryosphere"],
        "filenames": ["ice_drift-2020.csv", "README.md"],
    },
    {
        "resource_type": ["dataset"],
        "access_status": ["open"],
        "file_type": ["csv", "md"],
        "year": ["2020"],
        "licence": ["cc-by-4.0"],
        "subject": ["sea ice", "cryosphere"],
        "creator": ["Müller, Jürgen", "Smith, Ann"],
        "doi": ["10.5072/data.1"],
        "publication_date": ["2020-05-17"],
        "is_published": ["true"],
    },
    numbers={"file_count": 2, "total_bytes": 5_000_000_000},
)
CLIMATE = document(
    2,
    {
        "title": ["青藏高原气候变化数据集", "Climate change on the Tibetan Plateau"],
        "description": ["本数据集包含1980年以来的气温、降水和冰川观测资料。Glaciers and ice cores were observed."],
        "creators": ["李伟"],
        "subjects": ["气候", "冰川"],
    },
    {
        "resource_type": ["dataset"],
        "access_status": ["open"],
        "file_type": ["csv"],
        "year": ["2021"],
        "licence": ["cc-by-4.0"],
        "subject": ["气候", "冰川"],
        "language": ["zho", "eng"],
        "creator": ["李伟"],
        "doi": ["10.5072/data.2"],
        "publication_date": ["2021-01/2021-03"],
        "is_published": ["true"],
    },
    numbers={"file_count": 1, "total_bytes": 700},
)
SOFTWARE = document(
    3,
    {"title": ["A model of ice sheets"], "description": ["C++ code, see http://example.org/ice?x=1"]},
    {
        "resource_type": ["software"],
        "access_status": ["open"],
        "file_type": ["zip"],
        "year": ["2021"],
        "licence": ["mit"],
        "publication_date": ["2021-06-01"],
        "is_published": ["true"],
    },
    numbers={"file_count": 0, "total_bytes": 0},
)
RESTRICTED = document(4, {"title": ["Secret ice stations"]}, {"access_status": ["restricted"]}, **closed("person:7"))
DRAFT = document(
    5, {"title": ["Draft about ice"]}, {"is_published": ["false"]}, kind=DocumentKind.DRAFT, **closed("person:7")
)
EDIT = document(
    1, {"title": ["Edited ice"]}, {"is_published": ["false"]}, kind=DocumentKind.DRAFT, **closed("person:5")
)
OLD = document(6, {"title": ["Sea ice, first version"]}, {"resource_type": ["dataset"]}, latest=False)

LIBRARY = (ICE, CLIMATE, SOFTWARE, RESTRICTED, DRAFT, EDIT, OLD)


def found(engine: SearchEngine, query: Node, scope: VisibilityFilter = ANYONE, **options: Any) -> set[int]:
    """The ids of all that match."""
    answer = engine.find(Search(query, scope, size=1000, **options))
    assert answer.total == len(answer.hits)
    return {hit.id for hit in answer.hits}


_BITS = [
    "ice",
    "Ice",
    "sea ice",
    "气",
    "气候",
    "气候变化",
    "drift-2020",
    "10.5072/data.1",
    "C++",
    "",
    "***",
    '"',
    "é",
    "\x00",
]
_WORDS = st.sampled_from(_BITS) | st.text(max_size=8)
_FIELDS = st.sampled_from([None, *FIELDS])
_BOUNDS = st.none() | st.sampled_from(["2020", "2021-03", "0", "700", "1e999", "nan", "-5"]) | st.text(max_size=4)
_PATTERNS = st.text("iceé气[]*?-^", max_size=8) | st.sampled_from(["i*e", "*", "2020*", "气*化"])
_LEAVES = st.one_of(
    st.builds(Term, _WORDS, _FIELDS),
    st.builds(Phrase, _WORDS, _FIELDS),
    st.builds(Wildcard, _PATTERNS, _FIELDS),
    st.builds(Range, st.sampled_from([*FIELDS]), _BOUNDS, _BOUNDS, st.booleans(), st.booleans()),
    st.builds(Exists, st.sampled_from([*FIELDS])),
    st.just(Everything()),
    st.just(Nothing()),
)


def _branches(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    parts = st.lists(nodes, min_size=1, max_size=4).map(tuple)
    return st.builds(And, parts) | st.builds(Or, parts) | st.builds(Not, nodes)


TREES: st.SearchStrategy[Node] = st.recursive(_LEAVES, _branches, max_leaves=12)
"""Any query tree, wise or not."""


def nested(depth: int) -> Node:
    """A question `depth` levels deep that finds what speaks of ice."""
    node: Node = Term("ice")
    for level in range(depth):
        node = And((Term("sea"), Not(Or((Term("none"), Not(node)))))) if level % 2 else Or((node, Term("1", "id")))
    return node
