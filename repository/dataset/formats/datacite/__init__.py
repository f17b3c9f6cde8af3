"""DataCite: the metadata with which DOIs are registered, as JSON of the REST API and as XML.

Standard: DataCite Metadata Schema 4.7 (2026-03), properties 1 to 20; DataCite REST API, ``/dois``, attributes.

Entry points: `datacite_json.datacite_json`, `datacite_json.datacite_xml`. `datacite_terms` holds the controlled lists;
`datacite_people`, `datacite_links`, `datacite_places` make parts of the attributes; `datacite_xml` writes them.
"""
