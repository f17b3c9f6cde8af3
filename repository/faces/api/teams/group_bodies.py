"""The people in the body of a request about a group."""

import re
from collections.abc import Mapping
from typing import Any

from repository.core.errors import Invalid
from repository.people.nameable import NamedPerson
from repository.people.rules import is_address

_NUMBER = re.compile("[1-9][0-9]{0,17}")


def people_in(body: Mapping[str, Any]) -> list[NamedPerson]:
    """Return the people of a body; raise `Invalid` at the place of what is no address."""
    people = []
    for place, member in enumerate(body["members"]):
        field, text = f"members.{place}.id", member["id"]
        if member["type"] == "user":
            people.append(NamedPerson(field, int(text) if _NUMBER.fullmatch(text) else 0))
        elif is_address(text):
            people.append(NamedPerson(field, email=text.strip().lower()))
        else:
            raise Invalid.field(field, "Not a valid email address.")
    return people
