"""Single requests while something is away: each is asked once, and its first answer is what counts."""

import threading
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.conftest import a_dataset
from tests.faults.ledger import UNAVAILABLE, Deposit, Ledger
from tests.faults.load import Depositor
from tests.support.web_server import Client, Reply

FILES = 1


@dataclass
class Witness:
    """A person without patience; what they publish is in the ledger like anything else."""

    call: Client
    ledger: Ledger
    published: Deposit = field(init=False)
    draft: Deposit = field(init=False)

    def __post_init__(self) -> None:
        """One record and one draft, to look at later."""
        self.published = self.publish()
        self.draft = self._depositor().open_draft("A draft that stays")
        self._depositor().add_files(self.draft, FILES)

    def publish(self) -> Deposit:
        """A whole deposit in which no request has to be repeated."""
        depositor = self._depositor()
        made = depositor.open_draft("Published at once")
        depositor.add_files(made, FILES)
        depositor.publish(made)
        return made

    def expect_reading(self) -> None:
        """Records, drafts and pages are there."""
        for path in (f"/api/records/{self.published.id}", f"/api/records/{self.draft.id}/draft"):
            assert self._get(path).status == 200
        assert self._get(f"/records/{self.published.id}").status == 200

    def expect_search(self, well: bool) -> None:
        reply = self._get("/api/records?q=published")
        if well:
            assert reply.status == 200, reply.text
        else:
            expect_unavailable(reply)

    def expect_no_uploads(self) -> None:
        """An upload is refused before anything of its draft changes, and so is a download."""
        place = f"/api/records/{self.draft.id}/draft"
        before = [self._get(path).json for path in (place, f"{place}/files")]
        (key,) = self.draft.files
        expect_unavailable(self._send("PUT", f"{place}/files/{quote(key)}/content", b"other bytes"))
        expect_unavailable(self._get(f"{place}/files/{quote(key)}/content"))
        assert [self._get(path).json for path in (place, f"{place}/files")] == before

    def expect_nothing(self) -> None:
        """Whatever is asked: not now."""
        for path in ("/api/records", f"/api/records/{self.published.id}", f"/records/{self.published.id}"):
            expect_unavailable(self._get(path))
        expect_unavailable(self._send("POST", "/api/records", a_dataset()))
        expect_unavailable(self._send("POST", f"/api/records/{self.draft.id}/draft/actions/publish"))
        assert self._get("/health/live").status == 200

    def _depositor(self) -> Depositor:
        return Depositor(0, self.call, self.ledger, threading.Event(), deadline=0.0)

    def _get(self, path: str) -> Reply:
        return self._send("GET", path)

    def _send(self, method: str, path: str, body: object = None) -> Reply:
        reply = self.call(method, path, body)
        self.ledger.saw(f"{method} {path}", reply)
        return reply


def expect_unavailable(reply: Reply) -> None:
    """A 503 that says when to come again."""
    assert reply.status == UNAVAILABLE, f"{reply.status} {reply.text}"
    assert int(reply.headers["Retry-After"]) > 0
