"""Wire shapes of the sets and formats of harvesting (InvenioRDM contract, section 1.11)."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from repository.core.clock import iso
from repository.core.site import Site
from repository.core.web.shared_schemas import Links
from repository.harvest.metadata_prefixes import MetadataFormat
from repository.harvest.model import DefinedSet

NO_NUL = validate.ContainsNoneOf("\x00", error="NUL cannot be kept.")


class SetRequest(Schema):
    """A set in an administrator's request; members that the repository adds may be there, and are ignored."""

    class Meta:
        unknown = EXCLUDE

    spec = fields.String(required=True, validate=[validate.Length(min=1, max=100), NO_NUL])
    name = fields.String(required=True, validate=[validate.Length(min=1, max=200), NO_NUL])
    search_pattern = fields.String(required=True, validate=[validate.Length(max=2_000), NO_NUL])
    description = fields.String(load_default="", allow_none=True, validate=[validate.Length(max=2_000), NO_NUL])


class SetLinks(Links):
    records = fields.Url(required=True, require_tld=False, data_key="oai-listrecords")
    identifiers = fields.Url(required=True, require_tld=False, data_key="oai-listidentifiers")


class SetShape(Schema):
    """A set; `filled` is the time from which it can be harvested, null while its job runs."""

    id = fields.Integer(required=True)
    spec = fields.String(required=True)
    name = fields.String(required=True)
    search_pattern = fields.String(required=True)
    description = fields.String(required=True)
    system_created = fields.Boolean(required=True)
    created = fields.DateTime(required=True)
    updated = fields.DateTime(required=True)
    filled = fields.DateTime(required=True, allow_none=True)
    links = fields.Nested(SetLinks, required=True)


class SetHits(Schema):
    hits = fields.List(fields.Nested(SetShape), required=True)
    total = fields.Integer(required=True)


class SetListShape(Schema):
    hits = fields.Nested(SetHits, required=True)


class FormatShape(Schema):
    id = fields.String(required=True)
    schema = fields.Url(required=True)
    namespace = fields.String(required=True)


class FormatHits(Schema):
    hits = fields.List(fields.Nested(FormatShape), required=True)
    total = fields.Integer(required=True)


class FormatListShape(Schema):
    hits = fields.Nested(FormatHits, required=True)


def set_json(defined: DefinedSet, site: Site) -> dict[str, Any]:
    """Return a set with the addresses that harvest it."""
    harvest = f"{site.oai}?metadataPrefix=oai_dc&set={defined.spec}&verb="
    return {
        "id": defined.id,
        "spec": defined.spec,
        "name": defined.name,
        "search_pattern": defined.query,
        "description": defined.description,
        "system_created": False,
        "created": iso(defined.created),
        "updated": iso(defined.updated),
        "filled": iso(defined.filled) if defined.filled else None,
        "links": {
            "self": site.api(f"/oaipmh/sets/{defined.id}"),
            "oai-listrecords": f"{harvest}ListRecords",
            "oai-listidentifiers": f"{harvest}ListIdentifiers",
        },
    }


def format_json(prefix: str, entry: MetadataFormat) -> dict[str, str]:
    return {"id": prefix, "schema": entry.schema, "namespace": entry.namespace}
