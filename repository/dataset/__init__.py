"""What a dataset IS, without any input or output: no database, no web, no clock, no files but its own data.

`description` frozen values · `reading` from stored metadata to values · `dates` EDTF level 0 · `cstr` the CSTR
grammar · `schemes` identifiers of every kind · `vocabularies` controlled terms · `formats` what other systems read
(schema.org, CSL, citations …).

Two shapes carry a description.  The *stored metadata* is the JSON object of the InvenioRDM contract (rest-contract
section 2) in its normal form: vocabulary references are ``{"id": …}`` alone, texts are sanitised, schemes are
written out.  The *values* of `description` are what formats and pages are made from.
"""
