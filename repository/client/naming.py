"""Names of files to come are told to the server, many in one request."""

from collections.abc import Callable, Sequence

from repository.client.api_session import ApiSession
from repository.client.client_errors import Refused
from repository.client.files_here import LocalFile
from repository.client.remote_files import remote_file

Failed = Callable[[LocalFile, Exception], None]


def name_files(session: ApiSession, record: str, files: Sequence[LocalFile], failed: Failed) -> list[LocalFile]:
    """Name `files` and return those that the server took; the others are told to `failed`, each with its reason.

    A server refuses all for one.  Those that it points at are left out, else the request is halved; those that an
    earlier request has named, whose reply was lost, count as named.
    """
    named: list[LocalFile] = []
    left = list(files)
    while left:
        try:
            declarations = [{"key": file.key, "size": file.size} for file in left]
            session.ask("Name the files", "POST", session.files_url(record, draft=True), declarations)
            return [*named, *left]
        except Refused as error:
            if error.status in (401, 403, 404):
                raise
            taken = _named_before(session, record) & {file.key for file in left}
            faulty = _faulty(error, len(left)) or ({0} if len(left) == 1 else set())
            if taken:
                named += [file for file in left if file.key in taken]
                left = [file for file in left if file.key not in taken]
            elif faulty:
                for index in faulty:
                    failed(left[index], error)
                left = [file for index, file in enumerate(left) if index not in faulty]
            else:
                middle = len(left) // 2
                halves = (left[:middle], left[middle:])
                return [*named, *(file for half in halves for file in name_files(session, record, half, failed))]
    return named


def _named_before(session: ApiSession, record: str) -> set[str]:
    entries = map(remote_file, session.file_pages("List the files", record, draft=True))
    return {entry.key for entry in entries if entry.status == "pending"}


def _faulty(error: Refused, count: int) -> set[int]:
    """Return the places of the faulty names in the request, as the paths of the errors tell them."""
    heads = {fault["field"].partition(".")[0] for fault in error.errors}
    return {int(head) for head in heads if head.isdigit() and int(head) < count}
