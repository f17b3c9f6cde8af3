"""People and their tokens.

Passwords are kept as argon2id hashes, tokens as SHA-256 of 256 random bits: neither can be read back, and a token
is shown once, when it is made.  `sign_in` turns a presented token into an `Actor`.
"""
