"""For whom a representation is made: every serializer, format, page and cache key names its audience.

* `Audience.FULL`: the description and the files.
* `Audience.PUBLIC`: what everybody may see of a record whose files are closed: the description, and that there may be
  files.
* `Audience.BLINDED`: what a referee may see: nothing that names or identifies a person, an organisation or a funder.

The policy decides which audience an actor belongs to; a representation of one audience is the same for all in it.
"""

from enum import StrEnum

from repository.access.policy import Action, Resource, may
from repository.core.actor import Actor


class Audience(StrEnum):
    FULL = "full"
    PUBLIC = "public"
    BLINDED = "blinded"

    @property
    def sees_files(self) -> bool:
        """Whether the files are listed."""
        return self is not Audience.PUBLIC


def audience_of(actor: Actor, resource: Resource) -> Audience:
    """Return the audience of an actor who may read the record."""
    return Audience.FULL if may(actor, Action.READ_FILES, resource) else Audience.PUBLIC
