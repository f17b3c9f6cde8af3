"""schema.org: JSON-LD in the page of a record, which search engines for data read.

Standard: science-on-schema.org, guide to datasets 1.3, on the vocabulary of schema.org.

Entry points: `schema_org_json.schema_org`, and `schema_org_json.embed` for HTML. `schema_org_texts` makes titles,
descriptions and words, `schema_org_links` identifiers and relations; RO-Crate and Croissant take the same members.
"""
