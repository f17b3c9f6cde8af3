"""Stored metadata to the values of `description`.

Stored metadata is the normal form of the InvenioRDM contract (section 2): vocabulary references are ``{"id": …}``
alone. A draft may lack any part, which reads as empty. A term that its vocabulary no longer has reads as its id, so
that no information is lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from repository.dataset.description import (
    Affiliation,
    Agent,
    AlternateName,
    DateOf,
    DescribedPlace,
    Description,
    Funding,
    Keyword,
    Label,
    Licence,
    Reference,
    RelatedId,
    RelatedIdentifier,
    Text,
    Translated,
)
from repository.dataset.formats.plain_text import plain
from repository.dataset.schemes import only_resource_type
from repository.dataset.vocabularies import Vocabularies

Json = Mapping[str, Any]
FUNDER_SCHEMES = ("ror", "crossreffunderid", "grid", "isni")
"""Schemes by which registrars know funders, the best first."""
NAME = 1_000
"""characters of a name that pages show"""


def description_of(metadata: Json, vocabularies: Vocabularies) -> Description:
    """Return the description in stored `metadata`, with the names of its controlled terms."""
    return _DescriptionReader(metadata, vocabularies).description()


class _DescriptionReader:
    """Reads one metadata object with the vocabularies that its references point into."""

    def __init__(self, metadata: Json, vocabularies: Vocabularies) -> None:
        self.metadata = metadata
        self.vocabularies = vocabularies

    def description(self) -> Description:
        return Description(
            title=self.text("title"),
            resource_type=self.label("resourcetypes", self.metadata.get("resource_type")),
            publication_date=self.text("publication_date"),
            publisher=self.text("publisher"),
            description=self.text("description"),
            version=self.text("version"),
            copyright=plain(self.text("copyright")),
            **self.people(),
            **self.texts(),
            **self.classification(),
            **self.relations(),
        )

    def people(self) -> dict[str, Any]:
        return {
            "creators": [self.agent(a, "creatorsroles") for a in self.members("creators")],
            "contributors": [self.agent(a, "contributorsroles") for a in self.members("contributors")],
            "funding": [self.grant(f) for f in self.members("funding")],
        }

    def texts(self) -> dict[str, Any]:
        return {
            "additional_titles": [
                Text(t.get("title", ""), self.term("titletypes", t.get("type")), _lang(t))
                for t in self.members("additional_titles")
            ],
            "additional_descriptions": [
                Text(
                    plain(t.get("description", "")),
                    self.term("descriptiontypes", t.get("type")),
                    _lang(t),
                )
                for t in self.members("additional_descriptions")
            ],
        }

    def classification(self) -> dict[str, Any]:
        return {
            "subjects": [self.subject(s) for s in self.members("subjects")],
            "languages": [self.label("languages", v) for v in self.members("languages")],
            "licences": [self.licence(r) for r in self.members("rights")],
            "dates": [
                DateOf(
                    d.get("date", ""),
                    self.label("datetypes", d.get("type")),
                    d.get("description") or "",
                )
                for d in self.members("dates")
            ],
            "sizes": tuple(self.members("sizes")),
            "formats": tuple(self.members("formats")),
        }

    def relations(self) -> dict[str, Any]:
        locations = self.metadata.get("locations") or {}
        return {
            "identifiers": _identifiers(self.members("identifiers")),
            "related_identifiers": [self.related(r) for r in self.members("related_identifiers")],
            "references": [
                Reference(r.get("reference", ""), r.get("scheme") or "", r.get("identifier") or "")
                for r in self.members("references")
            ],
            "places": [_place(f) for f in locations.get("features") or ()],
        }

    def text(self, name: str) -> str:
        return str(self.metadata.get(name) or "")

    def members(self, name: str) -> Iterable[Any]:
        return self.metadata.get(name) or ()

    def label(self, kind: str, reference: Json | None) -> Label:
        """Return the term that `reference` names; an unknown term has no title, an absent one no id."""
        term_id = (reference or {}).get("id") or ""
        entry = self.vocabularies[kind].get(term_id)
        return entry.label if entry else Label(term_id, {})

    def term(self, kind: str, reference: Json | None) -> Label | None:
        return self.label(kind, reference) if reference else None

    def name(self, kind: str, thing: Json) -> str:
        """Return the name of a thing: its own, or its id's in a list that this process may lack."""
        thing_id = str(thing.get("id") or "")
        titles = self.vocabularies.title(kind, thing_id) or {}
        return str(thing.get("name") or Label(thing_id, titles).name())

    def agent(self, agent: Json, roles: str) -> Agent:
        person = agent.get("person_or_org") or {}
        family_name, given_name = person.get("family_name") or "", person.get("given_name") or ""
        return Agent(
            personal=person.get("type", "personal") == "personal",
            name=person.get("name") or ", ".join(part for part in (family_name, given_name) if part),
            family_name=family_name,
            given_name=given_name,
            identifiers=_identifiers(person.get("identifiers") or ()),
            affiliations=[
                Affiliation(self.name("affiliations", a), a.get("id"), _titles(a), _alternate_names(a))
                for a in agent.get("affiliations") or ()
            ],
            role=self.term(roles, agent.get("role")),
            alternate_names=_alternate_names(person),
        )

    def subject(self, subject: Json) -> Keyword:
        subject_id = subject.get("id")
        if not subject_id:
            return Keyword(subject.get("subject", ""))
        titles = self.vocabularies.title("subjects", subject_id) or {}
        return Keyword(subject.get("subject") or Label(subject_id, titles).name(), subject_id)

    def licence(self, right: Json) -> Licence:
        licence_id = right.get("id")
        if not licence_id:
            return self.own_licence(right)
        entry = self.vocabularies["licenses"].get(licence_id)
        if entry is None:
            return self.own_licence(right) if right.get("title") else Licence(title=licence_id, id=licence_id)
        return Licence(
            title=entry.label.name(),
            id=licence_id,
            url=entry.props.get("url"),
            description=_any_language(entry.description),
        )

    @staticmethod
    def own_licence(right: Json) -> Licence:
        return Licence(
            title=_any_language(right.get("title")),
            url=right.get("link"),
            description=_any_language(right.get("description")),
        )

    def related(self, related: Json) -> RelatedIdentifier:
        scheme = related.get("scheme") or "other"
        usual_type = {"id": only_resource_type(scheme)} if only_resource_type(scheme) else None
        return RelatedIdentifier(
            scheme=scheme,
            identifier=related.get("identifier", ""),
            relation=self.label("relationtypes", related.get("relation_type")),
            resource_type=self.term("resourcetypes", related.get("resource_type") or usual_type),
        )

    def grant(self, funding: Json) -> Funding:
        funder, award = funding.get("funder") or {}, funding.get("award") or {}
        links = [i for i in _identifiers(award.get("identifiers") or ()) if i.scheme == "url"]
        return Funding(
            funder=self.name("funders", funder),
            funder_id=funder.get("id") or _first_identifier(funder, FUNDER_SCHEMES),
            award_title=_any_language(award.get("title")),
            award_titles=dict(award.get("title") or {}),
            award_number=award.get("number") or award.get("id") or "",
            award_url=links[0].identifier if links else "",
            titles=_titles(funder),
        )


