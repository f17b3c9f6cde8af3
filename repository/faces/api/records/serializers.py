"""Published records as JSON (InvenioRDM contract, section 1.1), and the parts that drafts share with them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from repository.access.access_terms import AccessTerms
from repository.access.policy import Audience
from repository.access.request_settings import RequestSettings
from repository.communities.queries import Membership
from repository.communities.rules import title_in
from repository.core.actor import Actor
from repository.core.clock import iso
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.dataset.blinding import blinded_metadata
from repository.dataset.formats import identifier_urls
from repository.dataset.vocabularies import Vocabularies
from repository.engines.services import Services
from repository.faces.api.draft_files.serializers import summary_json
from repository.files.model import FileEntry
from repository.identifiers.model import Identifier
from repository.identifiers.queries import ByScheme
from repository.identifiers.rules import PROVIDERS
from repository.records.cached_representations import (
    CachedRepresentation,
    cached_representation,
    cached_representations,
)
from repository.records.model import Concept
from repository.records.queries import RecordView, embedded_files


def cached_record(services: Services, actor: Actor, record_id: int) -> CachedRepresentation:
    """Return a version as JSON with its first files; raise `MovedTo`, `NotFound`, `Forbidden`, `Gone`."""
    return cached_representation(services, actor, record_id, "record", serialize_record)


def cached_hits(services: Services, actor: Actor, record_ids: Sequence[int]) -> dict[int, CachedRepresentation]:
    """Return, by id, the versions among `record_ids` that the actor may read as JSON, without files."""
    return cached_representations(services, actor, record_ids, "hit", _serialize_hit)


def serialize_record(services: Services, snapshot: Snapshot, view: RecordView, audience: Audience) -> bytes:
    """Return the JSON text of a version with its first files."""
    entries = embedded_files(snapshot, view, audience)
    return orjson.dumps(record_json(view, services.site, services.vocabularies, audience, entries))


def without_description(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return names, state and links of a record or draft, for somebody who may change it and not read it."""
    files = {"enabled": body["files"].get("enabled"), "entries": {}}
    return {**body, "metadata": {}, "custom_fields": {}, "files": files}


def _serialize_hit(services: Services, _snapshot: Snapshot, view: RecordView, audience: Audience) -> bytes:
    return orjson.dumps(record_json(view, services.site, services.vocabularies, audience))


def record_json(
    view: RecordView,
    site: Site,
    vocabularies: Vocabularies,
    audience: Audience,
    entries: Iterable[FileEntry] = (),
) -> dict[str, Any]:
    """Return the record as `audience` may see it, with the files that `entries` are."""
    record = _whole_record(view, site, vocabularies, audience, entries)
    return _blinded(record, view, vocabularies) if audience is Audience.BLINDED else record


def _whole_record(
    view: RecordView, site: Site, vocabularies: Vocabularies, audience: Audience, entries: Iterable[FileEntry]
) -> dict[str, Any]:
    version, concept = view.version, view.concept
    return {
        "id": str(version.id),
        "created": iso(version.created),
        "updated": iso(version.updated),
        "revision_id": version.revision,
        "is_published": True,
        "is_draft": False,
        "status": "published",
        "versions": {"index": version.index, "is_latest": view.is_latest},
        "parent": parent_json(concept, view.concept_pids, view.communities),
        "pids": pids_json(site, version.id, view.pids),
        "metadata": expand_terms(version.description, vocabularies),
        "custom_fields": version.custom_fields,
        "access": access_json(version.terms, version.files_enabled),
        "files": _files_json(view, site, audience, entries),
        "media_files": {"enabled": False, "order": [], "count": 0, "total_bytes": 0, "entries": {}},
        "deletion_status": {"is_deleted": False, "status": "P"},
        "links": record_links(view, site),
    }


def _blinded(record: dict[str, Any], view: RecordView, vocabularies: Vocabularies) -> dict[str, Any]:
    """Return the record without anything that tells who made it (see `dataset.blinding`)."""
    return {
        **record,
        "parent": {"id": record["parent"]["id"]},
        "pids": {},
        "metadata": expand_terms(blinded_metadata(view.version.description), vocabularies),
        "custom_fields": {},
        "access": without_reason(record["access"]),
        "files": without_words(record["files"]),
        "links": {name: record["links"][name] for name in ("self", "self_html", "files", "archive")},
    }


def without_reason(access: Mapping[str, Any]) -> dict[str, Any]:
    """Return the access terms without what the depositor wrote about the embargo."""
    return {**access, "embargo": {**access["embargo"], "reason": None}}


def without_words(files: dict[str, Any]) -> dict[str, Any]:
    """Return the files without what the depositor wrote about each."""
    entries = {key: {**entry, "metadata": None} for key, entry in files.get("entries", {}).items()}
    return {**files, "entries": entries} if entries else files


def _files_json(view: RecordView, site: Site, audience: Audience, entries: Iterable[FileEntry]) -> dict[str, Any]:
    version = view.version
    if not audience.sees_files:
        return {"enabled": version.files_enabled}
    base = site.api(f"/records/{version.id}/files")
    return summary_json(view.files, version.files_enabled, version.default_preview, entries, base, hidden=False)


def parent_json(concept: Concept, pids: ByScheme, communities: Sequence[Membership]) -> dict[str, Any]:
    """Return the concept as it stands inside a draft or record."""
    return {
        "id": str(concept.id),
        "access": {
            "owned_by": {"user": str(concept.owner_id)},
            "settings": RequestSettings.of_json(concept.request_settings).as_json(),
        },
        "communities": _communities_json(communities),
        "pids": {scheme: pid_json(pid) for scheme, pid in pids.items()},
    }


