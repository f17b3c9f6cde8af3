"""HTTP for every feature: `problems` (errors), `bodies`, `replies`, `conditions` (If-Match), `openapi` (routes).

The only place, beside each feature's ``views.py``, that knows Flask or a status code.
"""
