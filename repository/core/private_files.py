"""Files of the data folder belong to the user of the processes alone, whatever umask they were started with.

Database, index and store hold drafts, restricted files and digests of passwords.  Each program of ours begins with
`keep_private`; what an earlier release has left open is closed by `tighten`.
"""

import os
import stat
from pathlib import Path

import structlog

OTHERS = 0o077
"""what a group and the others may do (``man 7 inode``)"""
BESIDE = ("", "-wal", "-shm", "-journal", ".turn")
"""What stands beside an SQLite file: https://www.sqlite.org/tempfiles.html, and our lock."""
log = structlog.get_logger()


def keep_private() -> None:
    """Let nothing that this process makes from now on be opened by another user."""
    os.umask(OTHERS)


def tighten(path: Path) -> None:
    """Close an existing file or folder to others; tell in the log if that is not ours to do."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & OTHERS:
            path.chmod(mode & ~OTHERS)
            log.info("closed to other users", path=str(path), mode=oct(mode))
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("other users of this machine may open it", path=str(path), cause=error.strerror)


def tighten_database(path: Path) -> None:
    """Close an SQLite file, and what stands beside it, to others."""
    for suffix in BESIDE:
        tighten(path.with_name(f"{path.name}{suffix}"))
