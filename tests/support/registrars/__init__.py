"""Registrars that are none, on loopback: DataCite, CSTR and a Handle server, for development and for tests.

``python -m tests.support.registrars --port 8400`` serves ``/datacite``, ``/cstr`` and ``/handle``, each checking
requests as the real service does and keeping what was registered, in memory or in the file that ``--file`` names.
Plain Python.

Misbehaviour is ordered at ``POST /control``; what all of them hold is at ``GET /control/state``::

    {"face": "datacite", "do": "fail", "times": 3, "status": 503, "match": "10.5072/data.12"}

`do` is one of `orders.KINDS`, `times` 1 unless given and 0 for always, `match` a part of the path or body, `method`
that of the request.  ``{"do": "clear"}`` takes back all orders, ``{"do": "reset"}`` forgets everything.

`requests` what comes and goes · `orders` · `ledger` what is held and counted · `datacite`, `cstr`, `handle` the faces ·
`server` · `accounts` who may register what · `__main__` the command.
"""

from tests.support.registrars.accounts import Account
from tests.support.registrars.server import Registrars, running

__all__ = ["Account", "Registrars", "running"]
