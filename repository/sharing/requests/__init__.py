"""Requests for access to the files of a dataset: asked for, decided, over.

`access_settings` what a dataset says of them · `ask` people and guests · `guest_links` guests prove their address ·
`decide` grant, decline, cancel · `guest_access` the link of a guest · `lapse` time passes, grants end · `queries` ·
`rules` · `model` · `facts`.

A request that is granted makes a grant like any other; the request says how it came about and when it is over.  Access
counts by the grant alone, so a request that lags behind opens nothing.
"""
