"""The URL of an S3 store: read strictly, and never echoed where it may hold a secret."""

import pytest

from config.settings import SettingsError, read_settings
from repository.bootstrap import open_services
from repository.engines.store.s3_address import S3Address, s3_address


def test_a_bucket_alone_is_one_at_amazon() -> None:
    assert s3_address("s3://data-store") == S3Address("data-store", None, "us-east-1", "", "auto", None)


def test_every_part_of_the_url_is_read() -> None:
    url = "s3://data?endpoint=https%3A%2F%2Fs3.example.org/&region=cn-north-1&prefix=/a/b&style=virtual&public=http://x.org"
    assert s3_address(url) == S3Address(
        "data", "https://s3.example.org", "cn-north-1", "a/b/", "virtual", "http://x.org"
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("s3://", "the bucket cannot be ''"),
        ("s3://UPPER", "the bucket cannot be 'UPPER'"),
        ("s3://data/folder", "a folder of the bucket is named by prefix="),
        ("s3://data?endpont=http://x.org", "there is no parameter 'endpont'"),
        ("s3://data?endpoint=x.org:9000", "endpoint must be an http"),
        ("s3://data?public=ftp://x.org", "public must be an http"),
        ("s3://data?style=round", "style must be one of auto, path, virtual"),
        ("s3://data?prefix=../x", "prefix cannot be"),
        ("s3://data?region=a b", "region cannot be"),
    ],
)
def test_a_wrong_url_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        s3_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "s3://name:hush-hush@data",
        "s3://data?endpoint=http://name:hush-hush@x.org",
        "s3://data?secret_key=hush-hush",
        "s3://data?AWS_SECRET_ACCESS_KEY=hush-hush",
        "s3://data?session_token=hush-hush",
    ],
)
def test_credentials_in_the_url_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") as caught:
        s3_address(url)
    assert "hush" not in str(caught.value)


def test_a_wrong_url_stops_the_start_with_one_line() -> None:
    settings = read_settings(store_url="s3://data?style=round")
    with pytest.raises(SettingsError, match=r"^REPOSITORY_STORE_URL: style must be one of auto, path, virtual$"):
        open_services(settings)
