"""Organisations of ROR: the list that ships, a dump, suggestions, and names for affiliations and funders."""

import json
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from repository.core.actor import SYSTEM, Role
from repository.core.errors import Invalid
from repository.engines.services import Services
from repository.organisations.queries import current_list
from repository.organisations.refresh import load_snapshot, refresh
from repository.organisations.suggestions import SCANNED
from tests.conftest import Caller, Deposits, a_dataset
from tests.support.query_plans import heard_statements, whole_reads

pytestmark = pytest.mark.slow

CAS, BERKELEY, NSFC = "034t30j35", "01an7q238", "10.13039/501100001809"


@pytest.fixture
def listed(services: Services) -> Services:
    """A site that has taken over the list that ships."""
    assert load_snapshot(services.database) is not None
    return services


def ids(caller: Caller, query: str, kind: str = "affiliations") -> list[str]:
    reply = caller.get(f"/api/{kind}?{query}")
    assert reply.status_code == 200, reply.text
    return [hit["id"] for hit in reply.get_json()["hits"]["hits"]]


def entry(number: int, name: str, **more: Any) -> dict[str, Any]:
    """An entry of ROR's schema, version 2; the id is a made one with right check digits."""
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    code = "".join(letters[number >> shift & 31] for shift in (25, 20, 15, 10, 5, 0))
    value = sum(letters.index(letter) << shift for letter, shift in zip(code, (25, 20, 15, 10, 5, 0), strict=True))
    check = 98 - value * 100 % 97
    names = [{"value": name, "types": ["ror_display", "label"], "lang": "en"}]
    return {"id": f"https://ror.org/0{code}{check:02}", "names": names, "status": "active", "types": [], **more}


def write(path: Path, entries: object) -> Path:
    path.write_text(json.dumps(entries, ensure_ascii=False), "utf-8")
    return path


def test_the_list_that_ships_suggests_in_any_language(listed: Services, anyone: Caller) -> None:
    assert ids(anyone, "suggest=Chinese Acad")[0] == CAS
    assert ids(anyone, "suggest=中国科学院") == [CAS, "05qbk4x57"]
    assert CAS in ids(anyone, "suggest=科学院")
    assert ids(anyone, "suggest=berkeley univ calif") == [BERKELEY]
    assert ids(anyone, f"q=https://ror.org/{BERKELEY}") == [BERKELEY]
    assert ids(anyone, "suggest=EUROPAISCHE kernforschung") == ["01ggx4157"]
    assert ids(anyone, "suggest=zzzz") == ids(anyone, "suggest=%00") == ids(anyone, "suggest=!!") == []
    assert BERKELEY not in ids(anyone, "suggest=univ", "funders")
    assert ids(anyone, f"suggest={NSFC}", "funders") == ["01h0zpd94"]
    assert ids(anyone, "suggest=自然科学基金", "funders") == ["01h0zpd94"]
    page = anyone.get("/api/affiliations?size=10&page=2").get_json()
    assert len(page["hits"]["hits"]) == 10
    assert page["hits"]["total"] > 100
    assert page["version"] == "shipped, snapshot.json"
    assert load_snapshot(listed.database) is None


def test_an_organisation_is_read_by_bare_ids_and_addresses(listed: Services, anyone: Caller) -> None:
    for path in (CAS, f"https://ror.org/{CAS}"):
        body = anyone.get(f"/api/affiliations/{path}").get_json()
        assert (body["name"], body["title"]["zh"]) == ("Chinese Academy of Sciences", "中国科学院")
        assert (body["acronym"], body["country"], body["status"]) == ("CAS", "CN", "active")
        assert {"identifier": "10.13039/501100002367", "scheme": "crossreffunderid"} in body["identifiers"]
    assert anyone.get(f"/api/funders/{NSFC}").get_json()["id"] == "01h0zpd94"
    for path in (f"funders/{BERKELEY}", "affiliations/034t30j36", "affiliations/x", "funders/10.13039/1"):
        assert anyone.get(f"/api/{path}").status_code == 404


