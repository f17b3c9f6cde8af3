"""What sharing contributes: grants change, and end by themselves."""

from collections.abc import Sequence
from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.feature import ConditionCheck, Feature, JobKind, Queue, Sweep, after, for_subjects
from repository.people.facts import AccountMerged, ErasureBegun, ExportRequested
from repository.people.own_exports import discard_export
from repository.people.people_commands import user
from repository.sharing import model
from repository.sharing.facts import (
    DatasetHandedOver,
    GrantEnded,
    GrantGiven,
    GrantsChanged,
    LinkChanged,
    LinkMade,
    LinkReleased,
    LinkRevoked,
)
from repository.sharing.hand_over import hand_over, hand_over_late
from repository.sharing.leaving_commands import erase_user
from repository.sharing.ownership import facts as ownership_facts
from repository.sharing.ownership import model as ownership
from repository.sharing.ownership.offer_ownership import expire_offers
from repository.sharing.ownership.ownerless import datasets_have_owners, find_ownerless
from repository.sharing.ownership.ownership_commands import datasets
from repository.sharing.person_data import write_export
from repository.sharing.requests import facts as request_facts
from repository.sharing.requests import model as requests
from repository.sharing.requests.closing import forget_requests
from repository.sharing.requests.lapse import lapse_requests, settle_requests
from repository.sharing.share import adopt_new_datasets, end_expired_grants


def tend_grants(services: Services) -> CheckReport:
    """Remove expired grants, so that the index hides those datasets; add owners that an earlier release left out."""
    adopted = adopt_new_datasets(services.database)
    if hold := services.clock_watch.fault(services.database):
        return CheckReport(adopted + 1, adopted, [f"no grant is ended: {hold}"])
    changed = end_expired_grants(services.database) + adopted
    return CheckReport(changed, changed)


def tend_requests(services: Services) -> CheckReport:
    """Write down which requests for access and offers of ownership are over, and forget who asked long ago."""
    if hold := services.clock_watch.fault(services.database):
        return CheckReport(1, 0, [f"no request for access expires: {hold}"])
    lapsed = lapse_requests(services.database) + expire_offers(services.database)
    if days := services.site.access_request_days:
        lapsed += forget_requests(services.database, days)
    return CheckReport(lapsed, lapsed)


def find_ownerless_datasets(services: Services) -> CheckReport:
    """Find datasets for which nobody is responsible."""
    return find_ownerless(services.database)


def settle_access(services: Services, concept_ids: Sequence[int]) -> None:
    """End requests whose grants are gone."""
    settle_requests(services.database, concept_ids)


def pass_on(services: Services, person_ids: Sequence[int]) -> None:
    """Pass on what people who have left had, and end their accounts."""
    for person_id in person_ids:
        hand_over(services.database, services.site, person_id)
        discard_export(services.database, services.store, person_id)


def make_exports(services: Services, person_ids: Sequence[int]) -> None:
    """Make the exports that people asked for."""
    for person_id in person_ids:
        write_export(services, person_id)


def pass_on_late(services: Services) -> CheckReport:
    """Pass on what people got in requests that were under way while they left."""
    return hand_over_late(services.database, services.site)


user.add_command(erase_user)  # a command about people that needs to know of datasets


FEATURE = Feature(
    "sharing",
    facts=(
        GrantsChanged,
        GrantGiven,
        GrantEnded,
        LinkMade,
        LinkChanged,
        LinkReleased,
        LinkRevoked,
        DatasetHandedOver,
        request_facts.RequestSettingsChanged,
        request_facts.GuestRequestBegun,
        request_facts.AccessRequested,
        request_facts.AccessGranted,
        request_facts.AccessDeclined,
        request_facts.AccessRequestCancelled,
        request_facts.AccessRequestExpired,
        request_facts.AccessEnded,
        ownership_facts.OwnershipOffered,
        ownership_facts.OwnershipAccepted,
        ownership_facts.OwnershipDeclined,
        ownership_facts.OwnershipOfferEnded,
        ownership_facts.OwnershipMoved,
    ),
    reactions=(
        *after(GrantsChanged, start="settle_access"),
        *after(AccountMerged, ErasureBegun, start="pass_on"),
        *after(ExportRequested, start="export_person"),
    ),
    jobs={
        "settle_access": JobKind(for_subjects(settle_access), Queue.SOON),
        "pass_on": JobKind(for_subjects(pass_on), Queue.LONG, most=5),
        "export_person": JobKind(for_subjects(make_exports), Queue.LONG, most=5),
    },
    sweeps=(
        Sweep("grants", timedelta(minutes=1), tend_grants),
        Sweep("departures", timedelta(days=1), pass_on_late),
        Sweep("access requests", timedelta(minutes=10), tend_requests),
        Sweep("owners", timedelta(days=1), find_ownerless_datasets, thorough=True),
    ),
    conditions=(ConditionCheck("owners", datasets_have_owners),),
    tables=(model, requests, ownership),
    commands=(datasets,),
)
