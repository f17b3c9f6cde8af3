"""Facts about files."""

from dataclasses import dataclass

from repository.core.facts import Fact, Wording


@dataclass(frozen=True, slots=True)
class FileReceived(Fact):
    """A stored file was committed under the name `key`."""

    file_id: int
    key: str | None = None
    sha256: str | None = None

    words = Wording("added the file {key}", "添加文件 {key}")


@dataclass(frozen=True, slots=True)
class FileReleased(Fact):
    """A name no longer refers to a stored file."""

    file_id: int

    words = Wording("released a stored file", "释放已存储的文件")


@dataclass(frozen=True, slots=True)
class FileSetDiscarded(Fact):
    """Nothing refers to a file set any more."""

    file_set_id: int

    words = Wording("discarded the files of a draft", "删除草稿的文件")