def test_names_come_into_descriptions_and_every_format(
    listed: Services, anyone: Caller, deposits: Deposits, settle: Callable[[], None]
) -> None:
    creator = {
        "person_or_org": {"type": "personal", "family_name": "Li", "given_name": "Wei"},
        "affiliations": [
            {"id": f"https://ror.org/{BERKELEY}"},
            {"id": CAS, "name": "Institute of Ice, CAS"},
            {"id": "05qbk4x57"},
        ],
    }
    funding = [{"funder": {"id": "021nxhr62"}}, {"funder": {"id": f"https://doi.org/{NSFC}"}}]
    record = deposits.published(a_dataset(creators=[creator], funding=funding))
    settle()
    names = ["University of California, Berkeley", "National Science Foundation"]
    metadata = anyone.get(f"/api/records/{record['id']}").get_json()["metadata"]
    assert metadata["creators"][0]["affiliations"] == [
        {"id": BERKELEY, "name": names[0]},
        {"id": CAS, "name": "Institute of Ice, CAS"},
        {"id": "05qbk4x57", "name": "University of Chinese Academy of Sciences", "title": {"zh": "中国科学院大学"}},
    ]
    funders = [source["funder"]["name"] for source in metadata["funding"]]
    assert funders == [names[1], "National Natural Science Foundation of China"]
    for name in ("datacite-json", "datacite-xml", "schema-org", "dcat-ap"):
        text = anyone.get(f"/api/records/{record['id']}/export/{name}").text
        for expected in (*names, "National Natural Science Foundation of China"):
            assert expected in text, name
    for language, expected in (("en", "University of Chinese Academy of Sciences"), ("zh", "中国科学院大学")):
        page = anyone.get(f"/records/{record['id']}?lang={language}").text
        assert f"<bdi>{names[0]}</bdi>" in page
        assert f"<bdi>{expected}</bdi>" in page
        assert "<bdi>Institute of Ice, CAS</bdi>" in page
    found = anyone.get('/api/records?q="Berkeley"').get_json()
    assert found["hits"]["total"] == 1


def test_an_institution_has_the_name_of_its_organisation(listed: Services, register: Callable[..., Caller]) -> None:
    administrator = register("admin@example.org", Role.ADMINISTRATOR)
    made = administrator.post("/api/institutions", json={"id": CAS})
    assert (made.status_code, made.get_json()["name"]) == (201, "Chinese Academy of Sciences")
    unknown = administrator.post("/api/institutions", json={"id": "00hx57361"})
    assert unknown.get_json()["errors"][0]["field"] == "name"


def test_names_are_those_of_people_who_show_themselves(
    listed: Services, anyone: Caller, register: Callable[..., Caller]
) -> None:
    shown, hidden = register("li@example.org"), register("lian@example.org")
    about = {"full_name": "Li, Wei", "affiliations": [{"id": CAS}, {"name": "Ice Club"}]}
    public = {"profile": about, "preferences": {"visibility": "public"}, "identities": {"orcid": "0000-0002-1825-0097"}}
    assert shown.patch("/api/me", json=public).status_code == 200
    assert hidden.patch("/api/me", json={"profile": {"full_name": "Li, An"}}).status_code == 200
    reader = register("reader@example.org")
    [hit] = reader.get("/api/names?suggest=li").get_json()["hits"]["hits"]
    assert (hit["name"], hit["family_name"], hit["given_name"]) == ("Li, Wei", "Li", "Wei")
    assert hit["identifiers"] == []  # nobody proved it
    assert hit["affiliations"] == [{"id": CAS, "name": "Chinese Academy of Sciences"}, {"name": "Ice Club"}]
    assert len(hidden.get("/api/names?q=li").get_json()["hits"]["hits"]) == 2
    assert anyone.get("/api/names?suggest=li").status_code == 403


def test_an_unknown_organisation_needs_a_name_at_its_place(listed: Services, deposits: Deposits) -> None:
    creator = {
        "person_or_org": {"type": "personal", "family_name": "Li"},
        "affiliations": [{"id": "05a28rw58"}, {"id": "00hx57361"}, {"id": "00hx57362"}],
    }
    funding = [{"funder": {"id": "10.13039/999999"}}]
    place = "metadata.creators.0.affiliations"
    bad = deposits.open(a_dataset(creators=[creator], funding=funding))["errors"]
    assert [error["field"] for error in bad] == [f"{place}.2.id", "metadata.funding.0.funder.name"]
    del creator["affiliations"][2]
    [error] = deposits.open(a_dataset(creators=[creator]))["errors"]
    assert error["field"] == f"{place}.1.name"


