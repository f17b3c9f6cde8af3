"""What a dataset IS, without input or output: no database, no web, no clock, no files but its own data.

`description` frozen values · `from_json` stored metadata to values · `completeness` what publication requires · `edtf`
dates, EDTF level 0 · `unicode_forms` normalisation, marks, look-alikes · `cstr` the grammar of CSTR · `cstr_types` its
resource types · `schemes` identifiers of every kind · `vocabularies` controlled terms · `formats` what other systems
read (DataCite, DCAT, schema.org, citations …).

A description has two shapes. The *stored metadata* is the JSON object of the InvenioRDM contract (rest-contract section
2) in its normal form: vocabulary references are ``{"id": …}`` alone, texts are sanitised, schemes are written out.
Formats and pages are made from the *values* of `description`.
"""
