"""Fake registrars on loopback: DataCite, CSTR and a Handle server, for development and for tests.

``python -m tests.support.registrars --port 8400`` serves ``/datacite``, ``/cstr`` and ``/handle``. Each checks requests
like the real service and keeps registrations in memory, or in the file that ``--file`` names. Plain Python, no
dependencies.

``POST /control`` orders misbehaviour; ``GET /control/state`` shows what all of them hold::

    {"face": "datacite", "do": "fail", "times": 3, "status": 503, "match": "10.5072/data.12"}

`do` is one of `orders.KINDS`; `times` is 1 by default and 0 for always; `match` is a part of the path or body, `method`
that of the request. ``{"do": "clear"}`` takes back all orders, ``{"do": "reset"}`` forgets everything.

`requests` requests and replies · `orders` misbehaviour · `ledger` registrations and counters · `datacite`, `cstr`,
`handle` the faces · `server` · `accounts` who may register what · `__main__` the command.
"""

from tests.support.registrars.accounts import Account
from tests.support.registrars.server import Registrars, running

__all__ = ["Account", "Registrars", "running"]
