"""The header of a netCDF file in one of its classic forms.

Source: NetCDF Classic Format Specification (CDF-1, CDF-2) and CDF-5 of PnetCDF: all numbers are big-endian; CDF-5 has
counts of 64 bits.
"""

import io
import struct
from typing import Any

from repository.engines.inspector.cage.open_file import OpenFile
from repository.engines.inspector.cage.reasons import NoPreview, Reason
from repository.engines.inspector.cage.structures import Variable, bounds_of, structure_of

TYPES = {
    1: ("byte", "b"),
    2: ("char", "s"),
    3: ("short", "h"),
    4: ("int", "i"),
    5: ("float", "f"),
    6: ("double", "d"),
    7: ("ubyte", "B"),
    8: ("ushort", "H"),
    9: ("uint", "I"),
    10: ("int64", "q"),
    11: ("uint64", "Q"),
}
DIMENSION, VARIABLE, ATTRIBUTE = 10, 11, 12
MOST_LISTED, LONGEST = 100_000, 1 << 20
MOST_COORDINATES = 200_000


def structure(opened: OpenFile) -> dict[str, Any]:
    """Return dimensions, variables, attributes, and bounds where there are coordinates."""
    header = _Header(opened.file)
    sizes = {name: length or header.records for name, length in header.dimensions}
    named = list(header.dimensions)
    variables = []
    for name, type_code, places, attributes, _ in header.variables:
        dimensions = [named[place][0] for place in places]
        shape = [sizes[dimension] for dimension in dimensions]
        variables.append(Variable(name, TYPES[type_code][0], shape, dimensions, attributes))
    return structure_of(sizes, variables, header.attributes, bounds=_bounds(header, variables))


class _Header:
    """The lists of the header, in its order."""

    def __init__(self, file: io.BufferedReader) -> None:
        self.file = file
        file.seek(0)
        version = file.read(4)[3]
        self._count, self._offset = (">Q" if version == 5 else ">I"), (">I" if version == 1 else ">Q")
        records = self._number()
        self.records = 0 if records in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF) else records  # being written
        self.dimensions = [(self._name(), self._number()) for _ in range(self._listed(DIMENSION))]
        self.attributes = self._attributes()
        self.variables = [self._variable() for _ in range(self._listed(VARIABLE))]

    def _read(self, length: int) -> bytes:
        if length > LONGEST:
            raise NoPreview(Reason.TOO_LARGE)
        data = self.file.read(length)
        if len(data) < length:
            raise NoPreview(Reason.UNREADABLE)
        return data

    def _number(self, layout: str = "") -> int:
        layout = layout or self._count
        (number,) = struct.unpack(layout, self._read(struct.calcsize(layout)))
        return int(number)

    def _listed(self, tag: int) -> int:
        kind, count = self._number(">I"), self._number()
        if kind not in (0, tag) or (kind == 0 and count):
            raise NoPreview(Reason.UNREADABLE)
        if count > MOST_LISTED:
            raise NoPreview(Reason.TOO_LARGE)
        return count

    def _name(self) -> str:
        length = self._number()
        return self._padded(length).decode("utf-8", "replace")

    def _padded(self, length: int) -> bytes:
        return self._read(length + -length % 4)[:length]

    def _attributes(self) -> dict[str, str]:
        return dict(self._attribute() for _ in range(self._listed(ATTRIBUTE)))

    def _attribute(self) -> tuple[str, str]:
        name, (_, letter), count = self._name(), self._type(), self._number()
        data = self._padded(count * struct.calcsize(letter))
        if letter == "s":
            return name, data.decode("utf-8", "replace").rstrip("\0")
        numbers = struct.unpack(f">{count}{letter}", data)
        return name, ", ".join(f"{number:g}" if isinstance(number, float) else str(number) for number in numbers[:20])

    def _type(self) -> tuple[str, str]:
        known = TYPES.get(self._number(">I"))
        if known is None:
            raise NoPreview(Reason.UNREADABLE)
        return known

    def _variable(self) -> tuple[str, int, list[int], dict[str, str], int]:
        name = self._name()
        count = self._number()
        if count > 1024:
            raise NoPreview(Reason.UNREADABLE)
        places = [self._number() for _ in range(count)]
        if any(place >= len(self.dimensions) for place in places):
            raise NoPreview(Reason.UNREADABLE)
        attributes = self._attributes()
        code = self._number(">I")
        if code not in TYPES:
            raise NoPreview(Reason.UNREADABLE)
        self._number()  # its size, which may be too large to be told
        return name, code, places, attributes, self._number(self._offset)


def _bounds(header: _Header, variables: list[Variable]) -> list[float] | None:
    """Return the bounds of the first longitudes and latitudes of one dimension that no record interleaves."""
    axes: dict[str, tuple[float, ...]] = {}
    for variable, (_, code, places, _, begin) in zip(variables, header.variables, strict=True):
        is_fixed = all(header.dimensions[place][1] for place in places)
        if not variable.axis or len(places) > 1 or not is_fixed or variable.axis in axes:
            continue
        count, letter = (variable.shape[0] if places else 1), TYPES[code][1]
        if letter != "s" and count <= MOST_COORDINATES:
            header.file.seek(begin)
            data = header.file.read(count * struct.calcsize(letter))
            axes[variable.axis] = struct.unpack(f">{count}{letter}", data)
    return bounds_of(axes.get("x", ()), axes.get("y", ()))
