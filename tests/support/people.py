"""New people at a site whose services are open in this process."""

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person


def tokens_of_new_people(services: Services, count: int) -> list[str]:
    """The token of each of so many new authors."""
    with services.database.transaction(SYSTEM) as unit:
        people = [register_person(unit, f"author-{number}@example.org") for number in range(count)]
        return [issue_token(unit, person)[1] for person in people]
