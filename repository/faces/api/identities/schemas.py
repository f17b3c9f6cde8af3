"""Wire shapes of providers of sign-in and of identities."""

from marshmallow import Schema, fields, validate


class ProviderLinks(Schema):
    login = fields.String(required=True)


class ProviderShape(Schema):
    """Where one can sign in; ``links.login`` is for a browser, and takes ``next``, a path of this site."""

    id = fields.String(required=True)
    name = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    logo = fields.String(required=True, allow_none=True)
    links = fields.Nested(ProviderLinks, required=True)


class ProviderHits(Schema):
    hits = fields.List(fields.Nested(ProviderShape), required=True)
    total = fields.Integer(required=True)


class ProviderListShape(Schema):
    hits = fields.Nested(ProviderHits, required=True)


class LinkedIdentityShape(Schema):
    """An identity at a provider, by which one signs in; `orcid` is proved by the provider."""

    id = fields.String(required=True)
    provider = fields.String(required=True)
    subject = fields.String(required=True)
    orcid = fields.String(required=True, allow_none=True)
    created = fields.DateTime(required=True)
    last_used = fields.DateTime(required=True)


class LinkedIdentityHits(Schema):
    hits = fields.List(fields.Nested(LinkedIdentityShape), required=True)
    total = fields.Integer(required=True)


class LinkedIdentityListShape(Schema):
    hits = fields.Nested(LinkedIdentityHits, required=True)


class LinkRequest(Schema):
    """The provider of an identity to link; `next` is the path of this site that the browser comes back to."""

    provider = fields.String(required=True, validate=validate.Length(max=40))
    next = fields.String(load_default="/", validate=validate.Length(max=2_000))


class LinkAddressShape(Schema):
    """Where the browser goes to link the identity."""

    address = fields.String(required=True)
