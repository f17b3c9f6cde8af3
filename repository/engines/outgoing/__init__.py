"""Calls to addresses that people chose: they must not reach into our own network.

`allowed_addresses` which addresses may be called · `guarded_post` one POST, bounded in time and bytes.
"""
