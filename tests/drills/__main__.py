"""``python -m tests.drills``."""

import argparse
import os
import sys
from time import monotonic

from tests import drills
from tests.drills.drill_site import new_site, silent_servers
from tests.drills.drill_steps import Drill, DrillSize
from tests.drills.drill_table import DrillTable
from tests.engines import EMBEDDED, SERVERS
from tests.engines.addresses import close_clients, take_addresses
from tests.engines.choosing import REQUIRE_SERVICES


def drill(installation: str, size: DrillSize, table: DrillTable) -> None:
    """Run the whole drill on a new site, and print each comparison as it is made."""
    with new_site(installation) as site:
        try:
            Drill(site, size, table.tell).whole()
        except BaseException as error:
            error.add_note(site.log)
            raise


def main() -> None:
    parser = argparse.ArgumentParser(description=drills.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("installations", nargs="*", help=f"of {EMBEDDED}, {SERVERS}; by default all that answer")
    parser.add_argument("--publications", type=int, default=DrillSize.before, help="before the backup")
    wanted = parser.parse_args()
    take_addresses()
    silent = silent_servers()
    chosen = wanted.installations or ([EMBEDDED] if silent else [EMBEDDED, SERVERS])
    if silent and (SERVERS in chosen or os.environ.get(REQUIRE_SERVICES) == "1"):
        raise SystemExit(f"Not running: {', '.join(silent)}. Start them by `make services`.")
    table = DrillTable(sys.stdout)
    for installation in chosen:
        begun = monotonic()
        table.begin(installation)
        drill(installation, DrillSize(before=wanted.publications), table)
        table.end(monotonic() - begun)
    if silent:
        print(f"No drill on servers: {', '.join(silent)} not running.")
    close_clients()
    raise SystemExit(table.differs)


if __name__ == "__main__":
    main()
