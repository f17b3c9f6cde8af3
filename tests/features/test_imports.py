"""Drafts that begin with what exists elsewhere: documents of others, and identifiers that registrars know."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from config.settings import Settings
from repository.core.actor import SYSTEM
from repository.engines.outgoing import registered_descriptions
from repository.engines.outgoing.registered_descriptions import MOST_BYTES
from repository.engines.services import Services
from repository.imports.look_up import MOST_ATTEMPTS, end_silent_imports, look_up_descriptions
from repository.imports.model import DraftImport
from repository.people.model import Person
from tests.conftest import Caller, Deposits
from tests.features.fetching import make_due
from tests.support.file_host import Asked, FileHost, file_host, whole
from tests.support.web_server import HOST

Json = Any
Settle = Callable[[], None]
BIBTEX = "@misc{x, title={Ice}, author={Doe, Jane}, year=2024, publisher={P}, doi={10.5072/else.1}, journal={Nature}}"
DATACITE = {
    "doi": "10.5072/else.1",
    "creators": [{"name": "Li, Wei", "nameType": "Personal", "familyName": "Li", "givenName": "Wei"}],
    "titles": [{"title": "Permafrost", "lang": "en"}, {"title": "冻土", "titleType": "TranslatedTitle", "lang": "zh"}],
    "publisher": {"name": "Elsewhere"},
    "publicationYear": 2023,
    "types": {"resourceTypeGeneral": "Dataset"},
    "xml": "PHJlc291cmNlLz4=",
    "relatedItems": [{"titles": [{"title": "A book"}], "relatedItemType": "Book", "relationType": "IsPublishedIn"}],
}
CSL = {
    "type": "article-journal",
    "title": "An article",
    "DOI": "10.5072/article",
    "author": [
        {"family": "Curie", "given": "Marie", "ORCID": "https://orcid.org/0000-0002-1825-0097", "sequence": "first"}
    ],
    "issued": {"date-parts": [[2021, 5]]},
    "publisher": "Journal House",
    "container-title": "Journal",
    "reference": [{"key": "r1", "DOI": "10.5072/cited"}],
}
CSTR = {
    "code": 200,
    "data": {
        "identifier": "31253.11.else.1",
        "titles": [{"lang": "zh", "name": "冻土温度"}, {"lang": "en", "name": "Permafrost"}],
        "creators": [{"type": "1", "person": {"names": [{"lang": "zh", "name": "欧阳修"}]}}],
        "publish_date": "2022-01-02",
        "alternative_identifiers": [{"type": "DOI", "identifier": "10.5072/else.2"}],
        "cstr_state": "2",
    },
}
SAME = {"id": "isidenticalto"}


@pytest.fixture
def registrar() -> Iterator[FileHost]:
    with file_host(whole(json.dumps(DATACITE).encode())) as played:
        yield played


@pytest.fixture
def settings(settings: Settings, registrar: FileHost) -> Settings:
    return settings.model_copy(
        update={
            "doi_metadata_url": registrar.name,
            "cstr_metadata_url": f"{registrar.name}/detail",
            "fetch_networks": f"{HOST}/32",
        }
    )


def sent(author: Caller, text: str | bytes, media_type: str, query: str = "") -> Json:
    reply = author.post(f"/api/records{query}", data=text, headers={"Content-Type": media_type})
    assert reply.status_code == 201, reply.text
    return reply.get_json()


def begun(author: Caller, identifier: str = "10.5072/else.1", use: str = "identical") -> Json:
    reply = author.post("/api/imports", json={"identifier": identifier, "identifier_use": use})
    assert reply.status_code == 201, reply.text
    return reply.get_json()


def state(author: Caller, draft: Json, language: str = "en") -> Json:
    reply = author.get(f"/api/records/{draft['id']}/draft/import", headers={"Accept-Language": language})
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def kept(author: Caller, draft: Json) -> Json:
    return author.get(f"/api/records/{draft['id']}/draft").get_json()


def test_a_bibtex_entry_becomes_a_draft_and_tells_what_is_left(author: Caller) -> None:
    draft = sent(author, BIBTEX, "application/x-bibtex")
    assert draft["metadata"]["title"] == "Ice"
    assert (draft["source"]["state"], draft["source"]["format"]) == ("done", "bibtex")
    assert draft["source"]["not_taken"] == [{"field": "journal", "value": "Nature"}]
    [warning] = draft["errors"]
    told = {"field": "source.journal", "messages": ["Not taken over: Nature"], "severity": "warning"}
    assert warning == told | {"code": "not_taken_over"}
    assert state(author, draft) == draft["source"], "it is told later too"
    assert kept(author, draft)["errors"] == [], "what the source says is no fault of the draft"


def test_the_use_of_a_doi_from_elsewhere_is_chosen(author: Caller, deposits: Deposits) -> None:
    [link] = sent(author, BIBTEX, "application/x-bibtex")["metadata"]["related_identifiers"]
    assert (link["identifier"], link["relation_type"]["id"]) == ("10.5072/else.1", "isidenticalto")

    external = sent(author, BIBTEX, "application/x-bibtex", "?identifier_use=external")
    assert external["pids"]["doi"]["identifier"] == "10.5072/else.1"
    assert external["pids"]["doi"]["provider"] == "external"
    assert "related_identifiers" not in external["metadata"]

    supplement = sent(author, BIBTEX, "application/x-bibtex", "?identifier_use=supplement")
    [link] = supplement["metadata"]["related_identifiers"]
    assert link["relation_type"]["id"] == "issupplementto"
    assert "publisher" not in supplement["metadata"], "the journal's publisher does not publish the data"
    assert {"field": "publisher", "value": "P"} in supplement["source"]["not_taken"]

    again = sent(author, BIBTEX, "application/x-bibtex", "?identifier_use=external")
    assert [error["field"] for error in again["errors"] if "severity" not in error] == ["pids.doi"], (
        "no DOI names two datasets"
    )


def test_a_text_is_recognised_by_its_content(author: Caller) -> None:
    assert sent(author, "TY  - DATA\nTI  - Ice\nER  - \n", "text/plain")["source"]["format"] == "ris"


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("no entry", "application/x-bibtex"),
        ("{}", "application/ld+json; profile=ro-crate"),
        ("<!DOCTYPE a><resource/>", "application/vnd.datacite.datacite+xml"),
        ("just words", "text/plain"),
        ("", "text/plain"),
        (b"\x00\x01\x02\xff", "text/plain"),
        ("title: no citation", "text/x-yaml"),
    ],
)
def test_what_is_no_description_is_refused_in_the_reader_s_language(
    author: Caller, text: str | bytes, media_type: str
) -> None:
    headers = {"Content-Type": media_type, "Accept-Language": "zh"}
    reply = author.post("/api/records", data=text, headers=headers)
    assert reply.status_code == 400, reply.text
    [error] = reply.get_json()["errors"]
    assert error["field"] == "source"
    assert any("一" <= letter <= "鿿" for letter in error["messages"][0]), error


def test_a_description_has_a_largest_size(author: Caller) -> None:
    headers = {"Content-Type": "application/x-bibtex"}
    assert author.post("/api/records", data="x" * (MOST_BYTES + 1), headers=headers).status_code == 413


def test_an_unknown_type_of_body_is_refused(author: Caller) -> None:
    assert author.post("/api/records", data="x", headers={"Content-Type": "application/x-tar"}).status_code == 415


def test_a_doi_is_looked_up_by_a_job_and_fills_the_draft(author: Caller, registrar: FileHost, settle: Settle) -> None:
    draft = begun(author, "https://doi.org/10.5072/ELSE.1")
    assert draft["source"]["state"] == "waiting"
    assert draft["metadata"]["related_identifiers"][0]["relation_type"]["id"] == "isidenticalto"
    assert registrar.asked == [], "no request asks a registrar"

    settle()
    told = state(author, draft)
    assert (told["state"], told["format"]) == ("done", "datacite-json")
    assert next(lost["field"] for lost in told["not_taken"]).startswith("relatedItems.0")
    metadata = kept(author, draft)["metadata"]
    assert metadata["title"] == "Permafrost"
    assert metadata["creators"][0]["person_or_org"]["name"] == "Li, Wei"
    assert len(metadata["related_identifiers"]) == 1, "the DOI stands there once"
    [(path, headers)] = registrar.asked
    assert path.lower() == "/10.5072/else.1"
    assert headers["Accept"].startswith("application/vnd.datacite.datacite+json")
    assert headers.keys().isdisjoint({"Authorization", "Cookie"})


def test_what_crossref_answers_is_an_article_that_the_data_supplement(
    author: Caller, registrar: FileHost, settle: Settle
) -> None:
    registrar.answer = whole(json.dumps(CSL).encode())
    draft = begun(author, "10.5072/article", "supplement")
    settle()
    metadata = kept(author, draft)["metadata"]
    assert metadata["resource_type"]["id"] == "dataset"
    assert metadata["creators"][0]["person_or_org"]["identifiers"][0]["identifier"] == "0000-0002-1825-0097"
    assert metadata["related_identifiers"][0]["relation_type"]["id"] == "issupplementto"
    fields = {lost["field"] for lost in state(author, draft)["not_taken"]}
    assert {"resource_type", "publication_date", "publisher", "container-title"} <= fields


def test_a_cstr_is_looked_up_too(author: Caller, registrar: FileHost, settle: Settle) -> None:
    registrar.answer = whole(json.dumps(CSTR).encode())
    draft = begun(author, "CSTR:31253.11.else.1")
    settle()
    assert registrar.asked[0][0].startswith("/detail?identifier=31253.11.else.1")
    metadata = kept(author, draft)["metadata"]
    assert (metadata["title"], metadata["additional_titles"][0]["title"]) == ("冻土温度", "Permafrost")
    person = metadata["creators"][0]["person_or_org"]
    assert (person["family_name"], person["given_name"]) == ("欧阳", "修")
    assert [link["scheme"] for link in metadata["related_identifiers"]] == ["cstr", "doi"]


def test_what_somebody_wrote_meanwhile_stays(author: Caller, settle: Settle) -> None:
    draft = begun(author)
    author.patch(f"/api/records/{draft['id']}/draft", json={"metadata": {"title": "My own title"}})
    settle()
    metadata = kept(author, draft)["metadata"]
    assert (metadata["title"], metadata["publisher"]) == ("My own title", "Elsewhere")
    assert {"field": "title", "value": "Permafrost"} in state(author, draft)["not_taken"]


def test_who_goes_on_without_an_answer_gets_none_later(author: Caller, settle: Settle) -> None:
    draft = begun(author)
    assert author.delete(f"/api/records/{draft['id']}/draft/import").status_code == 204
    settle()
    assert state(author, draft)["state"] == "left"
    assert "title" not in kept(author, draft)["metadata"]


def test_a_registrar_that_does_not_answer_is_asked_again_and_then_no_more(
    author: Caller, registrar: FileHost, settle: Settle, services: Services
) -> None:
    registrar.answer = lambda asked: asked.head(503, Content_Length="0")
    draft = begun(author, use="external")
    settle()
    told = state(author, draft, "zh")
    assert (told["state"], told["attempts"], told["reason"]) == ("waiting", 1, "对方服务器返回状态码 503。")
    for _ in range(MOST_ATTEMPTS):
        make_due(services)
        settle()
    told = state(author, draft)
    assert (told["state"], told["attempts"]) == ("failed", MOST_ATTEMPTS)
    assert len(registrar.asked) == MOST_ATTEMPTS
    assert kept(author, draft)["pids"]["doi"]["identifier"] == "10.5072/else.1", "the DOI is kept"


@pytest.mark.parametrize(
    "answer",
    [
        lambda asked: asked.head(404, Content_Length="0"),
        whole(b"<html>What?</html>"),
        whole(b'{"title": '),
        whole(b"\xff\xfe\x00\x01\x02"),
        lambda asked: asked.head(302, Location="http://127.0.0.1:1/admin", Content_Length="0"),
        lambda asked: asked.head(302, Location="http://localhost/x", Content_Length="0"),
        lambda asked: asked.head(302, Location="http://169.254.169.254/latest", Content_Length="0"),
        lambda asked: asked.head(302, Location="file:///etc/passwd", Content_Length="0"),
    ],
    ids=["unknown", "html", "cut json", "bytes", "port", "localhost", "link-local", "file"],
)
def test_a_wrong_answer_ends_the_look_up_at_once(
    author: Caller, registrar: FileHost, settle: Settle, answer: Callable[[Asked], None]
) -> None:
    registrar.answer = answer
    draft = begun(author)
    settle()
    told = state(author, draft)
    assert told["state"] == "failed"
    assert told["reason"]
    assert len(registrar.asked) == 1


def test_a_huge_answer_is_not_read_to_its_end(author: Caller, registrar: FileHost, settle: Settle) -> None:
    registrar.answer = whole(b"[" + b" " * (4 * MOST_BYTES) + b"]")
    draft = begun(author)
    settle()
    assert state(author, draft)["reason"] == registered_descriptions.TOO_LARGE


@pytest.mark.parametrize(
    "identifier", ["", "soon", "https://example.org/x", "0000-0002-1825-0097", "10.5072", "x" * 3000]
)
def test_another_text_is_no_identifier_to_look_up(author: Caller, identifier: str) -> None:
    reply = author.post("/api/imports", json={"identifier": identifier})
    assert reply.status_code == 400
    assert reply.get_json()["errors"][0]["field"] == "identifier"


def test_others_learn_nothing_of_an_import(author: Caller, register: Callable[..., Caller]) -> None:
    draft = sent(author, BIBTEX, "application/x-bibtex")
    other = register("other@example.org")
    assert other.get(f"/api/records/{draft['id']}/draft/import").status_code == 403
    assert other.delete(f"/api/records/{draft['id']}/draft/import").status_code == 403


def test_a_draft_that_began_with_nothing_has_no_import(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    assert author.get(f"/api/records/{draft['id']}/draft/import").status_code == 404


def test_a_discarded_draft_takes_its_import_along(author: Caller, services: Services, settle: Settle) -> None:
    draft = begun(author)
    assert author.delete(f"/api/records/{draft['id']}/draft").status_code == 204
    settle()
    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.scalars(select(DraftImport)).all() == []


def test_who_was_suspended_has_nothing_filled_in(
    author: Caller, settle: Settle, services: Services, registrar: FileHost
) -> None:
    draft = begun(author)
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Person).values(active=False))
    settle()
    with services.database.snapshot(SYSTEM) as snapshot:
        row = snapshot.session.scalars(select(DraftImport).where(DraftImport.draft_id == int(draft["id"]))).one()
    assert (row.state, registrar.asked) == ("failed", [])


def test_an_import_whose_job_was_given_up_ends(author: Caller, services: Services) -> None:
    draft = begun(author)
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(DraftImport).values(touched=unit.now - timedelta(hours=3)))
    assert end_silent_imports(services.database).repaired == 1
    assert state(author, draft)["state"] == "failed"
    assert end_silent_imports(services.database).repaired == 0


def test_two_runs_of_the_job_fill_a_draft_once(
    author: Caller, services: Services, registrar: FileHost, settle: Settle
) -> None:
    draft = begun(author)
    settle()
    revision = kept(author, draft)["revision_id"]
    with services.database.snapshot(SYSTEM) as snapshot:
        [import_id] = snapshot.session.scalars(select(DraftImport.id)).all()
    threads = [threading.Thread(target=look_up_descriptions, args=(services, [import_id])) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept(author, draft)["revision_id"] == revision
    assert len(registrar.asked) == 1
