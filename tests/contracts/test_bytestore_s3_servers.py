"""S3 servers as they are: with other things in the bucket, without a bucket, without what a store needs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from repository.core.errors import Conflict, Unavailable
from repository.engines.store import s3_store
from repository.engines.store.digests import BLOCK
from repository.engines.store.s3_address import s3_address
from repository.engines.store.s3_bucket import prepare_bucket
from repository.engines.store.s3_store import S3Store
from tests.contracts.bytestore_contract import (
    KEY,
    PRESENTED,
    content,
    content_of,
    listed,
    put,
)
from tests.contracts.s3_faults import (
    careless_server,
    serving,
    spoiled,
    with_endpoint,
    without_conditions,
)
from tests.contracts.s3_stores import client_of, lacks_of, opened, server_of


class TestServers:
    @pytest.mark.minio
    def test_a_missing_bucket_is_made_by_prepare_and_no_sooner(self, s3_store_url: str) -> None:
        bucket = f"{urlsplit(s3_store_url).netloc}-new"
        store = opened(s3_store_url.replace(urlsplit(s3_store_url).netloc, bucket))
        for act in (store.describe, lambda: put(store, KEY, b"abc"), lambda: list(store.objects())):
            with pytest.raises(Unavailable, match="bucket does not exist"):
                act()
        try:
            store.prepare()
            store.prepare()
            put(store, KEY, b"abc")
            assert bucket in store.describe()
            assert listed(store) == [(KEY, 3)]
        finally:
            store.remove([KEY])
            client_of(store).delete_bucket(Bucket=bucket)

    @pytest.mark.minio
    def test_what_a_server_lacks_is_told_when_the_store_is_prepared(
        self, store: S3Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[str] = []
        monkeypatch.setattr(s3_store, "log", SimpleNamespace(warning=lambda _, lack: told.append(lack)))
        store.prepare()
        assert told == lacks_of(server_of(store))

    def test_a_server_that_knows_no_conditions_is_asked_before(self, store: S3Store, s3_store_url: str) -> None:
        put(store, KEY, b"first")
        with spoiled(s3_store_url, without_conditions) as url:
            other = opened(url)
            for _ in range(2):
                with pytest.raises(Conflict):
                    put(other, KEY, b"second")
            put(other, "new", b"abc")
        assert listed(store) == [(KEY, 5), ("new", 3)]
        assert content(store, KEY) == b"first"

    def test_a_careless_server_is_told_all_that_it_lacks(self, s3_store_url: str) -> None:
        with serving(careless_server()) as endpoint:
            store = opened(with_endpoint(s3_store_url, endpoint))
            lacks = "\n".join(store.shortcomings())
            store.close()
        for expected in ("wrong checksum", "could be written twice", "name and type", "ranges", "altered", "is public"):
            assert expected in lacks

    @pytest.mark.minio
    def test_what_else_is_in_the_bucket_is_no_object(self, store: S3Store) -> None:
        put(store, KEY, b"abc")
        for name in ("folder/file", "Capital", "not a key"):
            client_of(store).put_object(Bucket=store.place.bucket, Key=store.place.prefix + name, Body=b"x")
        assert listed(store) == [(KEY, 3)]

    @pytest.mark.minio
    def test_more_objects_than_a_page_are_listed_and_removed(self, store: S3Store) -> None:
        keys = [f"{number:04}" for number in range(1001)]
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda key: put(store, key, b""), keys))
        assert [each.key for each in store.objects()] == keys
        store.remove(keys)
        assert listed(store) == []

    @pytest.mark.minio
    def test_an_object_removed_meanwhile_is_read_whole_or_not_at_all(self, store: S3Store) -> None:
        put(store, KEY, content_of(3 * BLOCK))
        with store.open(KEY) as file:
            store.remove([KEY])
            assert file.read() == content_of(3 * BLOCK)

    @pytest.mark.minio
    def test_a_start_past_the_end_reads_nothing(self, store: S3Store) -> None:
        put(store, KEY, b"abc")
        assert content(store, KEY, 3) == content(store, KEY, 4) == b""


class RulesOfABucket:
    """A server that keeps the rules of a bucket, as far as `prepare_bucket` asks it."""

    def __init__(self, *rules: dict[str, Any]) -> None:
        self.rules = list(rules)

    def head_bucket(self, **_: str) -> None:
        """The bucket is there."""

    def get_bucket_lifecycle_configuration(self, **_: str) -> dict[str, Any]:
        if not self.rules:
            raise ClientError({"Error": {"Code": "NoSuchLifecycleConfiguration"}}, "GetBucketLifecycleConfiguration")
        return {"Rules": self.rules}

    def put_bucket_lifecycle_configuration(self, LifecycleConfiguration: dict[str, Any], **_: str) -> None:  # noqa: N803
        self.rules = LifecycleConfiguration["Rules"]


def a_rule(days: int, prefix: str = "files/", identity: str = "abandoned-uploads") -> dict[str, Any]:
    return {
        "ID": identity,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days},
    }


@pytest.mark.parametrize("rules", [[], [a_rule(7)], [a_rule(30)]])
def test_a_server_aborts_uploads_after_longer_than_any_upload_lives(rules: list[dict[str, Any]]) -> None:
    bucket = RulesOfABucket(*rules)
    prepare_bucket(bucket, s3_address("s3://data-store?prefix=files"))
    assert bucket.rules == [a_rule(30)]


@pytest.mark.parametrize(
    "rules", [[a_rule(1, identity="of-the-operator")], [a_rule(7, "other/")], [a_rule(7), a_rule(7, "other/")]]
)
def test_rules_of_others_stay_as_they_are(rules: list[dict[str, Any]]) -> None:
    bucket = RulesOfABucket(*rules)
    prepare_bucket(bucket, s3_address("s3://data-store?prefix=files"))
    assert bucket.rules == rules


class TestAddresses:
    @pytest.mark.parametrize(
        ("style", "expected"),
        [("path", "https://files.example.org/base/data-store/"), ("virtual", "https://data-store.files.example.org/")],
    )
    def test_readers_are_sent_to_the_public_address_in_its_style(
        self, style: str, expected: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):  # whatever signs: nobody is asked
            monkeypatch.setenv(name, "of-a-test")
        public = f"https://files.example.org{'/base' if style == 'path' else ''}"
        store = opened(f"s3://data-store?endpoint=http://10.0.0.1:9000&public={public}&style={style}&prefix=x")
        assert store.address(KEY, PRESENTED, timedelta(minutes=1)).startswith(f"{expected}x/{KEY}?")
