"""What is wrong with the database, and what to do, for the administrator who reads a command's last line."""

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from repository.core.database.database_errors import is_damaged, lacks_tables

_RESTORE = "Stop all processes, and put the last backup in its place: `repository restore BACKUP --replace`."
_ADDRESS = "Correct REPOSITORY_DATABASE_URL, or what the server has."


def words_for_administrator(error: DBAPIError, url: URL) -> str:
    """Return what is wrong with the database at `url`, and what to do; without its password."""
    place = f"the file {url.database}" if url.get_backend_name() == "sqlite" else f"{url.database} on {url.host}"
    cause = error.orig
    words = " ".join(str(cause).split())
    if is_damaged(error):
        return f"The database, {place}, is damaged or none of ours: {words}. {_RESTORE}"
    if lacks_tables(error):
        return f"The database, {place}, lacks tables: {words}. Run `repository migrate`, or restore a backup."
    if url.get_backend_name() == "sqlite":
        return (
            f"The database, {place}, cannot be used: {words}. Check that the file, its folder and what lies beside it"
            " belong to the user of this process and can be written, and that the disk has room."
        )
    return f"The database, {place}, does not answer as it should: {words}. {_ADDRESS}"
