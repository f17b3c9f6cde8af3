"""People and their tokens.

`accounts` register, check a password · `guessing` limits wrong tries · `access_tokens` issue, revoke, recognise ·
`rules` addresses, names, passwords · `model` · `queries` · `facts` · `people_commands` · `feature`.

Passwords are kept as argon2id hashes, tokens as SHA-256 of 256 random bits: neither can be read back, and a token is
shown once, when it is made.  `access_tokens.actor_for_token` turns the token of a request into an `Actor`.
"""
