"""Which file is at a path: a file that replaces another one under its name is another file."""

from pathlib import Path

FileIdentity = tuple[int, int]
"""the device and the inode (``man 7 inode``)"""


def file_identity(path: Path) -> FileIdentity | None:
    """Return which file is at `path`, None if there is none."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino
