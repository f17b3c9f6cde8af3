"""Wire shapes of teams and of the members of groups."""

from marshmallow import Schema, ValidationError, fields, validate

from repository.core.web.shared_schemas import Links, NoQuery, WholeNumber

NO_NUL = validate.ContainsNoneOf("\x00", error="NUL cannot be kept.")
ROLES = ("member", "manager")
MOST_AT_ONCE = 100
LONGEST = 300


class PersonId(fields.Field[str]):
    """The id of a person, as text or as a number, or an address."""

    def _deserialize(self, value: object, attr: object, data: object, **_: object) -> str:  # noqa: ARG002
        if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > LONGEST:
            raise ValidationError("Not a valid string.")
        return str(value)


class TeamRequest(Schema):
    """What a team is called, and what it is for."""

    name = fields.String(required=True, validate=[validate.Length(min=1, max=1_000), NO_NUL])
    slug = fields.String(load_default=None, allow_none=True, validate=[validate.Length(max=100), NO_NUL])
    description = fields.String(load_default="", validate=[validate.Length(max=2_000), NO_NUL])


class GroupMemberRequest(Schema):
    """A person who shows themselves, by the id of their account, or anybody by their address."""

    type = fields.String(load_default="user", validate=validate.OneOf(["user", "email"]))
    id = PersonId(required=True)


class MembersRequest(Schema):
    """People of a group."""

    members = fields.List(
        fields.Nested(GroupMemberRequest), required=True, validate=validate.Length(min=1, max=MOST_AT_ONCE)
    )


class MemberRolesRequest(MembersRequest):
    """People of a group with the role that they get."""

    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class InvitationRequest(MembersRequest):
    """People to invite; their role is the one that they have once they accepted."""

    role = fields.String(load_default="member", validate=validate.OneOf(ROLES))


class TeamsQuery(NoQuery):
    """`q` and `suggest`: how the name of a team begins; without them one's own teams are listed."""

    q = fields.String(load_default=None, validate=validate.Length(max=200))
    suggest = fields.String(load_default=None, validate=validate.Length(max=200))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=100))


class GroupMembersQuery(NoQuery):
    """`after`: the id of the last member of the page before."""

    after = WholeNumber(load_default=0, validate=validate.Range(min=0, max=(1 << 63) - 1))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=1_000))


class OwnMembershipShape(Schema):
    """How one stands to a group: invited, or a member of it."""

    role = fields.String(required=True)
    status = fields.String(required=True)


class TeamShape(Schema):
    """A team; `membership` is one's own, null for none, and the members are counted for those who are in it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True, allow_none=True)
    description = fields.String(required=True)
    created = fields.DateTime(required=True)
    membership = fields.Nested(OwnMembershipShape, required=True, allow_none=True)
    members_count = fields.Integer()
    links = fields.Nested(Links, required=True)


class TeamHits(Schema):
    hits = fields.List(fields.Nested(TeamShape), required=True)
    total = fields.Integer(required=True)


class TeamListShape(Schema):
    """Teams; `total` counts those that are listed."""

    hits = fields.Nested(TeamHits, required=True)


class GroupPersonShape(Schema):
    type = fields.String(required=True)
    id = fields.String(required=True)
    name = fields.String(required=True)


class GroupMemberShape(Schema):
    """A person in a group, or invited to it."""

    member = fields.Nested(GroupPersonShape, required=True)
    role = fields.String(required=True)
    status = fields.String(required=True)
    is_current_user = fields.Boolean(required=True)
    created = fields.DateTime(required=True)


class GroupMemberHits(Schema):
    hits = fields.List(fields.Nested(GroupMemberShape), required=True)
    total = fields.Integer(required=True)


class GroupMembersShape(Schema):
    """One page of members; ``links.next`` leads to the next one, `total` counts those who accepted."""

    hits = fields.Nested(GroupMemberHits, required=True)
    links = fields.Nested(Links, required=True)
