"""``python -m tests.benchmarks.servers``."""

import argparse
import json
from typing import Any

from repository.search.index import rebuild
from tests.benchmarks import servers
from tests.benchmarks.population import populate
from tests.benchmarks.servers import rebuilding, record, search, transfer
from tests.benchmarks.servers.places import Site, site

PARTS = ("rebuild", "search", "record", "transfer")


def measured(place: Site, wanted: argparse.Namespace) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    parts = wanted.parts or PARTS
    if "transfer" in parts:
        figures["transfer"] = transfer.measure(place, wanted.mib)
    if set(parts) == {"transfer"}:
        return figures
    ids = populate(place.services, wanted.records)
    if "record" in parts:
        figures["record"] = record.measure(place, ids, wanted.clients, wanted.seconds)
    if "rebuild" in parts:
        figures["rebuild"] = rebuilding.measure(place, ids)
    if "search" in parts:
        if "rebuild" not in parts:
            rebuild(place.services, lambda _done, _all: None)
        figures["search"] = search.measure(place, wanted.clients, wanted.seconds)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=servers.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each reading measurement")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--mib", type=int, default=200)
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    with site() as place:
        print(json.dumps(measured(place, wanted), indent=1))


if __name__ == "__main__":
    main()
