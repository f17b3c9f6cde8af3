"""Facts about files."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class FileReceived(Fact):
    """A stored file was committed under the name `key`."""

    file_id: int
    key: str | None = None
    sha256: str | None = None

    words = FactPhrase("added the file {key}", "添加文件 {key}")


@dataclass(frozen=True, slots=True)
class FileReleased(Fact):
    """A name no longer refers to a stored file."""

    file_id: int

    words = FactPhrase("released a stored file", "释放已存储的文件")


@dataclass(frozen=True, slots=True)
class FileSetDiscarded(Fact):
    """Nothing refers to a file set any more."""

    file_set_id: int

    words = FactPhrase("discarded the files of a draft", "删除草稿的文件")
