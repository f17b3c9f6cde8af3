"""The table that a drill prints: what was compared after each step, how much of it, and what differs."""

from typing import TextIO

from tests.drills.site_reading import Comparison

STEP, SUBJECT = 34, 66
MOST_NAMED = 5


class DrillTable:
    """Prints a line for each comparison; `differs` says whether any had a difference."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._step = ""
        self.differs = False

    def begin(self, installation: str) -> None:
        self._print(f"\ndrill on {installation} engines")
        self._print(f"{'after':{STEP}}{'compared':{SUBJECT}}{'number':>7}  differ")

    def tell(self, step: str, comparison: Comparison) -> None:
        """Print what was compared; differences are named below the line."""
        name = "" if step == self._step else step
        self._step = step
        count = len(comparison.differences)
        self.differs |= bool(count)
        self._print(f"{name:{STEP}}{comparison.subject:{SUBJECT}}{comparison.count:>7}  {count or 'none'}")
        for difference in comparison.differences[:MOST_NAMED]:
            self._print(f"    DIFFERS  {difference}")

    def end(self, seconds: float) -> None:
        self._print(f"{'something differs' if self.differs else 'nothing differs'}, {seconds:.0f} seconds")

    def _print(self, line: str) -> None:
        print(line, file=self._output, flush=True)
