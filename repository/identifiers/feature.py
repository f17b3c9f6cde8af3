"""What identifiers contribute; `publication` registers them, for registrars need the whole description."""

from repository.feature import Feature
from repository.identifiers import model
from repository.identifiers.facts import RegistrationOverdue, RegistrationRetried
from repository.identifiers.identifier_commands import identifiers

FEATURE = Feature(
    "identifiers",
    facts=(RegistrationOverdue, RegistrationRetried),
    tables=(model,),
    commands=(identifiers,),
)
