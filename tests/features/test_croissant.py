"""Croissant: what its specification requires of a dataset and of its files.

The validator of MLCommons brings pandas and scipy along; what ``mlcroissant`` 1.1.1 checks is checked here by hand.
"""

import json
import re
from dataclasses import replace

import pytest

from repository.dataset.description import ColumnOf, FileOf
from repository.dataset.formats.packages.croissant import croissant, is_tabular, media_type_of, whole_croissant
from tests.features.hostile import hostile
from tests.features.samples import FILES, PUBLICATION, publication


def file(key: str, media_type: str = "application/octet-stream") -> FileOf:
    return FileOf(key, 10, media_type, "0" * 32, "a" * 64, f"https://r.test/{key}")


def test_a_dataset_has_all_that_is_required_and_recommended() -> None:
    said = croissant(PUBLICATION)
    assert said["@type"] == "sc:Dataset"
    assert said["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    required = {"name", "description", "license", "url", "creator", "datePublished"}
    assert required | {"version", "keywords", "publisher", "inLanguage", "dateModified", "sameAs", "citeAs"} <= set(
        said
    )
    assert said["license"][0] == "https://creativecommons.org/licenses/by/4.0/"
    assert (said["license"][1]["@type"], said["license"][1]["url"]) == ("CreativeWork", "https://h.org/r")
    assert said["sameAs"] == ["https://doi.org/10.5072/data.12", "https://cstr.cn/99999.11.data.12"]
    assert said["citeAs"].startswith("@misc{smith_2024_12,")
    assert "recordSet" not in said


def test_the_context_is_inlined_and_has_the_words_that_are_used() -> None:
    context = croissant(PUBLICATION)["@context"]
    assert context["@vocab"] == "https://schema.org/"
    assert context["cr"] == "http://mlcommons.org/croissant/"
    assert context["conformsTo"] == "dct:conformsTo"
    assert {"citeAs", "isLiveDataset", "recordSet", "fileObject", "dataType"} <= set(context)
    assert croissant(publication(title="泸定地震"))["@context"]["@language"] == "zh"


def test_each_file_has_address_size_type_and_digest_under_an_id_of_its_own() -> None:
    files = croissant(PUBLICATION)["distribution"]
    assert len({each["@id"] for each in files}) == len(FILES)
    assert files[1] == {
        "@type": "cr:FileObject",
        "@id": "%E5%8F%B0%E7%AB%99.csv",
        "name": "台站.csv",
        "contentUrl": "https://r.test/b",
        "contentSize": "48213 B",
        "encodingFormat": "text/csv",
        "sha256": "b" * 64,
    }


@pytest.mark.parametrize(
    ("key", "stored", "said"),
    [
        ("a.csv", "text/plain", "text/csv"),
        ("a.CSV", "application/vnd.ms-excel", "text/csv"),
        ("a.tsv", "text/plain", "text/tab-separated-values"),
        ("a.parquet", "application/octet-stream", "application/vnd.apache.parquet"),
        ("a.xlsx", "application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("table", "text/csv; charset=utf-8", "text/csv"),
    ],
)
def test_a_table_is_known_by_its_extension_or_its_type(key: str, stored: str, said: str) -> None:
    assert media_type_of(file(key, stored)) == said
    assert is_tabular(replace(PUBLICATION, files=[file(key, stored)]))


@pytest.mark.parametrize("key", ["a.nc", "a.csv.zip", "csv", "a.mseed", "README.md"])
def test_what_is_no_table_is_not_called_one(key: str) -> None:
    assert not is_tabular(replace(PUBLICATION, files=[file(key)]))
    assert not is_tabular(replace(PUBLICATION, files=()))


@pytest.mark.parametrize(("version", "said"), [("V2", "2"), ("v1.0.3", "1.0.3"), ("2.0", "2.0")])
def test_a_version_is_written_as_semantic_versions_are(version: str, said: str) -> None:
    assert croissant(publication(version=version))["version"] == said


def test_a_record_without_files_or_date_is_still_described() -> None:
    bare = croissant(replace(publication(publication_date=None, description=None, rights=None), files=()))
    assert "distribution" not in bare
    assert bare["datePublished"] == "2024-03-05"
    assert bare["description"] == bare["name"]


def a_table(key: str, **types: str) -> FileOf:
    return replace(file(key), columns=[ColumnOf(name, kind) for name, kind in types.items()])


def test_a_table_whose_columns_are_known_is_a_record_set_of_its_file() -> None:
    table = a_table(
        "raw/台站 1.csv", station="text", depth="number", n="integer", ok="boolean", day="date", at="datetime"
    )
    table = replace(table, columns=[*table.columns, ColumnOf("水深/m", "newer")])
    said = croissant(replace(PUBLICATION, files=[table, file("notes.csv")]))
    [records] = said["recordSet"]
    own = said["distribution"][0]["@id"]
    assert (records["@type"], records["@id"], records["name"]) == ("cr:RecordSet", f"{own}#records", "raw/台站 1.csv")
    assert [field["dataType"] for field in records["field"]] == [
        "sc:Text", "sc:Float", "sc:Integer", "sc:Boolean", "sc:Date", "sc:DateTime", "sc:Text",
    ]  # fmt: skip
    last = records["field"][-1]
    assert (last["@type"], last["name"]) == ("cr:Field", "水深/m")
    assert last["source"] == {"fileObject": {"@id": own}, "extract": {"column": "水深/m"}}
    ids = [records["@id"], own, *(field["@id"] for field in records["field"])]
    assert len(set(ids)) == len(ids), "each thing has an id of its own"
    assert all(each.isascii() for each in ids)
    used = {name for thing in (records, last, last["source"]) for name in thing if not name.startswith("@")}
    assert used - {"name"} <= set(said["@context"])


@pytest.mark.parametrize(
    "table",
    [
        replace(file("a.csv"), columns=[ColumnOf("", "text"), ColumnOf("b", "text")]),
        replace(file("a.csv"), columns=[ColumnOf("b", "text"), ColumnOf("b", "number")]),
        a_table("a.nc", b="number"),
        a_table("a.csv"),
    ],
)
def test_columns_that_no_reader_could_find_make_no_record_set(table: FileOf) -> None:
    assert "recordSet" not in croissant(replace(PUBLICATION, files=[table]))


def test_a_document_in_parts_is_the_one_that_is_written_at_once() -> None:
    for files in ([a_table("a.csv", x="number"), file("b.txt"), a_table("c.csv", y="text")], [file("b.txt")], []):
        whole = replace(PUBLICATION, files=files, file_count=len(files))
        assert json.loads("".join(whole_croissant(whole, lambda files=files: files))) == croissant(whole)  # type: ignore[misc]


def test_hostile_texts_stay_values() -> None:
    said = croissant(hostile())
    assert json.dumps(said, ensure_ascii=False).encode("utf-8")
    (only,) = said["distribution"]
    assert only["@id"].isascii()
    assert not re.search(r"[\x00-\x1f]", only["name"] + said["name"])
