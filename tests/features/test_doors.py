"""Every door of the repository, tried on what is embargoed and on what is restricted: nothing of it gets out."""

import hashlib
from collections.abc import Callable, Iterator

import pytest
from lxml import etree

from repository.dataset.formats.registry import FORMATS
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
CONTENT = b"what nobody may have yet"
KEY = "unpublished-station-list.csv"
TITLE = "Coordinates of undisclosed nesting sites"
SECRETS_OF_FILES = (KEY, hashlib.sha256(CONTENT).hexdigest(), hashlib.md5(CONTENT).hexdigest(), CONTENT.decode())
OAI = "/oai2d?verb="


def access(record: str, embargo: str | None = None) -> Json:
    said: Json = {"record": record, "files": "restricted"}
    return {"access": said | ({"embargo": {"active": True, "until": embargo}} if embargo else {})}


@pytest.fixture
def embargoed(deposits: Deposits, settle: Settle) -> Json:
    """Everybody may read of it, nobody may have its files yet."""
    record = deposits.published(a_dataset(title=TITLE) | access("public", "2999-01-01"), **{KEY: CONTENT})
    settle()
    return record


@pytest.fixture
def restricted(deposits: Deposits, settle: Settle) -> Json:
    """Nobody but its owner may know of it."""
    record = deposits.published(a_dataset(title=TITLE) | access("restricted"), **{KEY: CONTENT})
    settle()
    return record


def prefixes(caller: Caller) -> Iterator[str]:
    answer = etree.fromstring(caller.get(f"{OAI}ListMetadataFormats").data)
    for prefix in answer.iter("{http://www.openarchives.org/OAI/2.0/}metadataPrefix"):
        yield str(prefix.text)


def doors(caller: Caller, record: Json) -> Iterator[tuple[str, dict[str, str]]]:
    """Addresses with headers, of all that can be asked of a record."""
    number, concept = record["id"], record["parent"]["id"]
    api, page = f"/api/records/{number}", f"/records/{number}"
    for base in (api, page, f"/api/records/{concept}", f"/records/{concept}"):
        yield base, {}
        for each in FORMATS.values():
            yield base, {"Accept": each.media_type}
            yield f"{base}?format={each.name}", {}
        yield base, {"Accept": "text/x-bibliography"}
        yield base, {"Accept": "application/linkset+json"}
        yield base, {"Accept": "application/linkset"}
    for path in ("files", f"files/{KEY}", f"files/{KEY}/content", "files-archive", "versions", "versions/latest"):
        yield f"{api}/{path}", {}
    yield f"{page}/files/{KEY}", {}
    yield f"{page}/latest", {}
    for pid in ("doi", "cstr"):
        yield f"/{pid}/{record['pids'][pid]['identifier']}", {}
    for query in (f"q=id:{number}", f"q=filenames:{KEY}", f'q=files.key:"{KEY}"', "q=nesting", "allversions=true"):
        yield f"/api/records?{query}", {}
        for each in FORMATS.values():
            yield f"/api/records?{query}", {"Accept": each.media_type}
    for prefix in prefixes(caller):
        yield f"{OAI}ListRecords&metadataPrefix={prefix}", {}
        yield f"{OAI}GetRecord&metadataPrefix={prefix}&identifier=oai:repository.test:{number}", {}
    for path in ("/", "/feed.atom", "/sitemap.xml", "/robots.txt", "/.well-known/api-catalog"):
        yield path, {}


def unsaid_in(path: str) -> list[str]:
    """What the asker did not say: whoever asks for a name gets it repeated in links and refusals."""
    return [secret for secret in SECRETS_OF_FILES if secret not in path]


def test_no_search_tells_that_there_is_a_file_of_that_name(anyone: Caller, embargoed: Json, restricted: Json) -> None:
    for query in (f"filenames:{KEY}", f'files.key:"{KEY}"', "unpublished", "filenames:unpub*", "file_count:1"):
        assert anyone.get(f"/api/records?q={query}").get_json()["hits"]["total"] == 0, query


def test_of_an_embargoed_record_no_door_gives_a_file_away(anyone: Caller, embargoed: Json) -> None:
    asked = 0
    for path, headers in doors(anyone, embargoed):
        reply = anyone.get(path, headers=headers)
        assert reply.status_code < 500, path
        for secret in unsaid_in(path):
            assert secret not in reply.text, f"{path} {headers}"
            assert secret not in str(reply.headers), f"{path} {headers}"
        asked += reply.status_code == 200
    assert asked > 4 * len(FORMATS), "most doors are open, for its description is public"


def test_of_a_restricted_record_no_door_gives_anything_away(anyone: Caller, restricted: Json) -> None:
    for path, headers in doors(anyone, restricted):
        reply = anyone.get(path, headers=headers)
        assert reply.status_code < 500, path
        assert TITLE not in reply.text, f"{path} {headers}"
        assert restricted["metadata"]["description"] not in reply.text, path
        for secret in unsaid_in(path):
            assert secret not in reply.text, f"{path} {headers}"


def test_its_owner_gets_both_through_the_same_doors(author: Caller, restricted: Json, embargoed: Json) -> None:
    for record in (restricted, embargoed):
        api = f"/api/records/{record['id']}"
        assert TITLE in author.get(api).text
        assert KEY in author.get(f"{api}?format=schema-org").text
        assert author.get(f"{api}/files/{KEY}/content").data == CONTENT
