"""What tests of things in the index's place do on either engine: run commands beside a server, and search."""

from config.settings import Settings
from tests.conftest import Caller
from tests.support.commands import command_here


def command(settings: Settings, *arguments: str) -> tuple[int, str]:
    """The exit status and the output of a `repository` command on the same engines."""
    names = ("database_url", "store_url", "search_url", "base_url")
    done = command_here({f"REPOSITORY_{name.upper()}": str(getattr(settings, name)) for name in names}, *arguments)
    return done.returncode, done.stdout + done.stderr


def total(caller: Caller) -> int:
    """How many records a search for the record of the test finds."""
    reply = caller.get("/api/records?q=albatross")
    assert reply.status_code == 200, reply.text
    return int(reply.get_json()["hits"]["total"])
