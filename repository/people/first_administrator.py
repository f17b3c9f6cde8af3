"""A fresh site's first administrator: whoever has the link that its first start prints."""

from repository.core.actor import SYSTEM
from repository.core.unit_of_work import Database
from repository.people.one_time_links import LinkPurpose, ask_link, issue_link
from repository.people.queries import has_anybody, has_open_link


def first_administrator_secret(database: Database) -> str | None:
    """Return the secret of a new link, None if there is somebody already, or such a link is open."""
    purpose = LinkPurpose.FIRST_ADMINISTRATOR
    with database.transaction(SYSTEM) as unit:
        if has_anybody(unit) or has_open_link(unit, purpose.value):
            return None
        return issue_link(unit, ask_link(unit, purpose))
