"""Why something failed, as a row keeps it."""

MAX_CAUSE = 2000


def cause_of(error: Exception) -> str:
    """Return the kind of `error` and its text, as much as fits into a row."""
    # not every database keeps NUL in a text
    return f"{type(error).__name__}: {error}".replace("\x00", "")[:MAX_CAUSE]
