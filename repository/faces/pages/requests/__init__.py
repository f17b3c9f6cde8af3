"""Requests for access in a browser, of people and guests and of those who decide; and offers of ownership.

`views` of people with an account · `guest_views` behind the links of letters · `request_settings_form` who may ask, and
on which conditions · `offer_views` offers of ownership · `request_lines` what is shown of a request · `wording`.  Files
are asked for on a dataset's page.
"""
