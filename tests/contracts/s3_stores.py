"""S3 stores as tests open them, and what their servers tell of an object."""

from repository.engines.store.s3_address import s3_address
from repository.engines.store.s3_store import S3Store
from repository.engines.store.s3_writes import FIRST_PART
from tests.contracts.bytestore_contract import content_of
from tests.engines.addresses import s3_client

LARGE = content_of(2 * FIRST_PART + 5)


def opened(url: str) -> S3Store:
    return S3Store(s3_address(url))


def tag(store: S3Store, key: str) -> str:
    """The object's entity tag, with a dash and the number of its parts if there are several."""
    place = store.place
    return str(s3_client().head_object(Bucket=place.bucket, Key=place.prefix + key)["ETag"])
