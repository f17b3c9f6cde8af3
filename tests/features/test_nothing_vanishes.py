"""Every field of the contract with right and odd values: each is kept, or told by its path, and stays so."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from repository.deposits.metadata.loading import load_metadata
from tests.conftest import Caller, Deposits
from tests.features.samples import VOCABULARIES
from tests.features.steps import Json, faults

pytestmark = pytest.mark.slow

Path = tuple[str | int, ...]
ROR = [{"scheme": "ror", "identifier": "024mrxd33"}]
METADATA: Json = {
    "resource_type": {"id": "dataset"},
    "title": "Moisture of soils",
    "publication_date": "2021-03",
    "publisher": "Institute of Soils",
    "description": "<p>Moisture.</p>",
    "version": "1.2",
    "copyright": "© 2021 the authors",
    "creators": [
        {
            "person_or_org": {
                "type": "personal",
                "family_name": "Roe",
                "given_name": "Ann",
                "name": "Roe, Ann",
                "identifiers": [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}],
            },
            "role": {"id": "editor"},
            "affiliations": [{"id": "024mrxd33", "name": "Leeds", "identifiers": ROR}],
        }
    ],
    "contributors": [
        {
            "person_or_org": {"type": "organizational", "name": "Institute", "identifiers": ROR},
            "role": {"id": "editor"},
            "affiliations": [{"name": "Ministry"}],
        }
    ],
    "additional_titles": [{"title": "Soils", "type": {"id": "subtitle"}, "lang": {"id": "eng"}}],
    "additional_descriptions": [{"description": "Probes", "type": {"id": "methods"}, "lang": {"id": "eng"}}],
    "subjects": [{"subject": "soil"}, {"id": "https://terms.example/sand", "subject": "sand"}],
    "languages": [{"id": "eng"}],
    "dates": [{"date": "2020-01-01", "type": {"id": "collected"}, "description": "first"}],
    "rights": [
        {"id": "cc-by-4.0"},
        {"title": {"en": "Own"}, "description": {"en": "Ask."}, "link": "https://terms.example/l"},
    ],
    "sizes": ["1 file"],
    "formats": ["text/csv"],
    "identifiers": [{"identifier": "10.5072/a", "scheme": "doi"}],
    "related_identifiers": [
        {
            "identifier": "10.5072/b",
            "scheme": "doi",
            "relation_type": {"id": "cites"},
            "resource_type": {"id": "dataset"},
        }
    ],
    "references": [{"reference": "Roe 2019", "scheme": "doi", "identifier": "10.5072/c"}],
    "locations": {
        "features": [
            {
                "geometry": {"type": "Point", "coordinates": [1.5, 2.5]},
                "place": "Field",
                "description": "North",
                "identifiers": [{"scheme": "geonames", "identifier": "1803266"}],
            }
        ]
    },
    "funding": [
        {
            "funder": {"id": "024mrxd33", "name": "Leeds", "identifiers": ROR},
            "award": {
                "title": {"en": "Soils"},
                "number": "7",
                "identifiers": [{"scheme": "url", "identifier": "https://awards.example/7"}],
                "acronym": "SO",
                "program": "Earth",
            },
        }
    ],
}
REST: Json = {
    "access": {
        "record": "public",
        "files": "restricted",
        "embargo": {"active": True, "until": "2071-01-01", "reason": "Review"},
    },
    "files": {"enabled": True, "default_preview": "absent.csv"},
    "pids": {"doi": {"identifier": "10.1594/soils", "provider": "external"}},
    "custom_fields": {"journal:journal": {"title": "Soils"}},
}
ODD: Sequence[Any] = (
    *(7, -1.5, True, False, "word", "", None, "\x00", "  ", [], {}, ["word"], [None], [[]], [{}]),
    *({"word": 1}, {"id": "word"}, {"id": None}, {"id": ["x"]}, [{"id": 7}], {"en": ""}),
)
FEWER: Sequence[Any] = (7, 0, 1, True, False, "word", "\x00", ["word"], [{}])


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every member and item below a value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*path, name)
        yield from paths(member, (*path, name))


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def changed(value: Any, path: Path, member: Any) -> Any:
    whole = copy.deepcopy(value)
    at(whole, path[:-1])[path[-1]] = member
    return whole


def with_one_more(value: Any, odd: Sequence[Any]) -> Sequence[Any]:
    return (*odd, {**value, "unheard_of": 1}) if isinstance(value, dict) else odd


def has_content(value: Any) -> bool:
    """Return whether there is anything to lose: blank texts, null and what holds nothing else mean nothing."""
    if isinstance(value, dict | list):
        return any(map(has_content, value.values() if isinstance(value, dict) else value))
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def is_told(fields: Sequence[str], path: str) -> bool:
    return any(field == path or field.startswith(f"{path}.") or path.startswith(f"{field}.") for field in fields)


def dotted(path: Path) -> str:
    return ".".join(map(str, path))


def test_the_right_values_of_all_metadata_are_kept_without_a_word() -> None:
    loaded = load_metadata(METADATA, VOCABULARIES)
    assert (loaded.metadata, loaded.errors) == (METADATA, ())


@pytest.mark.parametrize("member", METADATA)
def test_an_odd_value_anywhere_in_the_metadata_is_kept_or_told_and_stays_so(member: str) -> None:
    for path in ((member,), *(path for path in paths(METADATA) if path[0] == member)):
        for odd in with_one_more(at(METADATA, path), ODD):
            loaded = load_metadata(changed(METADATA, path, odd), VOCABULARIES)
            told = is_told([error.field for error in loaded.errors], dotted(("metadata", *path)))
            assert told or not has_content(odd) or repr(odd) in repr(loaded.metadata[member]), (path, odd)
            again = load_metadata(copy.deepcopy(loaded.metadata), VOCABULARIES)
            assert again.metadata == loaded.metadata, (path, odd)
            harm = [error for error in loaded.errors if not error.harmless]
            assert [error for error in again.errors if not error.harmless] == harm, (path, odd)


@pytest.mark.parametrize("part", REST)
def test_an_odd_value_in_another_part_of_a_draft_is_told_kept_and_stays_so(
    author: Caller, deposits: Deposits, part: str
) -> None:
    address = deposits.open()["links"]["self"]
    for path in ((part,), *(path for path in paths(REST) if path[0] == part)):
        for odd in with_one_more(at(REST, path), FEWER):
            sent = changed({part: REST[part]}, path, odd)
            assert author.put(address, json={"metadata": {}, **sent}).status_code == 200, (path, odd)
            draft = author.get(address).get_json()
            kept = repr(odd) in repr(draft[part])
            assert kept or is_told([*faults(draft)], dotted(path)), (path, odd)
            assert author.put(address, json=draft).status_code == 200
            again = author.get(address).get_json()
            assert again[part] == draft[part], (path, odd)
            assert harm_of(again) == harm_of(draft), (path, odd)


def harm_of(draft: Json) -> dict[str, list[str]]:
    return faults({"errors": [error for error in draft["errors"] if "severity" not in error]})


@pytest.mark.parametrize(("part", "wrong"), [(part, wrong) for part in REST for wrong in (7, "word", [{"a": 1}])])
def test_what_is_no_object_at_all_is_shown_stops_publication_and_is_mended(
    author: Caller, deposits: Deposits, part: str, wrong: Any
) -> None:
    record = deposits.open()
    deposits.upload(record["id"])
    draft = author.put(record["links"]["self"], json={**record, part: wrong}).get_json()
    assert draft[part]["sent"] == wrong
    draft = author.put(record["links"]["self"], json=draft).get_json()
    assert (draft[part]["sent"], harm_of(draft)) == (wrong, {part: ["Invalid input type."]})
    assert author.post(record["links"]["publish"]).status_code == 400
    mended = author.put(record["links"]["self"], json={**draft, part: record[part]}).get_json()
    assert (mended["errors"], mended[part]) == ([], {**record[part], **count_of(mended[part])})
    assert deposits.publish(record["id"])["pids"]["doi"]["provider"] == "datacite"


def count_of(part: Json) -> Json:
    """What the list of files says of the file that came meanwhile."""
    return {name: part[name] for name in ("count", "total_bytes", "entries") if name in part}


def test_a_metadata_only_draft_stays_one_whatever_nonsense_its_files_are(author: Caller, deposits: Deposits) -> None:
    address = deposits.open({"files": {"enabled": False}})["links"]["self"]
    draft = author.put(address, json={"files": "none"}).get_json()
    assert draft["files"]["enabled"] is False


def test_a_file_that_is_shown_first_may_come_after_its_name(author: Caller, deposits: Deposits) -> None:
    record = deposits.open()
    draft = author.put(record["links"]["self"], json={**record, "files": {"default_preview": "data.csv"}}).get_json()
    assert draft["files"]["default_preview"] == "data.csv"
    assert [*faults(draft)] == ["files.default_preview"]
    deposits.upload(record["id"], "data.csv")
    draft = author.put(record["links"]["self"], json=draft).get_json()
    assert (draft["files"]["default_preview"], draft["errors"]) == ("data.csv", [])
    assert deposits.publish(record["id"])["files"]["default_preview"] == "data.csv"


def test_names_that_are_not_kept_are_told_and_stop_nothing(author: Caller, deposits: Deposits) -> None:
    record = deposits.open()
    deposits.upload(record["id"])
    person = {"type": "personal", "family_name": "Roe", "given_name": "Ann", "name": "Dr Ann M. Roe"}
    group = {"type": "organizational", "name": "Soil group", "family_name": "Soil", "given_name": "Group"}
    alike = {**person, "name": " Roe, Ann "}
    creators = [{"person_or_org": agent} for agent in (person, group, alike)]
    body = {**record, "metadata": {**record["metadata"], "creators": creators}}
    told = faults(author.put(record["links"]["self"], json=body).get_json())
    assert told == {
        "metadata.creators.0.person_or_org.name": ["The name of a person is made of its parts: Roe, Ann."],
        **{
            f"metadata.creators.1.person_or_org.{part}": ["An organisation has one name; this part of it is not kept."]
            for part in ("family_name", "given_name")
        },
    }
    deposits.publish(record["id"])


def test_identifiers_that_only_the_repository_gives_are_told(author: Caller, deposits: Deposits) -> None:
    record = author.post(deposits.open()["links"]["reserve_doi"]).get_json()
    assert author.put(record["links"]["self"], json=record).get_json()["errors"] == []
    doi = {**record["pids"]["doi"], "client": "another"}
    body = {**record, "pids": {"doi": doi, "oai": {"identifier": "oai:elsewhere:1", "provider": "oai"}}}
    draft = author.put(record["links"]["self"], json=body).get_json()
    assert [*faults(draft)] == ["pids.oai", "pids.doi.client"]
    assert harm_of(draft) == {}
    assert draft["pids"] == record["pids"]


def test_an_edit_repeats_the_oai_identifier_of_its_record_without_a_word(author: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    edit = author.post(f"/api/records/{record['id']}/draft").get_json()
    assert edit["pids"]["oai"] == record["pids"]["oai"]
    assert author.put(edit["links"]["self"], json=edit).get_json()["errors"] == []
