"""All ways to list, rename and remove files, for tests that hear the statements."""

from werkzeug.test import TestResponse

from tests.conftest import Caller, Deposits


def done(reply: TestResponse) -> None:
    assert reply.status_code < 400, (reply.status_code, reply.text)


def browse(caller: Caller, files: str) -> None:
    """List files in all the ways there are."""
    queries = ("size=1", "size=1&page=2", "size=1&after=a", "folder=", "prefix=da", "q=data", "type=text/csv")
    for query in queries:
        done(caller.get(f"{files}?{query}"))


def rearrange(author: Caller, deposits: Deposits) -> None:
    """Rename and remove files and folders of a draft."""
    draft = deposits.open()
    files = f"/api/records/{draft['id']}/draft/files"
    for key in ("a.csv", "b/c.csv", "b/d.csv", "e.csv"):
        deposits.upload(draft["id"], key)
    browse(author, files)
    done(author.post(f"{files}/a.csv", json={"key": "a.txt"}))
    done(author.post(f"{files}/b/", json={"key": "longer/b/"}))
    done(author.delete(f"{files}?folder=longer"))
    done(author.delete(f"{files}?key=a.txt&key=e.csv"))
