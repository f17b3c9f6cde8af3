"""Search of records and of a person's own uploads, with facets and highlights."""
