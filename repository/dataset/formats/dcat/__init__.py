"""DCAT-AP: datasets and catalogues for the data portals of Europe.

Standard: DCAT-AP 3.0.1 (SEMIC) on DCAT 3 (W3C, 2024), section 8 for controlled vocabularies; GeoDCAT-AP 3 for geometry.

Entry points: `dcat_graph.dcat_turtle`, `dcat_rdfxml`, `dcat_jsonld` for a record, `dcat_catalogue_…` for a list.
`dcat_terms` holds the terms and the builder; the other modules add files, links, people and coverage to it.
"""
