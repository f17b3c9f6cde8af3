"""The HTML pages for people, a room for each face; `blueprints` lists them.

`shell` what all pages have around them · `search` the start page and searches · `landing` a dataset's page · `deposit`
drafts and their files · `sharing` links · `requests` for access, asked and decided · `accounts` sign-in, sign-up, links
of letters · `settings` one's account, tokens and notices · `about` texts of the site, its policies, help and state ·
`admin` what administrators see and do.

A room has `views` (the request, a verb of a feature, a template), its contents as plain values, `wording` and
`templates`; rooms know `shell` and no other room.  `sources` are style sheets and scripts as people write them,
`static` what ``make assets`` builds of them.
"""
