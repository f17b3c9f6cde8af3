"""Wire shapes of imports."""

from marshmallow import fields, validate

from repository.faces.api.drafts.source_schemas import SourceQuery


class ImportRequest(SourceQuery):
    """A DOI or a CSTR to begin with."""

    identifier = fields.String(required=True, validate=validate.Length(max=2_000))
