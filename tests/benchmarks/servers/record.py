"""Reading records, beside a view of the same application that returns the same bytes."""

import random
from collections.abc import Sequence
from typing import Any

from repository.foundation.actor import ANONYMOUS
from repository.records.shown import shown_or_latest
from tests.benchmarks.servers.asking import throughput
from tests.benchmarks.servers.places import Site, same_bytes, served

RECORDS = 500


def measure(place: Site, ids: Sequence[int], clients: int, seconds: float) -> dict[str, Any]:
    chosen = random.sample(ids, min(RECORDS, len(ids)))
    for number in chosen:
        shown = shown_or_latest(place.facilities, ANONYMOUS, number)
        assert not isinstance(shown, int)
        (same_bytes(place) / str(number)).write_bytes(shown.text)
    with served(place):
        address = place.settings["BASE_URL"]
        figures = {
            name: throughput(
                address, clients, seconds, lambda call, at=path: call("GET", f"{at}/{random.choice(chosen)}")
            )
            for name, path in (("warming", "/api/records"), ("same_bytes", "/same"), ("record", "/api/records"))
        }
    del figures["warming"]
    return {
        **figures,
        "ratio_record_to_same_bytes": round(figures["record"]["per_s"] / figures["same_bytes"]["per_s"], 2),
    }
