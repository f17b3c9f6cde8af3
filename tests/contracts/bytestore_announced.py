"""What every byte store does with a source whose length is announced; see `bytestore_contract`."""

from io import BytesIO
from zlib import crc32

import pytest

from repository.core.errors import Invalid, TooLarge
from repository.engines.store.digests import BLOCK
from repository.engines.store.port import ByteStore, FileDigests
from tests.contracts.bytestore_contract import (
    KEY,
    PLENTY,
    SIZES,
    ByteStoreContract,
    Counting,
    content,
    content_of,
    digests_of_content,
)


def put_announced(store: ByteStore, key: str, content: bytes) -> FileDigests:
    """`put`, with the length told beforehand."""
    return store.write(key, BytesIO(content), limit=PLENTY, size=len(content))


class AnnouncedContract(ByteStoreContract):
    """Derive from this and define the fixture `store`."""

    @pytest.mark.parametrize("size", SIZES)
    def test_what_comes_as_announced_is_kept(self, store: ByteStore, size: int) -> None:
        whole = content_of(size)
        digests = put_announced(store, KEY, whole)
        assert (digests, digests.crc32) == (digests_of_content(whole), crc32(whole))
        assert content(store, KEY) == whole

    def test_lengths_of_many_objects_are_told_at_once(self, store: ByteStore) -> None:
        sizes = {f"{number:04x}/part.{number}": number for number in range(30)}
        for key, size in sizes.items():
            put_announced(store, key, bytes(size))
        chosen = dict(list(sizes.items())[5:25])
        assert store.sizes([*chosen, "absent", "0", "zz", "0005/part"]) == chosen
        assert store.sizes(["absent", KEY]) == store.sizes([]) == {}

    @pytest.mark.parametrize(
        ("size", "announced"), [(0, 1), (5, 4), (5, 6), (3 * BLOCK, 3 * BLOCK - 1), (BLOCK, 9 * BLOCK)]
    )
    def test_another_length_than_announced_is_refused(self, store: ByteStore, size: int, announced: int) -> None:
        with pytest.raises(Invalid, match=f"{announced} bytes were announced"):
            store.write(KEY, BytesIO(content_of(size)), limit=PLENTY, size=announced)
        self.expect_nothing_kept(store)

    def test_what_is_announced_past_the_limit_is_not_read(self, store: ByteStore) -> None:
        source = Counting(b"abc")
        with pytest.raises(TooLarge):
            store.write(KEY, source, limit=2, size=3)
        assert source.given == 0
        self.expect_nothing_kept(store)
