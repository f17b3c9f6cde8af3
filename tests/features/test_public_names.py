"""Names from ORCID's public records: after the people here, and without harm while the register is away."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from config.settings import Settings
from repository.core.errors import Unavailable
from repository.engines.public_names.orcid_search import REST_SECONDS, OrcidSearch
from tests.conftest import Caller
from tests.support.web_server import HOST, free_port

ADA = {
    "orcid-id": "0000-0002-1825-0097",
    "given-names": "Ada\u0007",
    "family-names": "  Love\nlace ",
    "institution-name": ["Analytical Society", "Analytical Society", None, ""],
}


@dataclass
class FakeRegister:
    """What the register answers, and what it was asked."""

    port: int = 0
    status: int = 200
    body: bytes = b""
    questions: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/v3.0"

    def tell(self, *people: Any) -> None:
        self.body = json.dumps({"expanded-result": list(people), "num-found": len(people)}).encode()


@pytest.fixture
def register_of_people() -> Iterator[FakeRegister]:
    known = FakeRegister()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.questions.append(parse_qs(urlsplit(self.path).query)["q"][0])
            self.send_response(known.status)
            self.send_header("Content-Length", str(len(known.body)))
            self.end_headers()
            self.wfile.write(known.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HOST, 0), Answering) as server:
        known.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield known
        server.shutdown()


@pytest.fixture
def settings(settings: Settings, register_of_people: FakeRegister) -> Settings:
    return settings.model_copy(update={"orcid_url": register_of_people.url})


def names(caller: Caller, query: str) -> Any:
    reply = caller.get(f"/api/names?{query}")
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def test_people_of_the_register_follow_those_here(
    register: Callable[..., Caller], register_of_people: FakeRegister
) -> None:
    reader = register("reader@example.org")
    about = {"profile": {"full_name": "Lovelace, Anne"}, "preferences": {"visibility": "public"}}
    assert register("anne@example.org").patch("/api/me", json=about).status_code == 200
    register_of_people.tell(ADA)

    here, there = names(reader, "suggest=love")["hits"]["hits"]

    assert here["name"] == "Lovelace, Anne"
    assert there == {
        "id": "0000-0002-1825-0097",
        "name": "Love lace, Ada",
        "family_name": "Love lace",
        "given_name": "Ada",
        "identifiers": [{"identifier": "0000-0002-1825-0097", "scheme": "orcid"}],
        "affiliations": [{"name": "Analytical Society"}],
    }
    assert len(names(reader, "suggest=love&size=1")["hits"]["hits"]) == 1
    assert len(names(reader, "suggest=love&page=2")["hits"]["hits"]) == 0
    assert len(register_of_people.questions) == 1


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("0000-0002-1825-009x", "orcid:0000-0002-1825-009X"),
        ("https://orcid.org/0000-0002-1825-0097", "orcid:0000-0002-1825-0097"),
        ("l) OR *:*", "(given-names:l* OR family-name:l* OR credit-name:l* OR other-names:l*) AND (given-names:or*"),
        ("李 伟", "(given-names:李* OR family-name:李*"),
    ],
)
def test_no_word_is_a_part_of_the_query_language(register_of_people: FakeRegister, words: str, question: str) -> None:
    register_of_people.tell()
    OrcidSearch(register_of_people.url).suggest(words, 5)
    [told] = register_of_people.questions
    assert told.startswith(question)
    assert "*:*" not in told


@pytest.mark.parametrize("words", ["", "a", "*:*", "  ", "()"])
def test_too_little_is_not_asked(register_of_people: FakeRegister, words: str) -> None:
    assert OrcidSearch(register_of_people.url).suggest(words, 5) == ()
    assert register_of_people.questions == []


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b"{}"), (302, b""), (200, b"<html>"), (200, b"[]"), (200, b'{"expanded-result": [7]}'), (200, b'"x"')],
)
def test_a_register_that_answers_nothing_rests_and_the_people_here_stay(
    register: Callable[..., Caller], register_of_people: FakeRegister, status: int, body: bytes
) -> None:
    reader = register("reader@example.org")
    assert reader.patch("/api/me", json={"profile": {"full_name": "Love, Ada"}}).status_code == 200
    register_of_people.status, register_of_people.body = status, body
    for _ in range(2):
        told = names(reader, "suggest=love")
        assert [hit["name"] for hit in told["hits"]["hits"]] == ["Love, Ada"]
        assert told["unavailable"] == ["orcid"]
    assert len(register_of_people.questions) == 1


def test_a_register_that_is_back_is_asked_again_after_its_rest() -> None:
    known, at = FakeRegister(port=free_port()), [0.0]
    search = OrcidSearch(known.url, lambda: at[0])
    for moment in (0.0, 1.0, REST_SECONDS):
        at[0] = moment
        with pytest.raises(Unavailable, match=r"\(|does not answer\.$") as told:
            search.suggest("love", 5)
        assert ("(" in told.value.reason) == (moment != 1.0)


def test_what_is_no_person_is_left_out(register_of_people: FakeRegister) -> None:
    register_of_people.tell({"orcid-id": "1"}, {"orcid-id": ADA["orcid-id"]}, ADA, ADA)
    assert len(OrcidSearch(register_of_people.url).suggest("love", 1)) == 1
