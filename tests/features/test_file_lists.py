"""Lists of files: whole as they are read, or page by page."""

import pytest

from tests.conftest import BASE_URL, Caller, Deposits

pytestmark = pytest.mark.slow

KEYS = [f"part {number}/数据-{number}.bin" for number in range(7)]


def keys_by_pages(caller: Caller, path: str, size: int) -> list[str]:
    """The keys of all pages, following their links."""
    url, keys = f"{BASE_URL}{path}?size={size}", []
    while url:
        body = caller.get(url).get_json()
        assert len(body["entries"]) <= size
        keys += [entry["key"] for entry in body["entries"]]
        url = body["links"].get("next")
    return keys


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_pages_of_a_record_s_files_hold_each_file_once(anyone: Caller, deposits: Deposits, size: int) -> None:
    record = deposits.published(**{key: key.encode() for key in KEYS})
    path = f"/api/records/{record['id']}/files"
    whole = [entry["key"] for entry in anyone.get(path).get_json()["entries"]]
    assert whole == KEYS
    assert keys_by_pages(anyone, path, size) == KEYS


def test_pages_of_a_draft_s_files_hold_each_file_once(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    path = f"/api/records/{draft['id']}/draft/files"
    assert author.post(path, json=[{"key": key} for key in KEYS]).status_code == 201
    whole = author.get(path).get_json()
    assert [entry["key"] for entry in whole["entries"]] == KEYS
    assert whole["links"] == {"self": BASE_URL + path, "archive": f"{BASE_URL}{path}-archive"}
    assert keys_by_pages(author, path, 2) == KEYS


def test_a_whole_list_reaches_beyond_what_is_read_at_once(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    path = f"/api/records/{draft['id']}/draft/files"
    keys = [f"{number:04}.bin" for number in range(1_100)]
    for start in (0, 600):
        batch = [{"key": key} for key in keys[start : start + 600]]
        assert author.post(path, json=batch).status_code == 201
    assert [entry["key"] for entry in author.get(path).get_json()["entries"]] == keys
