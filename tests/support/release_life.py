"""``python release_life.py TOKEN RECORD…``, with the source of another release, on a database that ours has written.

It goes through the doors that stay from release to release: WSGI, the API, the pages, the metrics.  It reads the
records of ours, deposits and publishes, edits, discards, and waits until all that follows is done.  Prints as JSON the
ids of what it published.
"""

import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 90.0
TITLE = "A dataset of another release"
_never = threading.Event()


class Life:
    """One client of the application of the other release."""

    def __init__(self, token: str) -> None:
        import repository  # imported here: it is the other release's, and checked below

        source = str(Path(repository.__file__ or "").parent)
        assert source.startswith(os.environ["PYTHONPATH"]), f"the source is {source}"
        from repository.wsgi import application  # imported here: it begins threads

        self._http = application.test_client()
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        """Ask, and check the status."""
        reply = self._http.open(path, method=method, headers=self._headers, **options)
        assert reply.status_code == status, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply

    def read(self, record_id: str) -> None:
        """Read a record, its page, its files and its place in the lists of harvesters."""
        record = self.ask("GET", f"/api/records/{record_id}").get_json()
        assert record["metadata"]["title"]
        self.ask("GET", f"/records/{record_id}")
        for entry in self.ask("GET", f"/api/records/{record_id}/files").get_json()["entries"]:
            content = self.ask("GET", f"/api/records/{record_id}/files/{entry['key']}/content").data
            assert len(content) == entry["size"]
        headers = self.ask("GET", "/oai2d?verb=ListIdentifiers&metadataPrefix=oai_dc").text
        assert f":{record_id}<" in headers

    def draft(self) -> str:
        """Open a draft with a file."""
        body = {
            "access": {"record": "public", "files": "public"},
            "files": {"enabled": True},
            "metadata": {
                "title": TITLE,
                "resource_type": {"id": "dataset"},
                "publication_date": "2026-01-15",
                "publisher": "Polar Data Centre",
                "creators": [{"person_or_org": {"type": "personal", "family_name": "Gorman"}}],
            },
        }
        record_id = str(self.ask("POST", "/api/records", 201, json=body).get_json()["id"])
        files = f"/api/records/{record_id}/draft/files"
        self.ask("POST", files, 201, json=[{"key": "a.csv"}])
        self.ask("PUT", f"{files}/a.csv/content", data=b"a,b\n1,2\n")
        self.ask("POST", f"{files}/a.csv/commit")
        return record_id

    def publish(self, record_id: str) -> None:
        self.ask("POST", f"/api/records/{record_id}/draft/actions/publish", 202)

    def correct(self, record_id: str) -> None:
        """Edit a published record, and publish the corrections."""
        draft = self.ask("POST", f"/api/records/{record_id}/draft", 201).get_json()
        body = {**draft, "metadata": {**draft["metadata"], "title": f"{TITLE}, corrected"}}
        self.ask("PUT", f"/api/records/{record_id}/draft", json=body)
        self.publish(record_id)

    def wait(self, *record_ids: str) -> None:
        """Wait until nothing waits any more, and everything is registered and can be searched."""
        self._until(self._is_settled, "no fact and no job waits")
        for record_id in record_ids:
            record = self.ask("GET", f"/api/records/{record_id}").get_json()
            assert record["pids"]["doi"]["state"] == "registered", record["pids"]
            answer = self.ask("GET", f"/api/records?q=id:{record_id}").get_json()
            assert answer["hits"]["total"] == 1, answer

    def _is_settled(self) -> bool:
        metrics = self.ask("GET", "/metrics").text
        waiting = re.search(r"^repository_facts_waiting (\S+)$", metrics, re.MULTILINE)
        return waiting is not None and float(waiting[1]) == 0 and not re.search(r"^repository_jobs{", metrics, re.M)

    def _until(self, happened: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + SECONDS
        while not happened():
            assert time.monotonic() < deadline, f"{what}: not within {SECONDS} seconds"
            _never.wait(0.2)


def main(token: str, *record_ids: str) -> None:
    life = Life(token)
    for record_id in record_ids:
        life.read(record_id)
    published = life.draft()
    life.publish(published)
    life.correct(published)
    discarded = life.draft()
    life.ask("DELETE", f"/api/records/{discarded}/draft", 204)
    if record_ids:
        life.correct(record_ids[0])
    life.wait(published, *record_ids)
    life.read(published)
    sys.stdout.write(json.dumps({"published": published}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
