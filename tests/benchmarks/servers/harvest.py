"""A whole harvest over OAI-PMH while records change, and the one that follows it.

``python -m tests.benchmarks.servers.harvest [--records 100000] [--writers 2] [--prefix oai_datacite]`` starts the web
server on the servers of ``make services``, publishes as many records, and walks them all while writers correct,
withdraw and publish through the API.  Then it asks for what changed since the walk began.  It ends with an error if the
walk lost or repeated a record, or if what follows it lacks a change; else it prints one JSON object.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from urllib.parse import urlencode

from lxml import etree
from sqlalchemy import select

from repository.core.actor import GRANTABLE, SYSTEM
from repository.people.access_tokens import issue_token
from repository.people.model import Person
from tests.benchmarks.api import description
from tests.benchmarks.population import OWNER, populate
from tests.benchmarks.servers.asking import Plain
from tests.benchmarks.servers.places import Site, served, site
from tests.features.harvesting import ids, token_of, told

EPITAPH = {"removal_reason": {"id": "retracted"}, "note": "Withdrawn while it was harvested."}


def measure(place: Site, records: int, writers: int, prefix: str) -> dict[str, Any]:
    """What the walk took and met; raises `RuntimeError` if it was not exact."""
    known = {str(number) for number in populate(place.services, records, files=1)}
    token = _token(place)
    is_over = Event()
    with served(place), ThreadPoolExecutor(writers) as threads:
        base = place.settings["BASE_URL"]
        changing = [
            threads.submit(_change, Plain(base, token), sorted(known)[number::writers], is_over)
            for number in range(writers)
        ]
        began = time.perf_counter()
        try:
            answers = list(_walk(Plain(base), metadataPrefix=prefix))
        finally:
            is_over.set()
        took = time.perf_counter() - began
        changed = [each for done in changing for each in done.result()]
        since = answers[0][0]
        after = [
            number for _, numbers in _walk(Plain(base), metadataPrefix=prefix, **{"from": since}) for number in numbers
        ]
    met = [number for _, numbers in answers for number in numbers]
    _expect(not (lost := known - set(met)), f"{len(lost)} records were lost, {sorted(lost)[:3]} among them")
    _expect(len(met) == len(set(met)), f"{len(met) - len(set(met))} records came more than once")
    _expect(not (lost := set(changed) - set(after)), f"{len(lost)} changes were lost, {sorted(lost)[:3]} among them")
    return {
        "records": len(met),
        "pages": len(answers),
        "changes_meanwhile": len(changed),
        "seconds": round(took, 1),
        "pages_per_s": round(len(answers) / took, 1),
        "records_in_the_next": len(after),
    }


def _token(place: Site) -> str:
    with place.services.database.transaction(SYSTEM) as unit:
        owner = unit.session.scalars(select(Person).where(Person.email == OWNER)).one()
        return issue_token(unit, owner, GRANTABLE)[1]


def _walk(call: Plain, **arguments: str) -> Iterator[tuple[str, list[str]]]:
    """Each answer's date and the ids of the records in it."""
    question = {"verb": "ListRecords", **arguments}
    while True:
        answer = etree.fromstring(call("GET", f"/oai2d?{urlencode(question)}"))
        _expect(not told(answer, "error"), etree.tostring(answer)[:500].decode())
        yield told(answer, "responseDate")[0], ids(answer)
        token = token_of(answer)
        if token is None or not token.text:
            return
        question = {"verb": "ListRecords", "resumptionToken": token.text}


def _change(call: Plain, numbers: list[str], is_over: Event) -> list[str]:
    """The ids of records that were corrected, withdrawn and published until `is_over`."""
    chance = random.Random(len(numbers))
    chance.shuffle(numbers)
    acts: tuple[Callable[[Plain, str], str], ...] = (_correct, _withdraw, _publish)
    changed = []
    while not is_over.is_set():
        changed.append(chance.choice(acts)(call, numbers.pop()))
    return changed


def _correct(call: Plain, number: str) -> str:
    draft = json.loads(call("POST", f"/api/records/{number}/draft", b""))
    draft["metadata"]["title"] += ", corrected"
    call("PUT", f"/api/records/{number}/draft", json.dumps(draft).encode())
    call("POST", f"/api/records/{number}/draft/actions/publish", b"")
    return number


def _withdraw(call: Plain, number: str) -> str:
    call("DELETE", f"/api/records/{number}/delete", json.dumps(EPITAPH).encode())
    return number


def _publish(call: Plain, number: str) -> str:
    about = {**description(int(number)), "files": {"enabled": False}}
    made = str(json.loads(call("POST", "/api/records", json.dumps(about).encode()))["id"])
    call("POST", f"/api/records/{made}/draft/actions/publish", b"")
    return made


def _expect(is_so: bool, message: str) -> None:
    if not is_so:
        raise RuntimeError(message)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--prefix", default="oai_datacite")
    wanted = parser.parse_args()
    with site() as place:
        print(json.dumps(measure(place, wanted.records, wanted.writers, wanted.prefix), indent=1))


if __name__ == "__main__":
    main()
