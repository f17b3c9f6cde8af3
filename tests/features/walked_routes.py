"""Every route of the application with parts of a path that exist, for tests that walk them all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from repository.core.web.request_log import OPERATIONAL
from tests.features.steps import Json

OPEN = {
    "oai.provide",  # POST is another way to ask there (OAI-PMH 2.0, section 3.1.1.2)
    "unsubscribe.stop_mail",  # its address is signed (RFC 8058)
}
FILE = "only-for-readers.csv"


@dataclass(frozen=True)
class Walk:
    """What one record or draft is at: its number, its file and its identifiers."""

    record: Json

    @property
    def parts(self) -> Mapping[str, str]:
        doi = self.record["pids"].get("doi", {}).get("identifier", "10.5072/none")
        return {
            "record_id": self.record["id"],
            "key": FILE,
            "scheme": "doi",
            "name": "datacite-json",
            "prefix": "doi",
            "text": doi,
            "kind": "resourcetypes",
            "term_id": "dataset",
            "number": "1",
            "set_id": "1",
            "team_id": "1",
            "organisation_id": "01an7q238",
            "ror": "01an7q238",
            "identifier_id": "1",
            "token_id": "1",
            "request_id": "1",
            "offer_id": "1",
            "person_id": "1",
            "job_id": "1",
            "act": "quota",
            "notice_id": "1",
            "webhook_id": "1",
            "grant_id": "1",
            "search_id": "1",
            "other_id": self.record["id"],
            "subject_id": "1",
            "link_id": "1",
            "session_id": "1",
            "identity_id": "1",
            "provider_id": "nobody",
            "upload_name": "nothing",
            "token": "nothing",
        }

    def path(self, rule: Rule) -> str:
        """The address of a route for this record."""
        path = rule.rule
        for argument in rule.arguments:
            begin = next(place for place in range(len(path)) if path.startswith("<", place) and argument in path)
            while not path[begin : path.index(">", begin)].endswith(argument):
                begin = path.index("<", begin + 1)
            path = path[:begin] + self.parts[argument] + path[path.index(">", begin) + 1 :]
        return path


def rules_of(app: Flask, method: str) -> Iterator[Rule]:
    """Every rule that takes the method, but for those of monitors."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint not in OPERATIONAL:
            yield rule


def acts_of(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every method and rule that changes something."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for rule in rules_of(app, method):
            if rule.endpoint not in OPEN:
                yield method, rule
