"""Citations: references for people, and files for citation software.

Standards: CSL 1.0.2, BibTeX with biblatex 3.20 (section 2.2), RIS (2012), EndNote's ENW, GB/T 7714-2015 (clauses 4.6
and 8.1), JATS 1.1 and 1.3 with JATS4R Data citations 2.0, DataCite 4.6 "Recommended Citation Format".

Entry points: `citations.cite` (any style), `recommended.recommended`, `csl.csl_json`, `bibtex.bibtex`,
`bibtex.biblatex`, `ris.ris`, `endnote.endnote`, `jats.jats`, `availability.data_availability`.
`person_names` takes names apart, `initials` shortens them; `styles` and `style_repairs` drive citeproc-py.
"""
