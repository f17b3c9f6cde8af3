"""S3 stores as tests open them, and what their servers tell of an object."""

from typing import Any

from repository.engines.store.s3_address import s3_address
from repository.engines.store.s3_store import S3Store
from repository.engines.store.s3_writes import FIRST_PART
from tests.contracts.bytestore_contract import content_of
from tests.engines.addresses import answer_of, s3_client, s3_options, s3_servers

LARGE = content_of(2 * FIRST_PART + 5)

LACKS = {
    "MinIO": [
        "uploads in parts are not listed by a prefix (left out): those of the whole bucket are listed instead;"
        " such a server may forget them when it starts again, and clear them sooner than an upload of days needs"
    ]
}
"""What servers lack, by the name that they give themselves; others lack nothing."""


def opened(url: str) -> S3Store:
    return S3Store(s3_address(url))


def tag(store: S3Store, key: str) -> str:
    """The object's entity tag, with a dash and the number of its parts if there are several."""
    place = store.place
    return str(client_of(store).head_object(Bucket=place.bucket, Key=place.prefix + key)["ETag"])


def server_of(store: S3Store) -> str:
    """The engine that has the store."""
    endpoint = store.place.endpoint
    return next(server for server in s3_servers() if s3_options(server).get("endpoint") == endpoint)


def lacks_of(server: str) -> list[str]:
    """What a store says that one of the S3 servers lacks."""
    return LACKS.get(answer_of(server).version, [])


def client_of(store: S3Store) -> Any:
    """Boto3's own client of the store's server."""
    return s3_client(server_of(store))
