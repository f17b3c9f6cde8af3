"""Lengths of many objects of a bucket, by few requests."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from repository.engines.store.s3_errors import as_unavailable
from repository.engines.store.s3_objects import S3Objects

WORTH_A_PAGE = 12
"""Objects for which a page of the bucket's list (a thousand names) costs less than to ask for each."""
AT_ONCE = 16


def sizes_of(objects: S3Objects, names: Iterable[str]) -> Mapping[str, int]:
    """Return the lengths of those of `names` that are there.

    The list of the bucket is read as long as its pages tell of enough of them.  What it does not name is asked for by
    itself: nothing is missing because a server lists in its own way.
    """
    in_order = sorted(names)
    sizes = _listed(objects, in_order)
    rest = [name for name in in_order if name not in sizes]
    if len(rest) > 1:
        with ThreadPoolExecutor(min(AT_ONCE, len(rest)), "size") as threads:
            answers = list(threads.map(objects.size, rest))
    else:
        answers = [objects.size(name) for name in rest]
    return sizes | {name: size for name, size in zip(rest, answers, strict=True) if size is not None}


def _listed(objects: S3Objects, in_order: Sequence[str]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    at = 0
    while len(in_order) - at >= WORTH_A_PAGE:
        page, last = _page(objects, in_order[at][:-1])
        end = len(in_order) if last is None else bisect_right(in_order, last)
        sizes |= {name: page[name] for name in in_order[at:end] if name in page}
        if end - at < WORTH_A_PAGE:
            break
        at = end
    return sizes


def _page(objects: S3Objects, after: str) -> tuple[Mapping[str, int], str | None]:
    """Return names and lengths that follow `after`, and the last name, None if there are no more."""
    with as_unavailable():
        answer = objects.clients.patient.list_objects_v2(**objects.bucket, Prefix=objects.prefix, StartAfter=after)
    page = {entry["Key"]: int(entry["Size"]) for entry in answer.get("Contents", ())}
    return page, max(page) if page and answer.get("IsTruncated") else None
