"""Identifiers in the search box."""

import pytest

from repository.engines.search.query_tree import Node, Or, Phrase, Term
from repository.search.query_syntax import parse


@pytest.mark.parametrize(
    ("query", "value", "fields"),
    [
        *(
            (text, "10.5072/data.12", ("doi", "concept_doi", "identifiers"))
            for text in (
                "10.5072/Data.12",
                "10.5072/Data.12.",
                "DOI 10.5072/data.12",
                "(10.5072/data.12)",
                "“10.5072/data.12”，",
                "doi.org/10.5072/data.12",
                "https://doi.org/10.5072/Data.12",
                "http://dx.doi.org/10.5072/DATA.12",
                "<https://doi.org/10.5072%2Fdata.12>",
                "info:doi/10.5072/data.12",
                "10.5072/data\u200b.12",
            )
        ),
        ("10.5072/S0021(99)12-1", "10.5072/s0021(99)12-1", ("doi", "concept_doi", "identifiers")),
        *(
            (text, "99999.11.data.12", ("cstr", "concept_cstr", "identifiers"))
            for text in (
                "99999.11.Data.12",
                "CSTR 99999.11.data.12",
                "https://cstr.cn/99999.11.data.12",
                "99999.11.data.12;",
            )
        ),
        *(
            (text, "20.500.12345/ab", ("handle", "concept_handle", "identifiers"))
            for text in ("hdl:20.500.12345/AB", "https://hdl.handle.net/20.500.12345/ab", "20.500.12345/ab")
        ),
        *(
            (text, "0000-0002-1825-0097", ("creator_identifiers", "contributor_identifiers"))
            for text in ("0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097", "ORCID: 0000-0002-1825-0097.")
        ),
        *(
            (text, "978-3-16-148410-0", ("identifiers", "related_identifiers"))
            for text in ("9783161484100", "978-3-16-148410-0", "ISBN 978 3 16 148410 0", "urn:isbn:9783161484100")
        ),
        *(
            (text, "arxiv:2101.00001", ("identifiers", "related_identifiers"))
            for text in ("arXiv:2101.00001", "https://arxiv.org/abs/2101.00001", "2101.00001")
        ),
    ],
)
def test_a_pasted_identifier_is_looked_for_as_text_and_in_the_fields_of_its_scheme(
    query: str, value: str, fields: tuple[str, ...]
) -> None:
    node = parse(query)
    assert isinstance(node, Or)
    assert node.parts[1:] == tuple(Term(value, field) for field in fields)


@pytest.mark.parametrize("query", ["2020", "3.14", "9783161484101", "0000-0002-1825-0098", "12/20", "PMC", "e.g."])
def test_numbers_are_not_guessed_to_be_identifiers(query: str) -> None:
    assert parse(query) == Term(query)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("doi:10.5072/X", Term("10.5072/x", "doi")),
        ("DOI:10.5072/X", Term("10.5072/x", "doi")),
        ("doi:https://doi.org/10.5072/X", Term("10.5072/x", "doi")),
        ('pids.doi.identifier:"10.5072/X"', Phrase("10.5072/x", "doi")),
        ("conceptdoi:10.5072/x", Term("10.5072/x", "concept_doi")),
        ("CSTR:99999.11.X", Term("99999.11.x", "cstr")),
        ("cstr:https://cstr.cn/99999.11.x", Term("99999.11.x", "cstr")),
        ("cstr:CSTR:99999.11.x", Term("99999.11.x", "cstr")),
        (
            "creators.orcid:https://orcid.org/0000-0002-1825-009X",
            Term("0000-0002-1825-009x", "creator_identifiers"),
        ),
    ],
)
def test_identifiers_are_compared_bare(query: str, tree: Node) -> None:
    assert parse(query) == tree
