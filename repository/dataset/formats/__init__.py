"""What other systems read: one package or module a format, each a pure function of a `Publication`.

Packages by family: `datacite` · `dcat` with `rdf` · `schema_org` · `iso19139` · `cstr` · `citation` · `packages` ·
`codemeta` · `geojson` · `marc` · `tables`.
Modules: `registry` the table of all export formats · `dublin_core` · `signposting` typed links · `identifier_urls`,
`plain_text`, `xml_writer`, `geometries`, `bounding_boxes`, `type_mappings`, `access_rights` what several formats share.

A new format is a function here and a line in `registry`.
"""
