"""What a draft says of its dataset: the wire shape of its metadata (rest-contract section 2) and its normal form.

``loading.load_metadata`` is the door; ``shapes`` what every schema shares · ``texts`` the care of
strings · ``storable`` what a database can keep · ``terms`` references to controlled terms ·
``people``, ``relations``, ``statements``, ``funding``, ``places`` the parts of a description ·
``geojson`` geometry.

Upper limits, so that no description costs more than it says: text of one line 10,000 characters
(names 1,000, ids 255, identifiers and addresses 2,000, version 191), formatted text 1,000,000;
10,000 creators and as many contributors, 1,000 of everything else, 100 affiliations or identifiers
of one thing, 100,000 positions in one line or ring; 64 levels of JSON.
"""
