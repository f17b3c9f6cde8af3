"""Calls to addresses that people chose: they must not reach into our own network.

`allowed_addresses` which addresses may be called, `allowed_hosts` whose · `pinned_connection` to one of them ·
`guarded_post` one POST, bounded in time and bytes · `guarded_fetch` a file or its rest, `fetch_replies` what came ·
`registered_descriptions` what registrars know of an identifier · `configured_calls` all as as settings want them.
"""
