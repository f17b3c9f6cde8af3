"""What other systems read: one package or module a format, each a pure function of a `Publication`.

Packages by family: `datacite` · `dcat` with `rdf` · `schema_org` · `iso19139` · `cstr` · `citation` · `packages` ·
`codemeta` · `geojson` · `marc` · `tables`.
Modules: `registry` the table of all export formats · `unapi_formats` those of unAPI · `dublin_core` · `signposting`
typed links · `identifier_urls`, `iso_dates`, `plain_text`, `scripts`, `xml_writer`, `geometries`, `bounding_boxes`,
`type_mappings`, `access_rights` what several formats share.

A new format is a function here and a line in `registry`.
"""
