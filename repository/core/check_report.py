"""What a comparison of the truth with a copy of it found."""

from dataclasses import dataclass, field

MOST_EXAMPLES = 10


@dataclass(slots=True)
class CheckReport:
    """How many things are not as they should be, how many of them were put right, and a few of them by name."""

    found: int = 0
    repaired: int = 0
    examples: list[str] = field(default_factory=list)

    def note(self, example: str, repaired: bool = False) -> None:
        """Add one."""
        self.found += 1
        self.repaired += repaired
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(example)
