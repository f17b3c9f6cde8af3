"""What holds for every form of a reference: made of any record, sound whatever the texts, and telling of no file."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from repository.dataset.description import Publication
from repository.dataset.formats.citation.availability import data_availability
from repository.dataset.formats.citation.bibtex import bibtex
from repository.dataset.formats.citation.citations import STYLES, cite
from repository.dataset.formats.citation.csl import csl_json
from repository.dataset.formats.citation.endnote import endnote
from repository.dataset.formats.citation.jats import jats
from repository.dataset.formats.citation.ris import ris
from repository.dataset.formats.packages.croissant import croissant
from repository.dataset.formats.packages.ro_crate import ro_crate
from repository.dataset.formats.plain_text import printable
from tests.features.hostile import hostile
from tests.features.samples import FILES, METADATA, PUBLICATION, publication

FORMATS: dict[str, Callable[[Publication], Any]] = {
    "availability": data_availability,
    "bibtex": bibtex,
    "cite": lambda of: [cite(of, style) for style in STYLES],
    "croissant": croissant,
    "csl": csl_json,
    "endnote": endnote,
    "jats": jats,
    "ris": ris,
    "ro-crate": ro_crate,
}
DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def written(name: str, of: Publication) -> str:
    return json.dumps(FORMATS[name](of), ensure_ascii=False)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("missing", METADATA)
def test_every_format_can_be_made_of_a_draft_that_lacks_a_part(name: str, missing: str) -> None:
    text = written(name, publication(**{missing: None}))
    assert "10.5072/data.12" in text
    assert "99999.11.data.12" in text


@pytest.mark.parametrize("name", FORMATS)
def test_no_text_turns_round_or_breaks_what_follows(name: str) -> None:
    text = written(name, hostile())
    assert text.encode("utf-8")
    assert not set(text) & set(DIRECTIONS)


@pytest.mark.parametrize("name", FORMATS)
def test_a_reader_who_may_not_have_the_files_learns_of_none(name: str) -> None:
    text = written(name, replace(PUBLICATION, access_status="restricted", files=(), file_count=0, total_bytes=0))
    assert not any(part in text for file in FILES for part in (file.key, file.url, file.sha256))


def test_the_marks_of_writing_from_right_to_left_stay() -> None:
    assert printable("\u200fשלום\u200e  \x00\u202eb\ud800") == "\u200fשלום\u200e b"
