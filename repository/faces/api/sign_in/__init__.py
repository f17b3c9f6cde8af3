"""Sessions, password and authenticator of whoever signs in."""
