"""The walls of the cage: what a process that reads strangers' bytes can still do.

Three layers, each of which holds without the others.

* Limits of resources (POSIX ``setrlimit``): memory, processor time, no file that grows, no process more.  Everywhere.
* No network: a user and network namespace of its own (Linux ``unshare``), in which there is no interface that is up.
  Where the system allows it; containers often do not.
* A list of system calls (Linux seccomp, ``SECCOMP_MODE_FILTER``): reading and writing what is open, memory, time, the
  end.  No call opens a file, makes a socket, starts or signals a process, or makes memory executable.  On Linux, on
  x86-64 and 64-bit ARM; it needs no privilege, also in containers.

Without the third layer nothing is read at all: `are_high` tells whether it stands.
"""

import ctypes
import errno
import os
import platform
import resource
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass

CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x08000000, 0x10000000, 0x40000000
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38
SECCOMP_MODE_FILTER = 2
RET_KILL, RET_ERRNO, RET_ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
LOAD_WORD, JUMP_EQUAL, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
NUMBER_AT, ARCHITECTURE_AT, THIRD_ARGUMENT_AT = 0, 4, 32
"""places in ``struct seccomp_data`` of <linux/seccomp.h>; arguments are of 8 bytes, the low word first"""
PROT_EXEC = 4


@dataclass(frozen=True, slots=True)
class SystemCalls:
    """An architecture's mark (<linux/audit.h>), its numbers of harmless calls, and of those that map memory."""

    mark: int
    harmless: tuple[int, ...]
    mapping: tuple[int, ...]


# read write close fstat poll lseek munmap brk rt_sigaction rt_sigprocmask rt_sigreturn pread64 mremap madvise getpid
# sendto recvfrom exit getrusage gettid futex sched_yield sigaltstack clock_gettime exit_group getrandom
X86_64 = SystemCalls(
    0xC000003E,
    (0, 1, 3, 5, 7, 8, 11, 12, 13, 14, 15, 17, 25, 28, 39, 44, 45, 60, 98, 186, 202, 24, 131, 228, 231, 318),
    (9, 10),
)
# the same, with ppoll for poll
AARCH64 = SystemCalls(
    0xC00000B7,
    (
        *(63, 64, 57, 80, 73, 62, 215, 214, 134, 135, 139, 67, 216, 233),
        *(172, 206, 207, 93, 165, 178, 98, 124, 132, 113, 94, 278),
    ),
    (222, 226),
)
_CALLS = {"x86_64": X86_64, "aarch64": AARCH64}


def leave_network() -> bool:
    """Move this process, which has one thread, where there is no network; return whether the system allowed it."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    wishes = (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC, CLONE_NEWNET | CLONE_NEWIPC)
    return any(libc.unshare(wish) == 0 for wish in wishes)


def limit_resources(memory: int, seconds: int) -> None:
    """Let this process have `memory` more bytes, `seconds` of a processor, and neither a file nor a process more."""
    limits = {
        resource.RLIMIT_AS: _address_space() + memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 48,
    }
    for limit, most in limits.items():
        hard = resource.getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, most))


def _address_space() -> int:
    """Return the bytes of memory that this process has mapped."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30


def raise_filter() -> bool:
    """Allow this thread the listed system calls only, for ever; return whether the system could do it."""
    calls = _CALLS.get(platform.machine()) if sys.platform == "linux" else None
    if calls is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    program = _program(calls)
    code = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(struct.pack("HP", len(program) // 8, ctypes.addressof(code)))
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head, 0, 0) == 0)


def _program(calls: SystemCalls) -> bytes:
    """Return the filter: classic BPF, 8 bytes an instruction, whose jumps count the instructions to leave out."""
    checks = len(calls.harmless) + len(calls.mapping)
    lines = [(LOAD_WORD, 0, 0, ARCHITECTURE_AT), (JUMP_EQUAL, 1, 0, calls.mark), (RETURN, 0, 0, RET_KILL)]
    lines += [(LOAD_WORD, 0, 0, NUMBER_AT)]
    for place, number in enumerate(calls.harmless):
        lines += [(JUMP_EQUAL, checks - place + 3, 0, number)]  # to the last line, which allows
    for place, number in enumerate(calls.mapping, len(calls.harmless)):
        lines += [(JUMP_EQUAL, checks - place, 0, number)]  # to the look at what the memory is for
    lines += [(RETURN, 0, 0, RET_ERRNO | errno.EPERM)]
    lines += [(LOAD_WORD, 0, 0, THIRD_ARGUMENT_AT), (JUMP_ANY_BIT, 0, 1, PROT_EXEC)]
    lines += [(RETURN, 0, 0, RET_ERRNO | errno.EPERM), (RETURN, 0, 0, RET_ALLOW)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def are_high() -> bool:
    """Try, in a process that has raised its walls, what they must stop; return whether all of it was stopped."""
    tries = (
        lambda: os.close(os.open("/etc/passwd", os.O_RDONLY)),
        lambda: os.stat("/etc/passwd"),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close(),
        lambda: os.kill(os.getppid(), 0),
        lambda: os.execv("/bin/true", ["true"]),
    )
    for attempt in tries:
        with suppress(PermissionError):
            attempt()
            return False
    return True
