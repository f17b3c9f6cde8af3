"""Settings as administrators see them: the operator's package of settings knows nothing of ours, so this is a shape."""

from typing import Protocol


class ShownSetting(Protocol):
    """`origin` is ``environment``, ``file``, ``default``, or ``program`` for a value that a program gave.

    The `value` has no secrets.
    """

    @property
    def name(self) -> str: ...

    @property
    def value(self) -> str: ...

    @property
    def origin(self) -> str: ...
