"""Programs and people are told of facts, in a test of all statements."""

from werkzeug.test import TestResponse

from repository.audit.sealing import seal_next
from repository.engines.services import Services
from repository.webhooks.note_facts import note_sealed
from tests.conftest import Caller, Deposits


def ok(reply: TestResponse) -> TestResponse:
    assert reply.status_code < 400, (reply.status_code, reply.text)
    return reply


def tell(services: Services, author: Caller, administrator: Caller, deposits: Deposits) -> None:
    """Read notices, and note facts for a webhook, which is gone before anything is posted."""
    about = {"url": "https://hooks.example.org/", "kinds": ["DraftOpened"]}
    hook = f"/api/webhooks/{ok(administrator.post('/api/webhooks', json=about)).get_json()['id']}"
    deposits.open()
    seal_next(services.database, services.kinds)
    assert note_sealed(services.database) == 1
    for path in ("/api/webhooks", f"{hook}/deliveries"):
        ok(administrator.get(path))
    ok(administrator.delete(hook))
    for query in ("", "?unread=true"):
        ok(author.get(f"/api/notifications{query}"))
    ok(author.get("/api/me/notification-preferences"))
    ok(author.put("/api/me/notification-preferences", json={"digest": "daily", "muted": ["version_published"]}))
    ok(author.post("/api/notifications/read-all"))
