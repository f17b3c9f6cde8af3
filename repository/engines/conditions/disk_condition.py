"""Whether each disk of this machine has room, told before uploads are refused."""

from repository.core.conditions import Condition, Measure, degraded, failed, well
from repository.core.disks import DiskRoom, Disks
from repository.engines.services import Services

EARLY = 4
"""times the reserve: less is told, long before uploads are refused"""
LEAST_RESERVE = 16 << 20
"""that a database needs to go on, whatever the operator reserves"""
FEW_FILES = 1_000
_GIB = 1 << 30
MAKE_ROOM = (
    "Make room or enlarge the disk. Uploads are refused below REPOSITORY_RESERVE_BYTES; deleting, publishing and"
    " signing in go on."
)


def disks_have_room(services: Services) -> Condition:
    """Compare the room of each disk with the reserve."""
    try:
        rooms = services.disks.rooms()
    except OSError as error:
        return failed(
            f"A disk cannot be looked at: {error.strerror}.", "See that every disk of the site is there and mounted."
        )
    reserve = max(services.disks.reserve, LEAST_RESERVE)
    measures = _measures(services.disks, rooms)
    full = [room for room in rooms if _is_below(room, reserve, 1)]
    if full:
        return failed(_sentence(full, reserve), MAKE_ROOM, *measures)
    short = [room for room in rooms if _is_below(room, EARLY * reserve, FEW_FILES)]
    if short:
        return degraded(_sentence(short, reserve), MAKE_ROOM, *measures)
    return well(*measures)


def _is_below(room: DiskRoom, least: int, files: int) -> bool:
    return room.free < least or (room.files is not None and room.files < files)


def _sentence(rooms: list[DiskRoom], reserve: int) -> str:
    parts = [
        f"the disk of {', '.join(room.names)} has {room.free / _GIB:.2f} GiB free"
        + (f" and takes {room.files} more files" if room.files is not None and room.files < FEW_FILES else "")
        for room in rooms
    ]
    words = "; ".join(parts)
    return f"{words[0].upper()}{words[1:]}, and {reserve / _GIB:.2f} GiB are kept in reserve."


def _measures(disks: Disks, rooms: list[DiskRoom]) -> tuple[Measure, ...]:
    free = [
        Measure("repository_disk_free_bytes", "Free bytes of a disk, by what is on it.", room.free, {"disk": name})
        for room in rooms
        for name in room.names
    ]
    return (*free, Measure("repository_disk_reserve_bytes", "Bytes that uploads leave free.", disks.reserve))
