"""Why a file has no preview."""

from enum import StrEnum


class Reason(StrEnum):
    """A word for programs; the house has the sentences."""

    EMPTY = "empty"
    NO_READER = "no_reader"
    """nobody reads this format here"""
    NO_LIBRARY = "no_library"
    """the library that reads it is not installed"""
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    TOO_MUCH_MEMORY = "too_much_memory"
    TOO_MANY_COLUMNS = "too_many_columns"
    BOMB = "bomb"
    """it is small and says that it is huge"""
    UNSAFE_NAMES = "unsafe_names"
    """it would unpack outside of its folder"""
    ENTITIES = "entities"
    """it defines texts in terms of each other, which multiply"""
    ENCRYPTED = "encrypted"
    CRASHED = "crashed"
    NO_CAGE = "no_cage"
    """this machine cannot build the cage"""


class NoPreview(Exception):
    """A file gets none, for this reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class NeedsParser(Exception):
    """A reader needs a library that the zygote has to import first."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
