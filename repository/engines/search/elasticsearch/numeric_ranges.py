"""Numbers as people write them, as bounds of whole numbers."""

import math

from repository.engines.search.query_tree import Range

_LARGEST = 2**63 - 1


def number_of(text: str) -> int | float | None:
    """Return the number in `text`, infinities included; None when it is not a number."""
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        return None if number != number else number
    return None


def whole_numbers(node: Range) -> dict[str, int] | None:
    """Return the bounds of the 64-bit integers in a range; None when it contains none."""
    bounds: dict[str, int] = {}
    if node.low is not None:
        low = number_of(node.low)
        if low is None or low > _LARGEST:
            return None
        if low >= -_LARGEST:
            bounds["gte"] = math.ceil(low) if node.include_low else math.floor(low) + 1
    if node.high is not None:
        high = number_of(node.high)
        if high is None or high < -_LARGEST:
            return None
        if high <= _LARGEST:
            bounds["lte"] = math.floor(high) if node.include_high else math.ceil(high) - 1
    return {name: bound for name, bound in bounds.items() if abs(bound) <= _LARGEST}
