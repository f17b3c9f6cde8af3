"""How a file comes in parts of one size, the last one excepted (the InvenioRDM contract, section 1.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.core.errors import FieldError
from repository.engines.store.port import MAX_PART_BYTES, MAX_PARTS, MIN_PART_BYTES, StoredPart
from repository.files.rules import MOST_NAMED, Declared

MD5_LENGTH = 32
USUAL_PART_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class PartPlan:
    """`count` parts of `part_size` bytes, the last one shorter, together `size` bytes.

    `md5s` are their digests, one after the other.
    """

    size: int
    count: int
    part_size: int
    md5s: str | None = None

    def md5_of(self, number: int) -> str | None:
        """Return the declared digest of a part in hexadecimal, None if there is none."""
        return self.md5s[MD5_LENGTH * (number - 1) : MD5_LENGTH * number] if self.md5s else None

    def size_of(self, number: int) -> int | None:
        """Return the bytes of a part, None if there is none of that number."""
        if not 1 <= number <= self.count:
            return None
        return self.part_size if number < self.count else self.size - self.part_size * (self.count - 1)

    def fault(self, part: StoredPart) -> str:
        """Return why a part that has arrived is not one of the plan, empty if it is."""
        expected = self.size_of(part.number)
        if expected is None:
            return f"The parts are numbered from 1 to {self.count}."
        return "" if part.size == expected else f"Part {part.number} has {part.size} bytes instead of {expected}."

    def missing(self, arrived: Sequence[StoredPart]) -> list[int]:
        """Return the numbers of parts that are to be sent (again)."""
        there = {part.number for part in arrived if not self.fault(part)}
        return [number for number in range(1, self.count + 1) if number not in there]

    def errors(self, arrived: Sequence[StoredPart]) -> list[FieldError]:
        """Return what keeps the parts that have arrived from being the file; it names few of many parts."""
        there = {part.number for part in arrived}
        faults = [(part.number, fault) for part in arrived if (fault := self.fault(part))]
        faults += [
            (number, f"Part {number} has not arrived.") for number in range(1, self.count + 1) if number not in there
        ]
        errors = [FieldError.of(f"parts.{number}", fault) for number, fault in sorted(faults)[:MOST_NAMED]]
        if len(faults) > MOST_NAMED:
            errors.append(FieldError.of("parts", "There are more."))
        if (received := sum(part.size for part in arrived)) != self.size:
            errors.append(FieldError.of("size", f"Declared {self.size} bytes, received {received}."))
        return errors


def plan_of(file: Declared) -> PartPlan | None:
    """Return how a declared file comes in parts, None if it is sent whole."""
    if file.size is None or file.part_count is None or file.part_size is None:
        return None
    return PartPlan(file.size, file.part_count, file.part_size, file.part_md5s)


def part_plan(size: int | None, count: int | None, part_size: int | None) -> PartPlan | dict[str, str]:
    """Return the plan, or what is wrong with it by field.

    Of `count` and `part_size` one may be left out, or both.
    """
    if size is None:
        return {"size": "Multipart file transfer requires file size."}
    if size == 0:
        return {"size": "A file that comes in parts has at least one byte."}
    if part_size is None:
        part_size = -(-size // count) if count else max(USUAL_PART_BYTES, -(-size // MAX_PARTS))
    needed = -(-size // part_size)
    if part_size > MAX_PART_BYTES:
        return {"transfer.part_size": f"A part has at most {MAX_PART_BYTES} bytes."}
    if needed > 1 and part_size < MIN_PART_BYTES:
        return {"transfer.part_size": f"All but the last part have at least {MIN_PART_BYTES} bytes."}
    if needed > MAX_PARTS:
        return {"transfer.parts": f"An upload has at most {MAX_PARTS} parts."}
    if count not in (None, needed):
        return {"transfer.parts": f"{size} bytes in parts of {part_size} bytes are {needed} parts, not {count}."}
    return PartPlan(size, needed, part_size)
