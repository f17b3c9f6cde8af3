"""The promise of a counter of calls."""

from typing import Protocol


class CallCounter(Protocol):
    """Counts calls by key in windows that begin at whole multiples of their length since 1970."""

    def count(self, key: str, window: int) -> int | None:
        """Count one call in the present window of so many seconds; return how many there were with it.

        None if it cannot be told: then the call goes on.  Takes a fraction of a second at most, and raises nothing.
        """

    def fault(self) -> str:
        """Return why calls are not counted right now, or ''."""

    def close(self) -> None:
        """Close connections."""
