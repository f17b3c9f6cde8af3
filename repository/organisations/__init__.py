"""Organisations of ROR: the names of affiliations and funders, in all their languages.

A small list ships with the repository (``snapshot.json``, CC0); ``repository affiliations refresh FILE`` takes ROR's
published dump of some 110,000.  Both are read into one table.  What others can rely on:

* **A suggestion costs the same for any number of organisations**: it reads a bounded part of the index of words.
* **A description keeps the name** that its organisation had when it was saved (`deposits.metadata.organisation_names`);
  reading a record asks nothing here.
* **No request asks ROR**: the list is as old as its last refresh, which `GET /api/affiliations` tells by its version.

`rules` reads one entry of ROR · `ror_dump` reads a whole file in bounded memory · `refresh` writes the tables ·
`queries` looks ids up · `suggestions` answers who is still typing.

Source: the ROR schema, version 2; the InvenioRDM contract, section 1.10.
"""
