"""Sign-in at providers of OpenID Connect.

`port` promises · `openid_provider` the adapter · `provider_calls` bounded calls · `provider_metadata` discovery ·
`key_ring` keys with rotation · `token_checks` ID tokens and logout tokens · `asserted_claims` what they say of a
person · `configured_providers` made of the site's file.

A provider is called while somebody signs in, and when it sends a logout token: never by another request.
"""
