"""Records with more files than their JSON embeds: each form says so, and packages of data list all files."""

import json
from dataclasses import replace
from typing import Any

import pytest

from repository.access.policy import Audience
from repository.core.actor import ANONYMOUS, SYSTEM
from repository.dataset.description import FileOf, Publication, RelatedIdentifier
from repository.dataset.formats.packages.croissant import croissant, whole_croissant
from repository.dataset.formats.packages.ro_crate import ro_crate, whole_ro_crate
from repository.dataset.formats.registry import FORMATS
from repository.engines.services import Services
from repository.files.model import StoredFile
from repository.files.queries import find_entry
from repository.records import queries
from repository.records.public_view import all_files
from repository.records.queries import record_views
from repository.records.whole_exports import in_blocks
from tests.conftest import Caller, Deposits
from tests.features.samples import PUBLICATION, publication
from tests.features.steps import Json, base, statements

WHOLE = ("ro-crate", "croissant")
FEW = 3
KEYS = [f"数据/{number}.csv" for number in range(FEW + 4)]


@pytest.fixture
def record(author: Caller, deposits: Deposits, monkeypatch: pytest.MonkeyPatch) -> Json:
    """A record of which `FEW` files are embedded, with some more and a hidden one."""
    monkeypatch.setattr(queries, "EMBEDDED_FILES", FEW)
    draft = deposits.open()
    for key in (*KEYS, "veiled.csv"):
        deposits.upload(draft["id"], key)
    author.put(f"{base(draft)}/{KEYS[-1]}", json={"metadata": {"description": "the last of all"}})
    author.put(f"{base(draft)}/veiled.csv", json={"access": {"hidden": True}})
    return deposits.publish(draft["id"])


def parsed(parts: Any) -> Any:
    return json.loads(b"".join(in_blocks(parts)))


HOSTILE = replace(
    publication(title='\ud800</script>"', description="<p>]]>", subjects=[{"subject": "\\"}]),
    files=[FileOf(f'{n}\ud800"', n, "text/csv", "", "", f"https://repository.test/{n}<>") for n in range(3)],
)


@pytest.mark.parametrize("publication", [PUBLICATION, HOSTILE, replace(PUBLICATION, files=[])])
def test_a_document_in_parts_says_what_one_in_memory_says(publication: Publication) -> None:
    told = replace(publication, file_count=len(publication.files))
    for about in (told, replace(told, file_count=10)):
        crate = parsed(whole_ro_crate(about, lambda: publication.files))
        expected = json.loads(json.dumps(ro_crate(told)).encode("utf-8", "replace"))
        by_id = {entity["@id"]: entity for entity in crate["@graph"]}
        assert len(by_id) == len(crate["@graph"])
        assert crate["@context"] == expected["@context"]
        by_id[expected["@graph"][1]["@id"]].setdefault("hasPart", [])
        without = [{k: v for k, v in e.items() if v != []} for e in by_id.values()]
        assert sorted(map(repr, map(_sorted, without))) == sorted(map(repr, map(_sorted, expected["@graph"])))
        members = parsed(whole_croissant(about, lambda: publication.files))
        assert {name: value for name, value in members.items() if value != []} == json.loads(
            json.dumps(croissant(told)).encode("utf-8", "replace")
        )


def _sorted(entity: Json) -> Json:
    return dict(sorted(entity.items()))


def test_an_entity_that_is_a_file_too_stands_in_a_crate_once() -> None:
    file = FileOf("a.csv", 1, "text/csv", "", "", "https://repository.test/a.csv")
    relation = RelatedIdentifier("url", file.url, PUBLICATION.description.resource_type)
    description = replace(PUBLICATION.description, related_identifiers=[relation])
    about = replace(PUBLICATION, description=description, files=[file], file_count=1)
    graph = parsed(whole_ro_crate(about, lambda: about.files))["@graph"]
    assert [entity["@type"] for entity in graph if entity["@id"] == file.url] == [
        entity["@type"] for entity in ro_crate(about)["@graph"] if entity["@id"] == file.url
    ]
    assert len({entity["@id"] for entity in graph}) == len(graph)


