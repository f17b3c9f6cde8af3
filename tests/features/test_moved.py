"""A concept's id leads to the same resource of its latest version, in every face, with the same query."""

import pytest

from tests.conftest import Caller, Deposits

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "path",
    [
        "/api/records/{}",
        "/api/records/{}?format=bibtex",
        "/records/{}",
        "/records/{}?lang=zh&page=1",
        "/records/{}?format=ris",
        "/records/{}/linkset",
        "/records/{}/linkset.json",
    ],
)
def test_a_concept_leads_to_the_same_resource_of_its_latest_version(
    path: str, deposits: Deposits, anyone: Caller
) -> None:
    record = deposits.published()
    moved = anyone("GET", path.format(record["parent"]["id"]))
    assert moved.status_code == 302
    assert moved.location.endswith(path.format(record["id"]))
    assert anyone("GET", path.format(record["id"])).status_code == 200


def test_a_token_in_the_query_does_not_stand_in_the_address(deposits: Deposits, author: Caller) -> None:
    record = deposits.published()
    concept = f"/api/records/{record['parent']['id']}?access_token={author.token}&format=ris"
    moved = author.http.get(concept)
    assert moved.status_code == 302
    assert moved.location.endswith(f"/api/records/{record['id']}?format=ris")
