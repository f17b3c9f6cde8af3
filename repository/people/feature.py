"""What people contribute: accounts, sessions and access tokens, and an end to guesses."""

from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.feature import Feature, Sweep
from repository.people import identity_model, model, saved_searches
from repository.people.facts import (
    AccountErased,
    AccountMerged,
    AddressLeft,
    AuthenticatorAdded,
    AuthenticatorRemoved,
    EmailChangeAsked,
    EmailChanged,
    EmailVerificationAsked,
    ErasureBegun,
    ExportRequested,
    InvitationAsked,
    PasswordChanged,
    PasswordResetAsked,
    PersonActivated,
    PersonRegistered,
    PersonSuspended,
    ProfileChanged,
    QuotaChanged,
    RecoveryCodeUsed,
    RoleChanged,
    SessionBegun,
    SessionEnded,
    SessionsEnded,
    SignInsFailed,
    TokenExpiresSoon,
    TokenIssued,
    TokenRevoked,
    WrongTokensRefused,
)
from repository.people.guessing import forget_guesses
from repository.people.identity_facts import (
    IdentityLinked,
    IdentityUnlinked,
    RuleGrantsChanged,
    SignedOutByProvider,
    SignInRefused,
)
from repository.people.institutions import model as institution_tables
from repository.people.institutions.facts import (
    InstitutionJoined,
    InstitutionLeft,
    InstitutionOpened,
    InstitutionRulesChanged,
)
from repository.people.institutions.institution_commands import institution
from repository.people.one_time_links import forget_links
from repository.people.own_exports import remove_exports
from repository.people.people_commands import token, user
from repository.people.people_index import index_new_people
from repository.people.sessions import forget_sessions
from repository.people.sign_in_flows import forget_sign_ins
from repository.people.teams import model as team_tables
from repository.people.teams.facts import (
    TeamChanged,
    TeamInvited,
    TeamJoined,
    TeamLeft,
    TeamOpened,
    TeamRemoved,
    TeamRoleChanged,
)
from repository.people.token_upkeep import tell_of_ends


def clear_guesses(services: Services) -> CheckReport:
    """Remove the counts of failed tries whose time is over."""
    return forget_guesses(services.database)


def index_people(services: Services) -> CheckReport:
    """Let those be found whom an earlier release registered."""
    return index_new_people(services.database)


def tell_of_tokens(services: Services) -> CheckReport:
    """Let people know of tokens that end soon."""
    if hold := services.clock_watch.fault(services.database):
        return CheckReport(1, 0, [f"nobody is told of the end of a token: {hold}"])
    return tell_of_ends(services.database)


def clear_exports(services: Services) -> CheckReport:
    """Remove exports of personal data whose time is over."""
    if hold := services.clock_watch.fault(services.database):
        return CheckReport(1, 0, [f"no export is removed: {hold}"])
    return remove_exports(services.database, services.store)


def clear_sign_ins(services: Services) -> CheckReport:
    """Remove sessions and links of one use that are over, with what they tell of people."""
    forget_sessions(services.database)
    return forget_links(services.database)


def clear_provider_sign_ins(services: Services) -> CheckReport:
    """Remove sign-ins at providers that were never finished, and what is kept of sessions that are over."""
    return forget_sign_ins(services.database)


FEATURE = Feature(
    "people",
    facts=(
        AccountMerged,
        ErasureBegun,
        AccountErased,
        ExportRequested,
        PersonRegistered,
        PersonSuspended,
        PersonActivated,
        RoleChanged,
        ProfileChanged,
        QuotaChanged,
        PasswordChanged,
        SignInsFailed,
        TokenIssued,
        TokenExpiresSoon,
        TokenRevoked,
        WrongTokensRefused,
        TeamOpened,
        TeamChanged,
        TeamRemoved,
        TeamInvited,
        TeamJoined,
        TeamLeft,
        TeamRoleChanged,
        InstitutionOpened,
        InstitutionRulesChanged,
        InstitutionJoined,
        InstitutionLeft,
        SessionBegun,
        SessionEnded,
        SessionsEnded,
        EmailVerificationAsked,
        PasswordResetAsked,
        InvitationAsked,
        EmailChangeAsked,
        AddressLeft,
        EmailChanged,
        AuthenticatorAdded,
        AuthenticatorRemoved,
        RecoveryCodeUsed,
        IdentityLinked,
        IdentityUnlinked,
        RuleGrantsChanged,
        SignInRefused,
        SignedOutByProvider,
    ),
    sweeps=(
        Sweep("guesses", timedelta(minutes=15), clear_guesses),
        Sweep("sign-ins", timedelta(hours=1), clear_sign_ins),
        Sweep("provider-sign-ins", timedelta(minutes=15), clear_provider_sign_ins),
        Sweep("people", timedelta(minutes=15), index_people),
        Sweep("exports", timedelta(days=1), clear_exports, thorough=True),
        Sweep("tokens", timedelta(hours=1), tell_of_tokens),
    ),
    tables=(model, saved_searches, identity_model, team_tables, institution_tables),
    commands=(user, token, institution),
)
