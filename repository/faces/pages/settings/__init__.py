"""A person's own pages: profile, sign-in, tokens, linked identities, notices, data.

`views` profile and wishes for mail · `security_views` password, authenticator, sessions · `access_views` tokens and
identities · `data_views` export and erasure · `notice_views` the list of notices · `settings_pages` the pages from
values · `wording` · `templates`.
"""
