"""RO-Crate metadata: a dataset, its files and its people as one flat JSON-LD graph.

What it tells of the dataset is what `schema_org` tells: one mapping, whose nodes become entities here. Source: RO-Crate
Metadata Specification 1.2, sections "Root Data Entity", "Data Entities" and "Contextual Entities".
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from repository.dataset.description import FileOf, Licence, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl
from repository.dataset.formats.json_text import ReadFiles, as_json, with_list
from repository.dataset.formats.plain_text import printable
from repository.dataset.formats.schema_org.schema_org_json import schema_org_members
from repository.dataset.formats.schema_org.schema_org_links import type_of
from repository.dataset.formats.schema_org.schema_org_texts import without_empty

Json = dict[str, Any]

MEDIA_TYPE = 'application/ld+json;profile="https://w3id.org/ro/crate"'
CONTEXT = "https://w3id.org/ro/crate/1.2/context"
PROFILE = "https://w3id.org/ro/crate/1.2"
DESCRIPTOR = "ro-crate-metadata.json"

_NOT_OF_THE_ROOT = frozenset(
    {"@id", "creator", "comment", "distribution", "encoding", "hasPart", "identifier", "license"}
)
"""Members that have another form here; ``creator`` repeats ``author``. Works that are called parts are mentioned."""
_PLACES = {
    "author": "creator",
    "funding": "grant",
    "includedInDataCatalog": "catalogue",
    "measurementTechnique": "method",
    "spatialCoverage": "place",
}
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


def whole_ro_crate(publication: Publication, files: ReadFiles) -> Iterator[str]:
    """Yield the text of the same document with all `files`, which are read twice: for the root and for themselves.

    `publication` names the first ones.  An entity of another kind that has the address of a file is the file too.
    """
    graph = _Graph(replace(publication, file_count=len(publication.files)), attached=False, lists_files=False)
    root, entities = graph.root(), graph.entities
    yield f'{{"@context":"{CONTEXT}","@graph":[{as_json(graph.descriptor())},'
    yield from with_list(root, "hasPart", ({"@id": _iri(file.url)} for file in files()))
    for file in files():
        entity = _entity(file.url, "File", entities.pop(_iri(file.url), None), **_of_file(file))
        yield f",{as_json(entity)}"
    yield from (f",{as_json(entity)}" for entity in entities.values())
    yield "]}"


class _Graph:
    """The entities so far, each once, by id: a person may be creator and contributor."""

    def __init__(self, publication: Publication, attached: bool, *, lists_files: bool = True) -> None:
        self.publication = publication
        self.lists_files = lists_files
        self.attached = attached
        self.root_id = "./" if attached else publication.url
        self.entities: dict[str, Json] = {}
        self.numbers: Counter[str] = Counter()

    def descriptor(self) -> Json:
        return {
            "@id": DESCRIPTOR,
            "@type": "CreativeWork",
            "about": {"@id": self.root_id},
            "conformsTo": {"@id": PROFILE},
        }

    def root(self) -> Json:
        """Return the root: what schema.org tells of the resource, with its nodes as entities, and the files."""
        members = schema_org_members(self.publication)
        kind, licences = type_of(self.publication), self.publication.description.licences
        return without_empty(
            {
                "@id": self.root_id,
                "@type": "Dataset",
                "additionalType": f"https://schema.org/{kind}" if kind != "Dataset" else "",
                **{name: self.flat(name, value) for name, value in members.items() if name not in _NOT_OF_THE_ROOT},
                "datePublished": members.get("datePublished") or self.publication.created[:10],
                "identifier": [self.identifier(value) for value in members["identifier"]],
                "cite-as": csl.address(self.publication) if self.publication.doi or self.publication.cstr else "",
                "license": [self.licence(licence) for licence in licences] or "No licence is stated.",
                "hasPart": [self.file(file) for file in self.files()],
                "mentions": self.flat("mentions", members.get("hasPart", [])),
                "comment": [*self.flat("comment", members.get("comment", [])), *self.more_files()],
            }
        )

    def flat(self, place: str, value: Any) -> Any:
        """Return the value of the property `place` with references instead of the nodes in it."""
        if isinstance(value, str):
            return printable(value)
        if isinstance(value, list):
            return [self.flat(place, member) for member in value]
        if not isinstance(value, Mapping):
            return value
        if "@value" in value:
            return {**value, "@value": printable(str(value["@value"]))}
        return self.node(place, value)

    def node(self, place: str, node: Mapping[str, Any]) -> Json:
        kind = str(node.get("@type", "CreativeWork"))
        members = {name: self.flat(name, value) for name, value in node.items() if not name.startswith("@")}
        if kind == "Grant":
            members.setdefault("name", members.get("identifier") or node.get("funder", {}).get("name"))
        return self.add(node.get("@id") or self.local_id(place, kind, node), kind, **members)

    def local_id(self, place: str, kind: str, node: Mapping[str, Any]) -> str:
        """Return an id of this document: organisations of one name are one, two people of one name are two."""
        if kind == "Organization" and "name" in node:  # nothing of a name may be left that can be printed
            return _local("organization", str(node["name"]))
        name = "role" if kind == "Role" else _PLACES.get(place) or place
        self.numbers[name] += 1
        return f"#{name}-{self.numbers[name]}"

    def identifier(self, value: Mapping[str, Any]) -> Json:
        """Return an identifier of the root, whose id is its address, as the specification shows it."""
        address = value.get("url")
        return self.node("identifier", {**value, "@id": address} if address and address != self.root_id else value)

    def licence(self, licence: Licence) -> Json:
        title = printable(licence.title)
        address = identifier_urls.web_address(licence.url) or _local("licence", title)
        text = printable(licence.description) or title
        return self.add(address, "CreativeWork", name=title, description=text, identifier=licence.id)

    def files(self) -> Sequence[FileOf]:
        """Return the files; in a package, no file of the depositor replaces this document."""
        files = self.publication.files if self.lists_files else ()
        return [file for file in files if file.key != DESCRIPTOR] if self.attached else files

    def file(self, file: FileOf) -> Json:
        address = quote(file.key.encode("utf-8", "replace"), safe=_IN_PATH) if self.attached else file.url
        return self.add(address, "File", **_of_file(file))

    def more_files(self) -> Iterator[Json]:
        if text := self.publication.unlisted_files:
            yield self.add("#more-files", "Comment", text=text)

    def add(self, address: str, kind: str, **members: Any) -> Json:
        """Keep an entity and return the reference to it; earlier values of its members stay."""
        identifier = _iri(address)
        self.entities[identifier] = _entity(address, kind, self.entities.get(identifier), **members)
        return {"@id": identifier}


def _iri(address: str) -> str:
    return quote(address.encode("utf-8", "replace"), safe=_IN_URI)


def _entity(address: str, kind: str, known: Json | None = None, **members: Any) -> Json:
    """Return the entity with these members; those of a `known` one stay."""
    entity = {"@id": _iri(address), "@type": kind} if known is None else known
    for name, value in without_empty(members).items():
        entity.setdefault(name, value)
    return entity


def _of_file(file: FileOf) -> Json:
    return {
        "name": printable(file.key),
        "alternateName": printable(file.words.title),
        "description": printable(file.words.description),
        "additionalType": printable(file.words.kind),
        "contentSize": str(file.size),
        "encodingFormat": file.media_type,
        "sha256": file.sha256,
    }


def _local(kind: str, name: str) -> str:
    return f"#{kind}-{quote(printable(name), safe='')}"
