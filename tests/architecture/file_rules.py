"""What holds for files of every kind, not for Python alone.

Words that no file may hold are put together from pieces here, so that this file holds none of them.
"""

import re
from collections.abc import Iterator

LARGEST = 1_000_000
LARGE_ALLOWED = ("tests/data/", "config/vocabularies/")

PACKAGE_HOSTS = tuple(
    name + "." + domain
    for name, domain in [
        ("py" + "pi", "org"),
        ("python" + "hosted", "org"),
        ("registry.np" + "mjs", "org"),
        ("np" + "mjs", "com"),
        ("registry.yarn" + "pkg", "com"),
        ("proxy.go" + "lang", "org"),
        ("sum.go" + "lang", "org"),
        ("crates", "i" + "o"),
        ("ruby" + "gems", "org"),
        ("repo.maven.apa" + "che", "org"),
        ("pypi.tuna.tsing" + "hua", "edu.cn"),
        ("mirrors.ali" + "yun", "com"),
    ]
)

_MARKS = [r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"(?<![-X])\bXX" + r"X\b(?!-)"]
UNFINISHED = re.compile("|".join([*_MARKS, "NotImplemented" + "Error"]))

BUILDING_SITE = ("/work/" + "main", "/work/" + "shared")


def package_host(text: str) -> Iterator[str]:
    """No file names the host of a package index: the installer chooses where packages come from."""
    for number, line in enumerate(text.lower().splitlines(), 1):
        for host in PACKAGE_HOSTS:
            if host in line:
                yield f"line {number} names {host}"


def unfinished(text: str) -> Iterator[str]:
    """Nothing is left to be done."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := UNFINISHED.search(line):
            yield f"line {number} says {found.group()}"


def building_site(text: str) -> Iterator[str]:
    """No file names a folder of the machine it was written on."""
    for number, line in enumerate(text.splitlines(), 1):
        if any(place in line for place in BUILDING_SITE):
            yield f"line {number} names a folder of one machine"


def unlocked(text: str) -> Iterator[str]:
    """In a lock every requirement has an exact version and a hash, and no address is named."""
    if "://" in text:
        yield "an address is named"
    joined = text.replace("\\\n", " ")
    requirements = [line for line in joined.splitlines() if line.strip() and line[0] not in "# "]
    if not requirements:
        yield "there is no requirement"
    for line in requirements:
        if not re.match(r"[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==[^\s]+ ", line + " "):
            yield f"no exact version: {line[:60]}"
        elif not re.search(r"--hash=sha256:[0-9a-f]{64}\b", line):
            yield f"no hash: {line[:60]}"


def too_large(sizes: dict[str, int]) -> list[str]:
    """The files, by path and size in bytes, that are over a megabyte and no data."""
    return [
        f"{path} has {size} bytes"
        for path, size in sizes.items()
        if size > LARGEST and not path.startswith(LARGE_ALLOWED)
    ]
