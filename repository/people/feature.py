"""What people contribute: accounts and access tokens, and an end to guesses."""

from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.feature import Feature, Sweep
from repository.people import model
from repository.people.facts import (
    PasswordChanged,
    PersonActivated,
    PersonRegistered,
    PersonSuspended,
    RoleChanged,
    SignInsFailed,
    TokenIssued,
    TokenRevoked,
    WrongTokensRefused,
)
from repository.people.guessing import forget_guesses
from repository.people.people_commands import token, user


def clear_guesses(services: Services) -> CheckReport:
    """Remove the counts of failed tries whose time is over."""
    return forget_guesses(services.database)


FEATURE = Feature(
    "people",
    facts=(
        PersonRegistered,
        PersonSuspended,
        PersonActivated,
        RoleChanged,
        PasswordChanged,
        SignInsFailed,
        TokenIssued,
        TokenRevoked,
        WrongTokensRefused,
    ),
    sweeps=(Sweep("guesses", timedelta(minutes=15), clear_guesses),),
    tables=(model,),
    commands=(user, token),
)
