"""Descriptions in the forms that people have, as metadata of a draft: pure, without I/O.

`citation_file` CITATION.cff · `crate_file` RO-Crate · `bibtex_entries`, `latex_texts` BibTeX and biblatex ·
`ris_references` RIS · `datacite_attributes`, `datacite_file` DataCite in JSON and XML · `csl_items` what Crossref
answers · `cstr_records` what CSTR's platform answers.  `source_formats` tells which one a text is, and reads it;
`source_texts` how its bytes are to be read.

`source_fields` knows which members of a source nobody has read: they are told, never dropped in silence ·
`description_parts` persons, licences, identifiers · `people_names` family and given names · `safe_yaml` YAML without
objects and bombs.  The client of the API reads the first two, and needs nothing of the server for them.

A source has 1 MiB at most and its values 64 levels; what is wrong in a value is taken as it stands, because a draft
keeps it and names the fault.
"""