def _communities_json(memberships: Sequence[Membership]) -> dict[str, Any]:
    """Return the communities of a concept; `titles` has every language beside the contract's one `title`."""
    if not memberships:
        return {}
    return {
        "ids": [str(community.id) for community, _ in memberships],
        "default": next(str(community.id) for community, is_default in memberships if is_default),
        "entries": [
            {
                "id": str(community.id),
                "created": iso(community.created),
                "slug": community.slug,
                "metadata": {"title": title_in(community.titles), "titles": community.titles},
            }
            for community, _ in memberships
        ],
    }


def pids_json(site: Site, record_id: int, pids: ByScheme, published: bool = True) -> dict[str, Any]:
    """Return the identifiers of a draft or record; a published one has its OAI identifier too."""
    identifiers: dict[str, Any] = {scheme: pid_json(pid) for scheme, pid in pids.items()}
    if published:
        identifiers["oai"] = {"identifier": f"oai:{site.host}:{record_id}", "provider": "oai"}
    return identifiers


def pid_json(pid: Identifier) -> dict[str, str]:
    """Return an identifier; `provider` is the contract's word for its kind, `state` that of its registration."""
    if pid.external:
        return {"identifier": pid.value, "provider": "external"}
    provider = PROVIDERS[pid.scheme]
    return {
        "identifier": pid.value,
        "provider": provider,
        "client": provider,
        "state": pid.state,
    }


def access_json(terms: AccessTerms, has_files: bool) -> dict[str, Any]:
    return {**terms.as_json(), "status": terms.status(has_files).value}


def record_links(view: RecordView, site: Site) -> dict[str, str]:
    """Return absolute URLs of the resources that exist."""
    version, concept = view.version, view.concept
    api, page = site.api(f"/records/{version.id}"), site.page(f"/records/{version.id}")
    links = {
        "self": api,
        "self_html": page,
        "files": f"{api}/files",
        "archive": f"{api}/files-archive",
        "versions": f"{api}/versions",
        "latest": f"{api}/versions/latest",
        "latest_html": site.page(f"/records/{version.id}/latest"),
        "draft": f"{api}/draft",
        "parent": site.api(f"/records/{concept.id}"),
        "parent_html": site.page(f"/records/{concept.id}"),
    }
    return links | doi_links(view.pids, view.concept_pids)


def doi_links(pids: Mapping[str, Identifier], concept_pids: Mapping[str, Identifier]) -> dict[str, str]:
    """Return the resolver addresses of the identifiers, as links of a draft or record."""
    links = {}
    if doi := pids.get("doi"):
        links["doi"] = links["self_doi"] = identifier_urls.doi_url(doi.value)
    if (cstr := pids.get("cstr")) and (address := identifier_urls.link_to("cstr", cstr.value)):
        links["cstr"] = address
    if parent := concept_pids.get("doi"):
        links["parent_doi"] = identifier_urls.doi_url(parent.value)
    return links


def hits_json(
    hits: Sequence[Mapping[str, Any] | orjson.Fragment], total: int, sort: str, links: Mapping[str, str], **more: Any
) -> dict[str, Any]:
    """Return the list envelope of the contract; hits are objects or JSON texts of objects."""
    return {
        "hits": {"hits": list(hits), "total": total},
        **more,
        "sortBy": sort,
        "links": dict(links),
    }


JsonObject = dict[str, Any]


def expand_terms(metadata: Mapping[str, Any], vocabularies: Vocabularies) -> JsonObject:
    """Return a copy of `metadata` with the titles of controlled terms; malformed values stay as they are."""
    expanded = dict(metadata)
    for name, change in _CHANGES.items():
        if name in expanded:
            expanded[name] = change(expanded[name], vocabularies)
    return expanded


def _term(kind: str) -> Callable[[Any, Vocabularies], Any]:
    def change(value: Any, vocabularies: Vocabularies) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get("id"), str):
            return value
        entry = vocabularies[kind].get(value["id"])
        return value if entry is None else {**value, "title": dict(entry.title)}

    return change


def _every(change: Callable[[Any, Vocabularies], Any]) -> Callable[[Any, Vocabularies], Any]:
    def change_all(values: Any, vocabularies: Vocabularies) -> Any:
        if not isinstance(values, list):
            return values
        return [change(value, vocabularies) for value in values]

    return change_all


def _members(
    **changes: Callable[[Any, Vocabularies], Any],
) -> Callable[[Any, Vocabularies], Any]:
    def change(value: Any, vocabularies: Vocabularies) -> Any:
        if not isinstance(value, dict):
            return value
        resolved = {k: f(value[k], vocabularies) for k, f in changes.items() if k in value}
        return {**value, **resolved}

    return change


def _licence(value: Any, vocabularies: Vocabularies) -> Any:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return value
    entry = vocabularies["licenses"].get(value["id"])
    if entry is None:
        return value
    expanded = {**value, "title": dict(entry.title), "props": dict(entry.props)}
    if entry.description:
        expanded["description"] = dict(entry.description)
    return expanded


_CHANGES: Mapping[str, Callable[[Any, Vocabularies], Any]] = {
    "resource_type": _term("resourcetypes"),
    "languages": _every(_term("languages")),
    "rights": _every(_licence),
    "creators": _every(_members(role=_term("creatorsroles"))),
    "contributors": _every(_members(role=_term("contributorsroles"))),
    "additional_titles": _every(_members(type=_term("titletypes"), lang=_term("languages"))),
    "additional_descriptions": _every(_members(type=_term("descriptiontypes"), lang=_term("languages"))),
    "dates": _every(_members(type=_term("datetypes"))),
    "related_identifiers": _every(_members(relation_type=_term("relationtypes"), resource_type=_term("resourcetypes"))),
}
