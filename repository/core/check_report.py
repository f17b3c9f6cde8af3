"""The result of a sweep, which compares the truth with a copy of it."""

from dataclasses import dataclass, field

MOST_EXAMPLES = 10


@dataclass(slots=True)
class CheckReport:
    """How many differences there were, how many of them were repaired, and a few examples by name."""

    faults: int = 0
    repaired: int = 0
    examples: list[str] = field(default_factory=list)

    def note(self, example: str, repaired: bool = False) -> None:
        """Count one difference."""
        self.faults += 1
        self.repaired += repaired
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(example)
