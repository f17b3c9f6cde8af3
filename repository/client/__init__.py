"""The depositor's client of the HTTP API: it knows the contract and nothing of the server.

It imports only the standard library and PyYAML, so that it can be installed alone.  It works against our server and
against others that speak the same contract (InvenioRDM); what only ours has, it asks for first.  The server's state is
the truth: a run that ended in the middle begins by asking what is there.

`connections` speaks HTTP, `patience` repeats what broke, `api_session` knows addresses, token and errors of the API ·
`files_here` what is on this machine, `remote_files` what the server tells, `server_limits` what it takes · `crew` runs
tasks at once and `transfer_progress` shows them · `naming`, `send_whole`, `send_parts`, `send_bundles`, `upload_run` ·
`safe_places`, `fetch_file`, `download_run`, `copy_check` · `metadata_files` reads descriptions, by `crosswalks`.
"""
