"""The outside world behind ports: each folder holds ``port.py`` and one file per keeper of its promise.

A port exists only where two keepers exist or are decided.  Every keeper passes the port's one contract suite in
``tests/contracts``.  An engine that does not answer raises `core.errors.Unavailable`.  `conditions` tries a little of
each engine's work, for health and metrics.
"""
