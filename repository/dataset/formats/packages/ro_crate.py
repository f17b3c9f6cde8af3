"""RO-Crate metadata: a dataset, its files and its people as one flat JSON-LD graph.

Source: RO-Crate Metadata Specification 1.2, sections "Root Data Entity", "Data Entities" and "Contextual Entities".
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from repository.dataset import cstr
from repository.dataset.description import Affiliation, Agent, FileOf, Funding, Licence, Publication, Text
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.iso_dates import first_date
from repository.dataset.formats.plain_text import language_by_script, language_tag, plain, printable

Json = dict[str, Any]

MEDIA_TYPE = 'application/ld+json;profile="https://w3id.org/ro/crate"'
CONTEXT = "https://w3id.org/ro/crate/1.2/context"
PROFILE = "https://w3id.org/ro/crate/1.2"
DESCRIPTOR = "ro-crate-metadata.json"

_IN_PATH = "/!$'()*+,;=@~"
_IN_URI = "/:?#[]@!$&'()*+,;=%~"


def ro_crate(publication: Publication, *, attached: bool = False) -> Json:
    """Return the RO-Crate metadata document of a publication.

    As a reply of the API it is detached: the root is the page, and each file is its download address. `attached` is for
    the document that travels with the files, as in a zip: the root is ``./`` and files are relative paths. The document
    lists `publication.files` only; when there are more, a comment of the root says so. The type of the root is Dataset
    for any resource, because the specification requires it.
    """
    graph = _Graph(publication, attached)
    return {"@context": CONTEXT, "@graph": [graph.descriptor(), graph.root(), *graph.entities.values()]}


class _Graph:
    """The entities so far, each once, by id: a person may be creator and contributor."""

    def __init__(self, publication: Publication, attached: bool) -> None:
        self.publication = publication
        self.attached = attached
        self.root_id = "./" if attached else publication.url
        self.entities: dict[str, Json] = {}

    def descriptor(self) -> Json:
        return {
            "@id": DESCRIPTOR,
            "@type": "CreativeWork",
            "about": {"@id": self.root_id},
            "conformsTo": {"@id": PROFILE},
        }

    def root(self) -> Json:
        description = self.publication.description
        title = printable(description.title)
        members = {
            "@id": self.root_id,
            "@type": "Dataset",
            "name": title,
            "alternateName": [self.language_value(t) for t in description.additional_titles if printable(t.text)],
            "description": printable(plain(description.description)) or title,
            "datePublished": first_date(description.publication_date) or self.publication.created[:10],
            "dateModified": self.publication.updated[:10],
            "version": csl.version(self.publication),
            "keywords": [printable(subject.subject) for subject in description.subjects],
            "inLanguage": list(csl.languages(self.publication)),
            "url": self.publication.url,
            **self.identifiers(),
            **self.agents(),
            "license": [self.licence(licence) for licence in description.licences] or "No licence is stated.",
            "conditionsOfAccess": self.publication.access_status,
            "creativeWorkStatus": "Withdrawn" if self.publication.withdrawn else "",
            "hasPart": [self.file(file) for file in self.files()],
            "comment": self.more_files(),
        }
        return _without_empty(members)

    def language_value(self, text: Text) -> Json | str:
        codes = [label.id for label in self.publication.description.languages]
        tag = language_tag(text.language) or language_by_script(text.text, codes)
        return {"@language": tag, "@value": printable(text.text)} if tag else printable(text.text)

    def identifiers(self) -> Json:
        """Return each identifier as a PropertyValue of science-on-schema.org; the first is the citation."""
        registry = "https://registry.identifiers.org/registry/"
        identifiers = []
        if doi := self.publication.doi:
            identifiers.append((identifier_urls.doi_url(doi), "doi", f"doi:{doi}"))
        if self.publication.cstr:
            identifier = cstr.parse(self.publication.cstr)
            identifiers.append((identifier.url, "cstr", identifier.curie))
        for address, scheme, value in identifiers:
            self.add(address, "PropertyValue", propertyID=registry + scheme, value=value, url=address)
        return {
            "identifier": [{"@id": address} for address, _, _ in identifiers],
            "cite-as": identifiers[0][0] if identifiers else "",
        }

    def agents(self) -> Json:
        description = self.publication.description
        funding = [self.grant(number, funding) for number, funding in enumerate(description.funding, 1)]
        return {
            "author": [self.agent(agent, f"#creator-{n}") for n, agent in enumerate(description.creators, 1)],
            "contributor": [
                self.agent(agent, f"#contributor-{n}") for n, agent in enumerate(description.contributors, 1)
            ],
            "publisher": self.organisation(csl.publisher(self.publication)),
            "funding": funding,
            "funder": [self.funder(funding) for funding in description.funding],
        }

    def agent(self, agent: Agent, place: str) -> Json:
        """Return an agent by ORCID or ROR, else by `place`: two people of one name are two."""
        if not agent.personal:
            return self.organisation(person_names.display_name(agent), identifier_urls.ror_url(agent.identifier("ror")))
        family_name, given_name = person_names.parts(agent)
        orcid = agent.identifier("orcid")
        return self.add(
            (identifier_urls.link_to("orcid", orcid) if orcid else None) or place,
            "Person",
            name=person_names.display_name(agent),
            familyName=family_name if given_name else "",
            givenName=given_name,
            affiliation=[self.affiliation(affiliation) for affiliation in agent.affiliations],
        )

    def affiliation(self, affiliation: Affiliation) -> Json:
        return self.organisation(affiliation.name, identifier_urls.ror_url(affiliation.id))

    def organisation(self, name: str, address: str | None = None) -> Json:
        name = printable(name)
        return self.add(address or _local("organization", name), "Organization", name=name, url=address)

    def funder(self, funding: Funding) -> Json:
        address = identifier_urls.ror_url(funding.funder_id) or identifier_urls.web_address(funding.funder_id)
        return self.organisation(funding.funder, address)

    def grant(self, number: int, funding: Funding) -> Json:
        return self.add(
            identifier_urls.web_address(funding.award_url) or f"#grant-{number}",
            "Grant",
            name=printable(funding.award_title or funding.award_number or funding.funder),
            identifier=printable(funding.award_number),
            funder=self.funder(funding),
        )

    def licence(self, licence: Licence) -> Json:
        title = printable(licence.title)
        address = identifier_urls.web_address(licence.url) or _local("licence", title)
        text = printable(licence.description) or title
        return self.add(address, "CreativeWork", name=title, description=text, identifier=licence.id)

    def files(self) -> Sequence[FileOf]:
        """Return the files; in a package, no file of the depositor replaces this document."""
        files = self.publication.files
        return [file for file in files if file.key != DESCRIPTOR] if self.attached else files

    def file(self, file: FileOf) -> Json:
        address = quote(file.key.encode("utf-8", "replace"), safe=_IN_PATH) if self.attached else file.url
        return self.add(
            address,
            "File",
            name=printable(file.key),
            contentSize=str(file.size),
            encodingFormat=file.media_type,
            sha256=file.sha256,
        )

    def more_files(self) -> Json | None:
        count, total = len(self.publication.files), self.publication.file_count
        if total <= count:
            return None
        text = f"{count} of {total} files are listed here; {self.publication.url} leads to all of them."
        return self.add("#more-files", "Comment", text=text)

    def add(self, address: str, kind: str, **members: Any) -> Json:
        """Keep an entity and return the reference to it; earlier values of its members stay."""
        identifier = quote(address.encode("utf-8", "replace"), safe=_IN_URI)
        entity = self.entities.setdefault(identifier, {"@id": identifier, "@type": kind})
        for name, value in _without_empty(members).items():
            entity.setdefault(name, value)
        return {"@id": identifier}


def _local(kind: str, name: str) -> str:
    return f"#{kind}-{quote(printable(name), safe='')}"


def _without_empty(members: Json) -> Json:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