def test_a_dump_is_taken_over_and_repeated(services: Services, anyone: Caller, tmp_path: Path) -> None:
    entries = [entry(number, f"Polar Institute {number}") for number in range(450)]
    entries[3]["external_ids"] = [{"type": "fundref", "preferred": "501100999999", "all": ["501100999999"]}]
    entries[4]["status"] = "withdrawn"
    bad: list[Any] = [{"id": "https://ror.org/000000000"}, 7, {**entry(900, "x"), "names": [{"value": 3}]}]
    path = tmp_path / "v9.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("v9.json", "[]")
        archive.writestr("v9_schema_v2.json", json.dumps([*entries[:10], *bad, *entries[10:]]))
    first = refresh(services.database, path, path.name)
    assert (first.entries, first.changed, first.skipped) == (453, 450, 3)
    assert "entry 11, 'https://ror.org/000000000': has no ROR id" in first.examples
    entries[7]["names"][0]["value"] = "Aurora Station"
    again = refresh(services.database, write(tmp_path / "v10.json", entries), "v10")
    assert (again.changed, again.skipped) == (1, 0)
    assert ids(anyone, "suggest=auro") == [entries[7]["id"].removeprefix("https://ror.org/")]
    seventies = [entries[number]["id"].removeprefix("https://ror.org/") for number in range(70, 80)]
    assert ids(anyone, "suggest=institute polar 7") == seventies
    assert ids(anyone, "suggest=polar", "funders") == [entries[3]["id"].removeprefix("https://ror.org/")]
    with services.database.snapshot(SYSTEM) as snapshot:
        known = current_list(snapshot)
    assert known is not None
    assert (known.version, known.organisations, known.funders) == ("v10", 450, 1)


def test_two_who_start_at_once_both_have_the_list(services: Services, anyone: Caller) -> None:
    together = Barrier(2)

    def load(_: int) -> None:
        together.wait()
        load_snapshot(services.database)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(load, range(2)))
    assert ids(anyone, f"suggest={CAS}") == [CAS]


def damaged() -> Iterator[tuple[str, bytes]]:
    whole = json.dumps([entry(number, "Polar") for number in range(3)]).encode()
    yield "cut", whole[:-9]
    yield "cut after an entry", whole[: whole.index(b"}, {") + 1]
    yield "more", whole + b"]"
    yield "no list", b'{"a": 1}'
    yield "nothing", b""
    yield "no text", b"[\xff\xfe]"
    yield "deep", b"[" * 100_000
    yield "no comma", b"[1 2]"


def test_a_damaged_file_changes_nothing(services: Services, anyone: Caller, tmp_path: Path) -> None:
    for name, content in damaged():
        path = tmp_path / "list.json"
        path.write_bytes(content)
        with pytest.raises(Invalid):
            refresh(services.database, path, name)
    with zipfile.ZipFile(tmp_path / "v.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("v.json", json.dumps([entry(number, f"Polar {number}") for number in range(2_000)]))
    content = bytearray((tmp_path / "v.zip").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "v.zip").write_bytes(content)
    with pytest.raises(Invalid):
        refresh(services.database, tmp_path / "v.zip", "v")
    assert anyone.get("/api/affiliations").get_json()["hits"]["total"] == 0
    assert ids(anyone, "suggest=polar") == []


def test_a_suggestion_reads_a_bounded_part_of_the_index(services: Services, anyone: Caller, tmp_path: Path) -> None:
    count = SCANNED + 500
    entries = [entry(number, f"University of Place{number}") for number in range(count)]
    refresh(services.database, write(tmp_path / "v.json", entries), "v")
    last = entries[-1]["id"].removeprefix("https://ror.org/")
    with heard_statements() as heard:
        assert ids(anyone, f"suggest=university of place{count - 1}") == [last]
        assert len(ids(anyone, "suggest=univ of&size=100")) == 100
    assert len(heard) <= 8
    with services.database.engine.connect() as connection:
        read = {table for statement in heard.values() for table in whole_reads(connection, statement)}
    assert read == set()
