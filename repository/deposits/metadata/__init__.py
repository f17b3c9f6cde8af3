"""The metadata of a draft: its shape on the wire (rest-contract section 2) and its normal form.

``loading.load_metadata`` is the door · ``fields`` what every schema shares, references to vocabularies
too · ``html_texts`` the cleaning of formatted texts · ``html_markup`` what in them is markup, and what
are words in angle brackets · ``html_limits`` the cost of parsing them · ``inline_text`` plain texts ·
``json_sanitize`` what a database can keep · ``contributors``, ``related_works``,
``titles_and_rights``, ``funding``, ``locations`` the parts of a description · ``geojson`` geometry.

Upper limits, so that no description costs more than it is worth: text of one line 10,000 characters
(names 1,000, ids 255, identifiers and addresses 2,000, version 191), formatted text 1,000,000
and 50,000 tags; 10,000 creators and as many contributors, 1,000 of everything else, 100 affiliations or identifiers
of one thing, 100,000 positions in one line or ring; 64 levels of JSON.
"""
