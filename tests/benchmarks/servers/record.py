"""Reading records, beside a view of the same application that returns the same bytes."""

import random
from collections.abc import Sequence
from typing import Any

from repository.core.actor import ANONYMOUS
from repository.faces.api.records.serializers import cached_record
from tests.benchmarks.servers.asking import throughput
from tests.benchmarks.servers.places import Site, same_bytes, served

RECORDS = 500
WARMING = 2
"""times as long as a measurement: each process makes each text once, and who asks does not choose the process"""


def measure(place: Site, ids: Sequence[int], clients: int, seconds: float) -> dict[str, Any]:
    chosen = random.sample(ids, min(RECORDS, len(ids)))
    for number in chosen:
        shown = cached_record(place.services, ANONYMOUS, number)
        (same_bytes(place) / str(number)).write_bytes(shown.text)
    with served(place):
        address = place.settings["BASE_URL"]

        def measured(path: str, for_seconds: float) -> dict[str, float]:
            return throughput(
                address, clients, for_seconds, lambda call: call("GET", f"{path}/{random.choice(chosen)}")
            )

        measured("/api/records", WARMING * seconds)
        figures = {
            name: measured(path, seconds) for name, path in (("same_bytes", "/same"), ("record", "/api/records"))
        }
    return {
        **figures,
        "ratio_record_to_same_bytes": round(figures["record"]["per_s"] / figures["same_bytes"]["per_s"], 2),
    }
