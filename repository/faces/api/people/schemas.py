"""Wire shapes of people (InvenioRDM contract, section 1.11)."""

from typing import Any

from marshmallow import Schema, fields, validate

from repository.core.actor import Role
from repository.core.web.shared_schemas import Links, PageQuery, WholeNumber
from repository.people.profile_rules import LANGUAGES, MODES, MOST_AFFILIATIONS, PUBLIC, RESTRICTED

NO_NUL = validate.ContainsNoneOf("\x00", error="NUL cannot be kept.")
VISIBILITY = validate.OneOf((PUBLIC, RESTRICTED))


class AffiliationPart(Schema):
    """A ROR id, or a name where there is none."""

    id = fields.String(validate=[validate.Length(max=100), NO_NUL])
    name = fields.String(validate=[validate.Length(max=200), NO_NUL])


class ProfilePart(Schema):
    full_name = fields.String(attribute="name", validate=[validate.Length(max=200), NO_NUL])
    affiliations = fields.List(fields.Nested(AffiliationPart), validate=validate.Length(max=MOST_AFFILIATIONS))


class PreferencesPart(Schema):
    locale = fields.String(attribute="language", validate=validate.OneOf(LANGUAGES))
    timezone = fields.String(attribute="time_zone", validate=[validate.Length(max=64), NO_NUL])
    notifications = fields.Dict(
        keys=fields.String(validate=NO_NUL), values=fields.String(validate=validate.OneOf(MODES))
    )
    visibility = fields.String(validate=VISIBILITY)
    email_visibility = fields.String(validate=VISIBILITY)


class IdentitiesPart(Schema):
    orcid = fields.String(allow_none=True, validate=[validate.Length(max=100), NO_NUL])


class MyChanges(Schema):
    """What one may change of oneself; an absent member stays as it is, any other is refused."""

    username = fields.String(allow_none=True, validate=[validate.Length(max=100), NO_NUL])
    profile = fields.Nested(ProfilePart)
    preferences = fields.Nested(PreferencesPart)
    identities = fields.Nested(IdentitiesPart)


def changes_in(body: dict[str, Any]) -> dict[str, Any]:
    """Return the changes of a validated body by the names of `people.profile_rules`."""
    parts = (body.get(part, {}) for part in ("profile", "preferences", "identities"))
    own = {"username": body["username"]} if "username" in body else {}
    return {name: value for part in (own, *parts) for name, value in part.items()}


class PersonLinks(Links):
    avatar = fields.Url(required=True, require_tld=False)
    records_html = fields.Url(require_tld=False)
    quota = fields.Url(require_tld=False)
    tokens = fields.Url(require_tld=False)
    export = fields.Url(require_tld=False)


class ShownAffiliation(Schema):
    id = fields.String()
    name = fields.String()


class ShownProfile(Schema):
    full_name = fields.String(required=True)
    affiliations = fields.List(fields.Nested(ShownAffiliation), required=True)


class ShownPreferences(Schema):
    """All of them to oneself and to administrators, else what says how much others see."""

    visibility = fields.String(required=True)
    email_visibility = fields.String(required=True)
    locale = fields.String()
    timezone = fields.String()
    notifications = fields.Dict(keys=fields.String(), values=fields.String())


class ShownIdentities(Schema):
    orcid = fields.String()


class PersonMembers(Schema):
    """All but the id; `verified` says that the ORCID iD was proved by a sign-in there."""

    username = fields.String(required=True, allow_none=True)
    email = fields.String(metadata={"description": "If its owner shows it."})
    profile = fields.Nested(ShownProfile, required=True)
    preferences = fields.Nested(ShownPreferences, required=True)
    identities = fields.Nested(ShownIdentities, required=True)
    active = fields.Boolean(required=True)
    confirmed = fields.Boolean(required=True)
    blocked = fields.Boolean(required=True)
    verified = fields.Boolean(required=True)
    is_current_user = fields.Boolean(required=True)
    links = fields.Nested(PersonLinks, required=True)


class PersonShape(PersonMembers):
    """A person as others see them."""

    id = fields.String(required=True)


class MeShape(PersonMembers):
    """Oneself; the id is a number here, as the contract has it."""

    id = fields.Integer(required=True)
    roles = fields.List(fields.String(), required=True)
    created = fields.DateTime(required=True)


class PeopleQuery(PageQuery):
    """`q` or `suggest`: the beginning of a name, user name or ORCID iD.  Words before the last are whole."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    suggest = fields.String(load_default="", validate=validate.Length(max=200))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=100))


class PersonHits(Schema):
    hits = fields.List(fields.Nested(PersonShape), required=True)
    total = fields.Integer(required=True, metadata={"description": "At most 1000."})


class PersonListShape(Schema):
    hits = fields.Nested(PersonHits, required=True)
    links = fields.Nested(Links, required=True)


class PeopleFilterQuery(PageQuery):
    """Filters of the list of all people; `after` is an id after which a list without `q` begins."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    role = fields.String(load_default=None, validate=validate.OneOf([role.value for role in Role]))
    blocked = fields.Boolean(load_default=None)
    after = WholeNumber(load_default=0, validate=validate.Range(min=0, max=(1 << 62)))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=100))


class ManagedPerson(PersonShape):
    """A person as administrators see them."""

    roles = fields.List(fields.String(), required=True)
    created = fields.DateTime(required=True)
    drafts = fields.Integer(required=True)
    draft_bytes = fields.Integer(required=True)
    merged_into = fields.String(required=True, allow_none=True)


class ManagedHits(Schema):
    hits = fields.List(fields.Nested(ManagedPerson), required=True)
    total = fields.Integer(required=True, metadata={"description": "At most 10000."})


class ManagedListShape(Schema):
    hits = fields.Nested(ManagedHits, required=True)
    links = fields.Nested(Links, required=True)
