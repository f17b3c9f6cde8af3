"""Make institutions, and say by which domains and entitlements people belong to them."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from repository.access.policy import Action, Resource, must
from repository.core.database.bulk import insert_rows
from repository.core.errors import Invalid
from repository.core.unit_of_work import UnitOfWork
from repository.dataset.schemes import is_valid, normalise
from repository.organisations.queries import names_at
from repository.people.institutions.facts import InstitutionOpened, InstitutionRulesChanged
from repository.people.institutions.model import (
    Institution,
    InstitutionDomain,
    InstitutionEntitlement,
    InstitutionMember,
    Origin,
)
from repository.people.institutions.queries import domains_of, institution_for_change, patterns_of
from repository.people.institutions.rules import MOST_RULES, domain_name, entitlement_pattern

_BY_ROR = select(Institution.id).where(Institution.ror == bindparam("ror"))


def open_institution(unit: UnitOfWork, ror: str, name: str = "") -> Institution:
    """Make an organisation of ROR an institution; raise `Forbidden`, and `Invalid` for a bad or a taken id.

    Without a name it has the one of the list of organisations.
    """
    must(unit.actor, Action.MANAGE_INSTITUTIONS, Resource())
    if not is_valid("ror", ror):
        raise Invalid.field("id", "Not a ROR id.")
    ror = normalise("ror", ror)
    if unit.session.scalar(_BY_ROR, {"ror": ror}):
        raise Invalid.field("id", "This organisation is an institution already.")
    name = name.strip() or names_at(unit, [ror]).get(ror, ("", {}))[0]
    if not name:
        raise Invalid.field("name", "No organisation with this id is known here. Give its name, or refresh the list.")
    institution = Institution(ror=ror, name=name[:400], created=unit.now)
    unit.session.add(institution)
    unit.session.flush()
    unit.emit(InstitutionOpened(institution.id, ror))
    return institution


_OWNERS = select(InstitutionDomain.domain, InstitutionDomain.institution_id).where(
    InstitutionDomain.domain.in_(bindparam("domains", expanding=True))
)


def set_domains(unit: UnitOfWork, ror: str, names: Sequence[str]) -> Sequence[str]:
    """Let the addresses of these domains, and of no others, belong to an institution; return them.

    Raises `Forbidden`, `NotFound`, and `Invalid` at the place of one that is none, or is another institution's.
    """
    must(unit.actor, Action.MANAGE_INSTITUTIONS, Resource())
    institution = institution_for_change(unit, ror)
    domains = [domain_name(name, f"domains.{place}") for place, name in enumerate(_few(names, "domains"))]
    owners = {row[0]: row[1] for row in unit.session.execute(_OWNERS, {"domains": domains})}
    for place, domain in enumerate(domains):
        if owners.get(domain, institution.id) != institution.id:
            raise Invalid.field(f"domains.{place}", "This domain is another institution's.")
    unit.session.execute(delete(InstitutionDomain).where(InstitutionDomain.institution_id == institution.id))
    insert_rows(
        unit.session,
        [InstitutionDomain(domain=domain, institution_id=institution.id) for domain in sorted(set(domains))],
    )
    _tell(unit, institution)
    return domains_of(unit, institution.id)


_END_OTHERS = delete(InstitutionMember).where(
    InstitutionMember.institution_id == bindparam("institution"),
    InstitutionMember.origin == Origin.ENTITLEMENT.value,
    InstitutionMember.pattern.not_in(bindparam("patterns", expanding=True)),
)


def set_entitlements(unit: UnitOfWork, ror: str, texts: Sequence[str]) -> Sequence[str]:
    """Let the bearers of these entitlements, and of no others, belong to an institution; return the patterns.

    Who belonged by another one belongs no longer, until a sign-in brings one of these.  Raises as `set_domains`.
    """
    must(unit.actor, Action.MANAGE_INSTITUTIONS, Resource())
    institution = institution_for_change(unit, ror)
    few = _few(texts, "entitlements")
    patterns = [entitlement_pattern(text, f"entitlements.{place}") for place, text in enumerate(few)]
    of_institution = InstitutionEntitlement.institution_id == institution.id
    unit.session.execute(delete(InstitutionEntitlement).where(of_institution))
    unit.session.add_all(
        InstitutionEntitlement(institution_id=institution.id, pattern=pattern) for pattern in set(patterns)
    )
    unit.session.flush()
    unit.session.execute(_END_OTHERS, {"institution": institution.id, "patterns": patterns})
    _tell(unit, institution)
    return patterns_of(unit, institution.id)


def _few(rules: Sequence[str], field: str) -> Sequence[str]:
    if len(rules) > MOST_RULES:
        raise Invalid.field(field, f"At most {MOST_RULES} are possible.")
    return rules


def _tell(unit: UnitOfWork, institution: Institution) -> None:
    domains, patterns = domains_of(unit, institution.id), patterns_of(unit, institution.id)
    unit.emit(InstitutionRulesChanged(institution.id, len(domains), len(patterns)))
