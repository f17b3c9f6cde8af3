"""Drafts that begin with what exists elsewhere: documents of others, and identifiers that registrars know."""

from tests.conftest import Caller

BIBTEX = "@misc{x, title={Ice}, author={Doe, Jane}, year=2024, publisher={P}, doi={10.5072/else.1}, journal={Nature}}"


def test_a_bibtex_entry_becomes_a_draft_and_tells_what_is_left(author: Caller) -> None:
    reply = author.post("/api/records", data=BIBTEX, headers={"Content-Type": "application/x-bibtex"})
    assert reply.status_code == 201, reply.text
    draft = reply.get_json()
    assert draft["metadata"]["title"] == "Ice"
    assert draft["source"]["not_taken"] == [{"field": "journal", "value": "Nature"}]
    assert draft["errors"] == [
        {"field": "source.journal", "messages": ["Not taken over: Nature"], "severity": "warning"}
    ]
    again = author.get(f"/api/records/{draft['id']}/draft/import").get_json()
    assert again == draft["source"]
