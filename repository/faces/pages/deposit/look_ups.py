"""Look up people, institutions and funders for a row of the form, with what each fills in there.

People are those here who show themselves, then those of the public register where the operator chose it; institutions
and funders are those of the list of ROR.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from repository.access.policy import Action, Resource, may
from repository.core.actor import Actor
from repository.core.errors import Unavailable
from repository.core.paging import Page
from repository.core.unit_of_work import Snapshot
from repository.engines.public_names.port import PublicName
from repository.engines.services import Services
from repository.faces.pages.deposit.form_paths import changed, value_at
from repository.faces.pages.deposit.people_lines import people_of
from repository.organisations.model import Organisation
from repository.organisations.queries import names_at
from repository.organisations.suggestions import suggestions
from repository.people.finding import find_people
from repository.people.profiles import PersonView, own_view

PEOPLE, INSTITUTIONS, FUNDERS = "people", "institutions", "funders"
MOST = 10
_PLACES = {
    PEOPLE: re.compile(r"metadata\.(?:creators|contributors)\.[0-9]{1,4}"),
    INSTITUTIONS: re.compile(r"metadata\.(?:creators|contributors)\.[0-9]{1,4}\.affiliations\.[0-9]{1,3}"),
    FUNDERS: re.compile(r"metadata\.funding\.[0-9]{1,4}\.funder"),
}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LookUp:
    """Somebody or something found: its name, what tells it from others, and controls of its row with their values."""

    name: str
    about: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LookUps:
    """What was found; `is_away` says that the public register did not answer."""

    hits: Sequence[LookUp]
    is_away: bool = False


def kind_of(place: str) -> str | None:
    """Return what is looked up for a place of the form, None for no place of such a kind."""
    return next((kind for kind, pattern in _PLACES.items() if pattern.fullmatch(place)), None)


def typed_at(parts: Mapping[str, Any], place: str) -> str:
    """Return what is written at a place, to begin a search with."""
    agent = value_at(parts, f"{place}.person_or_org")
    holders = [agent] if isinstance(agent, dict) else [value_at(parts, place)]
    holder = holders[0] if isinstance(holders[0], dict) else {}
    names = [holder.get("given_name"), holder.get("family_name")]
    whole = " ".join(name for name in names if isinstance(name, str) and name)
    return whole or next((text for text in (holder.get("name"), holder.get("id")) if isinstance(text, str)), "")


def found_for(services: Services, actor: Actor, kind: str, text: str, language: str) -> LookUps:
    """Return what a text finds, at most `MOST`; nothing for an empty one."""
    words = text.strip()
    if not words:
        return LookUps(())
    if kind == PEOPLE:
        return _people(services, actor, words)
    with services.database.query(actor) as snapshot:
        rows = suggestions(snapshot, words, 0, MOST, funders=kind == FUNDERS).organisations
        hits = [_organisation(row, language) for row in rows]
    return LookUps([replace(one, fields=_of_funder(one.fields)) for one in hits] if kind == FUNDERS else hits)


def _of_funder(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the controls of a funder, which has one name."""
    return {path: text for path, text in fields.items() if path in ("name", "id")}


def _people(services: Services, actor: Actor, words: str) -> LookUps:
    here = _people_here(services, actor, words)
    left = MOST - len(here)
    public: Sequence[PublicName] = ()
    if services.public_names is not None and left > 0:
        try:
            public = services.public_names.suggest(words, left)
        except Unavailable as error:
            log.warning("no names of the public register", cause=error.reason)
            return LookUps(here, is_away=True)
    known = {person.about.partition(" ")[0] for person in here}
    return LookUps([*here, *(_public(person) for person in public if person.orcid not in known)])


def _people_here(services: Services, actor: Actor, words: str) -> list[LookUp]:
    if not may(actor, Action.SEARCH_PEOPLE, Resource()):
        return []
    with services.database.snapshot(actor) as snapshot:
        views, _ = find_people(snapshot, words, Page(1, MOST))
        known = _names_of(snapshot, views)
    return [_person(view, known) for view in views if view.person.name]


