"""Sharing a dataset in a browser: with people and teams, and by links, the blind link for referees among them.

`views` links over HTTP, `grant_views` people and teams · `sharing_page` both, and what could betray the authors ·
`link_lines`, `grant_lines` what is shown of them · `wording`.  The secret of a link is in the page that makes it, and
in no other.
"""
