"""Connections with clients, of whom none may hold a thread of requests by being slow.

`incoming` (a request while it arrives) · `outlet` (what waits to be sent) · `answering` (an answer while it is made) ·
`sender` (the thread that sends to all slow readers) · `client_pace` (how slow is too slow) · `http_refusals`.
`repository.core.web.gunicorn_worker` puts them together.
"""
