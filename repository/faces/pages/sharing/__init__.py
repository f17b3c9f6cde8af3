"""Sharing a dataset by links in a browser, the blind link for referees among them.

`views` HTTP · `link_lines` what is shown of a link · `wording`.  The secret of a link is in the page that makes it, and
in no other.
"""
