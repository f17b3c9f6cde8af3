"""What people contribute: accounts and access tokens."""

from repository.feature import Feature
from repository.people import model
from repository.people.facts import PersonRegistered, TokenIssued, TokenRevoked
from repository.people.people_commands import token, user

FEATURE = Feature(
    "people",
    facts=(PersonRegistered, TokenIssued, TokenRevoked),
    tables=(model,),
    commands=(user, token),
)
