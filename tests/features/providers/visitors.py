"""Browsers that sign in at providers, and what the site keeps of that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.people.queries import person_by_email
from tests.support.odd_provider import OddProvider

JANE = "jane@example.org"


@dataclass
class Visitor:
    """A browser with its cookies."""

    http: FlaskClient
    csrf: str = field(default="", repr=False)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.http.get(path, **more)

    def change(self, method: str, path: str, **more: Any) -> TestResponse:
        return self.http.open(path, method=method, headers={"X-CSRF-Token": self.csrf}, **more)

    def login(self, provider: str = "odd", path: str = "/") -> str:
        """Return the address at the provider."""
        reply = self.get(f"/oauth/{provider}/login", query_string={"next": path})
        assert reply.status_code == 302, reply.text
        return reply.headers["Location"]

    def sign_in(self, odd: OddProvider, provider: str = "odd", **changes: str | None) -> TestResponse:
        return self.get(f"/oauth/{provider}/callback?{odd.approve(self.login(provider), **changes)}")

    def whoami(self) -> Mapping[str, Any] | None:
        reply = self.get("/api/session")
        if reply.status_code != 200:
            return None
        self.csrf = reply.get_json()["csrf_token"]
        user: Mapping[str, Any] = reply.get_json()["user"]
        return user


NewVisitor = Callable[[], Visitor]


def count(services: Services, table: type[Any]) -> int:
    with services.database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalar(select(func.count()).select_from(table)) or 0


def facts(services: Services, kind: str) -> list[Mapping[str, Any]]:
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(FactRow).where(FactRow.kind == kind).order_by(FactRow.id))
        return [{"subject": row.subject, **row.details} for row in rows]


def role_of(services: Services, email: str = JANE) -> str:
    with services.database.snapshot(SYSTEM) as snapshot:
        person = person_by_email(snapshot, email)
        assert person is not None
        return person.role
