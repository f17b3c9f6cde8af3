"""``python -m tests.support.registrars --port 8400 [--file STATE] [--accounts FILE] [--polls N]``."""

import argparse
import sys
from pathlib import Path

from tests.support.registrars import accounts
from tests.support.registrars.server import Registrars


def main() -> int:
    """Serve until interrupted; report an error in one line on stderr, with exit status 1."""
    parser = argparse.ArgumentParser(
        prog="tests.support.registrars", description="Registrars that are none, on loopback."
    )
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--file", type=Path, help="keep what is registered there (in memory unless given)")
    parser.add_argument("--accounts", type=Path, help="who may register what; see tests/support/registrars/accounts.py")
    parser.add_argument("--polls", type=int, default=0, help="how often a CSTR task is still under way when asked for")
    options = parser.parse_args()
    try:
        known = accounts.read(options.accounts) if options.accounts else accounts.DEFAULT
        registrars = Registrars(options.port, known, options.file, options.polls)
        sys.stderr.write(f"{', '.join(f'{registrars.url}/{name}' for name in registrars.faces)}\n")
        registrars.serve()
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
