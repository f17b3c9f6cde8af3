"""Share links over HTTP: those of one dataset, under the id of any draft or version of it."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from repository.access.policy import Permission
from repository.access.principals import reads_closed
from repository.core.clock import iso, now
from repository.core.errors import FieldError
from repository.core.paging import Page, PageLinks
from repository.core.web.responses import json_reply, no_content
from repository.core.web.shared_schemas import PageQuery
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.share_links.schemas import LinkChange, LinkListShape, LinkReplacement, LinkShape, NewLink
from repository.faces.reasons.in_words import reader_language, translated_fault
from repository.sharing.links import (
    LinkTerms,
    change_link,
    link_of_dataset,
    links_page,
    make_link,
    release_link,
    revoke_link,
)
from repository.sharing.model import ShareLink
from repository.sharing.name_warnings import name_warnings
from repository.sharing.queries import dataset_of, shared_dataset

api = Api("share-links")
LINKS = "/records/<record:record_id>/access/links"
LINK = f"{LINKS}/<record:link_id>"
CHANGE_ERRORS = (403, 404, 409, 413, 415)


@api.route(
    "GET", LINKS, "List the share links of a dataset", query=PageQuery, replies={200: LinkListShape}, errors=(403, 404)
)
def list_links(call: ApiCall, record_id: int) -> Response:
    """Return the links in the order in which they were made, without their secrets."""
    page = Page.of(call.query)
    with call.snapshot() as snapshot:
        rows, total = links_page(snapshot, shared_dataset(snapshot, record_id), page)
    hits = [_link_json(call, record_id, link) for link in rows]
    links = PageLinks(call.services.site.api(f"/records/{record_id}/access/links"), {}).numbered(page, total)
    return json_reply({"hits": {"hits": hits, "total": total}, "links": links})


@api.route("POST", LINKS, "Make a share link", body=NewLink, replies={201: LinkShape}, errors=CHANGE_ERRORS)
def create_link(call: ApiCall, record_id: int) -> Response:
    """Return the secret of a new link, `token`, this once and never again.

    Of a link for referees `warnings` tell which titles, texts and file names repeat a name of the makers.
    """
    terms = LinkTerms(
        Permission(call.body["permission"]), call.body["expires"], call.body["description"], call.body["blinded"]
    )
    with call.transaction() as unit:
        concept_id = dataset_of(unit, record_id)
        link, secret = make_link(unit, concept_id, terms)
        warnings = name_warnings(unit, concept_id) if link.blinded and reads_closed(call.actor) else ()
    more = {"warnings": _warnings_json(warnings)} if link.blinded else {}
    return json_reply({**_link_json(call, record_id, link), "token": secret, **more}, 201)


@api.route("GET", LINK, "Read one share link", replies={200: LinkShape}, errors=(403, 404))
def read_link(call: ApiCall, record_id: int, link_id: int) -> Response:
    """Return a link without its secret."""
    with call.snapshot() as snapshot:
        link = link_of_dataset(snapshot, shared_dataset(snapshot, record_id), link_id)
    return json_reply(_link_json(call, record_id, link))


@api.route("PATCH", LINK, "Change one share link", body=LinkChange, replies={200: LinkShape}, errors=CHANGE_ERRORS)
def patch_link(call: ApiCall, record_id: int, link_id: int) -> Response:
    """Change what the body names; the secret stays."""
    return _change(call, record_id, link_id)


@api.route("PUT", LINK, "Replace one share link", body=LinkReplacement, replies={200: LinkShape}, errors=CHANGE_ERRORS)
def put_link(call: ApiCall, record_id: int, link_id: int) -> Response:
    """Replace permission, end and description; the secret stays."""
    return _change(call, record_id, link_id)


@api.route("DELETE", LINK, "Revoke one share link", replies={204: None}, errors=(403, 404, 409))
def delete_link(call: ApiCall, record_id: int, link_id: int) -> Response:
    """Make a link useless from now on, at every door."""
    with call.transaction() as unit:
        revoke_link(unit, dataset_of(unit, record_id), link_id)
    return no_content()


@api.route(
    "POST",
    f"{LINK}/actions/release",
    "Let a link for referees name the authors",
    replies={200: LinkShape},
    errors=(403, 404, 409),
)
def release_referees(call: ApiCall, record_id: int, link_id: int) -> Response:
    """Show the record as it is, with its identifiers, to those who have the link: review is over."""
    with call.transaction() as unit:
        link = release_link(unit, dataset_of(unit, record_id), link_id)
    return json_reply(_link_json(call, record_id, link))


def _change(call: ApiCall, record_id: int, link_id: int) -> Response:
    with call.transaction() as unit:
        link = change_link(unit, dataset_of(unit, record_id), link_id, call.body)
    return json_reply(_link_json(call, record_id, link))


def _warnings_json(warnings: Sequence[FieldError]) -> list[dict[str, Any]]:
    language = reader_language()
    return [translated_fault(warning, language).as_json() for warning in warnings]


def _link_json(call: ApiCall, record_id: int, link: ShareLink) -> dict[str, Any]:
    return {
        "id": str(link.id),
        "permission": link.permission,
        "description": link.description,
        "created_at": iso(link.created),
        "expires_at": iso(link.expires) if link.expires else None,
        "is_expired": link.expires is not None and link.expires <= now(),
        "blinded": link.blinded,
        "released_at": iso(link.released) if link.released else None,
        "uses": link.uses,
        "last_used_at": iso(link.last_used) if link.last_used else None,
        "links": {"self": call.services.site.api(f"/records/{record_id}/access/links/{link.id}")},
    }
