"""How the identifier of a description is used: what a client chooses when a draft begins with one."""

from marshmallow import EXCLUDE, Schema, fields, validate

from repository.imports.rules import IdentifierUse

USES = [use.value for use in IdentifierUse]
USE_WORDS = (
    "What the described DOI or CSTR is to the draft: `external`, the DOI of these very data, which get no other one; "
    "`identical`, the same data elsewhere; `supplement`, a work that the data belong to"
)


class SourceQuery(Schema):
    """How the identifier of a description is used."""

    identifier_use = fields.String(
        load_default=IdentifierUse.IDENTICAL.value, validate=validate.OneOf(USES), metadata={"description": USE_WORDS}
    )

    class Meta:
        unknown = EXCLUDE