def _person(view: PersonView, names: Mapping[str, str]) -> LookUp:
    fields = _person_fields(view, names, view.profile.orcid if view.profile.orcid_verified else None)
    orcid = fields.get(ORCID, "")
    places = [text for path, text in fields.items() if path.startswith("affiliations.") and path.endswith(".name")]
    return LookUp(view.person.name, " · ".join(filter(None, [orcid, *places])), fields)


ORCID = "person_or_org.identifiers.0.identifier"


def own_row(services: Services, actor: Actor) -> dict[str, Any] | None:
    """Return the depositor as a creator, as their profile has them; None for somebody without a name."""
    if actor.person_id is None or not may(actor, Action.READ_ME, Resource()):
        return None
    with services.database.snapshot(actor) as snapshot:
        view = own_view(snapshot)
        names = _names_of(snapshot, [view])
    if not view.person.name:
        return None
    fields = _person_fields(view, names, view.profile.orcid)
    row = [(f"creators.0.{path}", text) for path, text in fields.items()]
    (creator,) = changed({"creators": []}, row)["creators"]
    return dict(creator)


def _names_of(snapshot: Snapshot, views: Sequence[PersonView]) -> dict[str, str]:
    rors = {entry["id"] for view in views for entry in _places(view) if entry.get("id")}
    return {ror: name for ror, (name, _) in names_at(snapshot, rors).items()} if rors else {}


def _person_fields(view: PersonView, names: Mapping[str, str], orcid: str | None) -> dict[str, str]:
    """Return the controls of a row for somebody here; `names` are those of institutions by ROR id."""
    parsed = people_of(view.person.name)
    agent = parsed[0]["person_or_org"] if len(parsed) == 1 else {"family_name": view.person.name}
    family_name = agent.get("family_name") or agent.get("name", "")
    places = [(entry.get("name") or names.get(entry.get("id", ""), ""), entry.get("id", "")) for entry in _places(view)]
    return _agent(family_name, agent.get("given_name", ""), orcid or "", places)


def _places(view: PersonView) -> Sequence[Mapping[str, str]]:
    return view.profile.affiliations or ()


def _public(person: PublicName) -> LookUp:
    name = ", ".join(filter(None, (person.family_name, person.given_name)))
    fields = _agent(
        person.family_name or "", person.given_name or "", person.orcid, [(place, "") for place in person.organisations]
    )
    return LookUp(name or person.orcid, " · ".join([person.orcid, *person.organisations]), fields)


def _agent(family_name: str, given_name: str, orcid: str, places: Sequence[tuple[str, str]]) -> dict[str, str]:
    fields = {
        "person_or_org.type": "personal",
        "person_or_org.family_name": family_name,
        "person_or_org.given_name": given_name,
    }
    if orcid:
        fields |= {ORCID: orcid, "person_or_org.identifiers.0.scheme": "orcid"}
    for number, (name, ror) in enumerate(places):
        fields |= {f"affiliations.{number}.name": name, f"affiliations.{number}.id": ror}
    return {path: text for path, text in fields.items() if text}


def _organisation(row: Organisation, language: str) -> LookUp:
    titles = row.body.get("title") or {}
    name = str(titles.get("zh" if language.startswith("zh") else "en") or row.body.get("name") or row.ror)
    others = _others(row, name)
    about = [row.ror, row.body.get("country_name") or row.body.get("country"), *others]
    fields = {"name": name, "id": row.ror, **{f"alternate_names.{n}.name": other for n, other in enumerate(others)}}
    return LookUp(name, " · ".join(str(part) for part in about if part), fields)


def _others(row: Organisation, name: str) -> list[str]:
    titles = row.body.get("title") or {}
    return [text for tag in ("en", "zh") if (text := titles.get(tag)) and text != name][:1]
