"""Uploads into the local store: the contract, and what only a directory can be asked."""

import errno
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest

from repository.core.errors import NotFound, Unavailable
from repository.engines.store import local_uploads
from repository.engines.store.digests import BLOCK
from repository.engines.store.local_store import LocalStore
from repository.engines.store.port import ByteStore, UploadToken
from tests.contracts.bytestore_contract import KEY, content, content_of
from tests.contracts.bytestore_uploads import (
    PARTS,
    WHOLE,
    UploadsContract,
    begun,
    complete,
    put_part,
    uploaded,
)
from tests.contracts.test_bytestore_local import failing, record_steps

DIE_BEFORE_EACH_LINE = """
import os, signal, sys
from pathlib import Path
from repository.engines.store import local_files, local_objects, local_uploads
from repository.engines.store.local_store import LocalStore
from tests.contracts import bytestore_uploads as steps

files = {module.__file__ for module in (local_files, local_objects, local_uploads)}

def die_before(line):
    passed = 0
    def trace(frame, event, argument):
        nonlocal passed
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            passed += 1
            if passed == line:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace
    return trace

line = ended = 0
while not ended:
    line += 1
    store = LocalStore(Path(sys.argv[1]) / str(line))
    act, token = getattr(steps, sys.argv[2])(store)
    child = os.fork()
    if not child:
        sys.settrace(die_before(line))
        act()
        os._exit(0)
    ended = os.WIFEXITED(os.waitpid(child, 0)[1])
    print(token.upload_id)
"""

APPEND_UNTIL_KILLED = """
import os, sys
from pathlib import Path
from repository.engines.store import local_uploads
from repository.engines.store.local_store import LocalStore
from repository.engines.store.port import UploadToken
local_uploads.FLUSHED_EVERY = 1 << 20

class Endless:
    position = int(sys.argv[3])
    def read(self, size):
        if self.position > 3 << 20:
            os.kill(os.getpid(), 9)
        block = (b"%015d\\n" % (self.position // 16)) * (size // 16)
        block = b"".join(b"%015d\\n" % number for number in range(self.position // 16, (self.position + size) // 16))
        self.position += len(block)
        return block

store = LocalStore(Path(sys.argv[1]))
store.uploads.append(UploadToken("3f2a9c", sys.argv[2]), int(sys.argv[3]), Endless())
"""


def files_below(store: LocalStore) -> list[str]:
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.is_file())


class TestLocalUploads(UploadsContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "store")

    def another(self, store: ByteStore) -> LocalStore:
        return LocalStore(cast(LocalStore, store).root)

    def expect_no_upload(self, store: ByteStore) -> None:
        super().expect_no_upload(store)
        assert list((cast(LocalStore, store).root / "uploads").iterdir()) == []