def _titles(organisation: Json) -> Translated:
    """Return the names of an organisation by language; other repositories send them in any form."""
    titles = organisation.get("title")
    if not organisation.get("id") or not isinstance(titles, dict):
        return ()
    return tuple((tag, text) for tag, text in sorted(titles.items()) if isinstance(text, str) and len(text) <= NAME)


def _alternate_names(named: Json) -> Sequence[AlternateName]:
    return [
        AlternateName(n["lang"], n["name"], n.get("family_name") or "", n.get("given_name") or "")
        for n in named.get("alternate_names") or ()
        if n.get("lang") and n.get("name")
    ]


def _identifiers(identifiers: Iterable[Json]) -> Sequence[RelatedId]:
    return [
        RelatedId((i.get("scheme") or "other").lower(), i["identifier"]) for i in identifiers if i.get("identifier")
    ]


def _first_identifier(thing: Json, schemes: Sequence[str]) -> str | None:
    """Return the identifier of a thing in the first of `schemes` that it has."""
    by_scheme = {entry.scheme: entry.identifier for entry in _identifiers(thing.get("identifiers") or ())}
    return next((by_scheme[scheme] for scheme in schemes if scheme in by_scheme), None)


def _place(feature: Json) -> DescribedPlace:
    return DescribedPlace(
        geometry=feature.get("geometry"),
        place=feature.get("place") or "",
        description=feature.get("description") or "",
        identifiers=_identifiers(feature.get("identifiers") or ()),
    )


def _lang(text: Json) -> str | None:
    return (text.get("lang") or {}).get("id")


def _any_language(labels: Mapping[str, str] | None) -> str:
    """Return the English text, else the first one."""
    texts = labels or {}
    return texts.get("en") or next(iter(texts.values()), "")
