"""Signing in and out, making an account, and the pages that links of letters lead to.

`views` sign-in and sign-out · `sign_up_views` accounts and passwords by links · `wording` · `templates`.
"""