@pytest.mark.slow
def test_packages_of_data_list_all_files(anyone: Caller, author: Caller, record: Json) -> None:
    for caller in (anyone, author):
        crate = caller.get(f"/api/records/{record['id']}?format=ro-crate").get_json(force=True)
        entities = {entity["@id"]: entity for entity in crate["@graph"]}
        root = entities[crate["@graph"][0]["about"]["@id"]]
        files = [entities[part["@id"]] for part in root["hasPart"]]
        assert [file["name"] for file in files] == KEYS
        assert files[-1]["description"] == "the last of all"
        members = caller.get(f"/api/records/{record['id']}?format=croissant").get_json(force=True)
        assert [file["name"] for file in members["distribution"]] == KEYS
        for text in (json.dumps(crate), json.dumps(members)):
            assert "listed here" not in text
            assert "veiled" not in text


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_a_document_in_parts_has_a_tag_of_what_it_says(
    anyone: Caller, author: Caller, deposits: Deposits, services: Services, record: Json, name: str
) -> None:
    address = f"/api/records/{record['id']}?format={name}"
    whole = anyone.get(address)
    tag = whole.headers["ETag"]
    kept = anyone.get(address, headers={"If-None-Match": tag})
    assert (kept.status_code, kept.data) == (304, b"")
    with statements(services) as heard:
        head = anyone("HEAD", address)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", tag)
    assert head.mimetype == whole.mimetype
    assert len(heard) == 1
    edit = author.post(record["links"]["draft"]).get_json()
    edit["metadata"]["title"] = "Other bills"
    author.put(edit["links"]["self"], json=edit)
    deposits.publish(record["id"])
    changed = anyone.get(address, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert "Other bills" in changed.get_data(as_text=True)


@pytest.mark.slow
def test_every_form_says_that_it_has_the_first_files_only(anyone: Caller, author: Caller, record: Json) -> None:
    address = record["links"]["self"]
    files = anyone.get(address).get_json()["files"]
    assert (files["count"], len(files["entries"]), files["truncated"]) == (len(KEYS), FEW, True)
    assert anyone.get(files["links"]["files"]).get_json()["count"] == len(KEYS)
    silent = []
    for name in FORMATS:
        text = anyone.get(f"{address}?format={name}").get_data(as_text=True)
        assert "veiled" not in text
        if name not in WHOLE and f"{FEW} of {len(KEYS)} files" not in text:
            silent.append(name)
            assert "%E6%95%B0%E6%8D%AE/0.csv" not in text, name  # what lists files says that there are more
    assert set(FORMATS) - set(silent) - set(WHOLE) >= {"schema-org", "dcat-turtle", "dcat-jsonld", "dcat-rdfxml"}
    linkset = anyone.get(f"/records/{record['id']}/linkset").get_data(as_text=True)
    assert all(f"/{number}.csv?download=1" in linkset for number in range(len(KEYS)))
    edit = author.post(record["links"]["draft"]).get_json()
    assert author.put(edit["links"]["self"], json=edit).get_json().get("errors", []) == []


@pytest.mark.slow
def test_a_referee_reads_no_words_of_any_file(services: Services, record: Json) -> None:
    with services.database.snapshot(ANONYMOUS) as snapshot:
        [view] = record_views(snapshot, [int(record["id"])])
    assert [file.words.description for file in all_files(services, view, Audience.BLINDED)] == [""] * len(KEYS)
    assert [file.key for file in all_files(services, view, Audience.FULL)] == KEYS


@pytest.mark.slow
def test_a_change_of_a_later_file_changes_the_tag(anyone: Caller, services: Services, record: Json) -> None:
    address = f"/api/records/{record['id']}?format=croissant"
    tag = anyone.get(address).headers["ETag"]
    with services.database.transaction(SYSTEM) as unit:
        [view] = record_views(unit, [int(record["id"])])
        entry = find_entry(unit, view.files.id, KEYS[-1])
        assert entry is not None
        unit.session.get_one(StoredFile, entry.file_id).media_type = "text/plain"
        view.version.cache_version += 1
    assert anyone.get(address).headers["ETag"] != tag
