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
class VerificationDue(Fact):
    """A stored file was committed whose bytes nobody has read: its digests are not known.

    A kind of its own rather than `FileReceived`: from most of those nothing follows, and a relay of a former release,
    which knows no verification, keeps this one for the next.
    """

    file_id: int

    words = FactPhrase("asked to verify a stored file", "请求核验已存储的文件")


@dataclass(frozen=True, slots=True)
class FileVerified(Fact):
    """The bytes of a stored file were read, and are what was declared; its digests are known."""

    file_id: int

    words = FactPhrase("verified a stored file", "核验了已存储的文件")


@dataclass(frozen=True, slots=True)
class FileFailed(Fact):
    """The bytes of a stored file are not what was declared: it will not be published."""

    file_id: int
    failure: str | None = None

    words = FactPhrase("found a stored file not as declared", "发现存储的文件与声明不符")


@dataclass(frozen=True, slots=True)
class UploadGivenUp(Fact):
    """An upload in parts is not wanted any more; what has arrived of it is to be removed."""

    upload_id: int

    words = FactPhrase("gave up an upload", "放弃了上传")


@dataclass(frozen=True, slots=True)
class FileReleased(Fact):
    """A name no longer refers to a stored file."""

    file_id: int

    words = FactPhrase("released a stored file", "释放已存储的文件")


@dataclass(frozen=True, slots=True)
class FileSetDiscarded(Fact):
    """Nothing refers to a file set any more.

    What is staged in it counts for the owner until it is removed.
    """

    file_set_id: int
    owner_id: int = 0

    words = FactPhrase("discarded the files of a draft", "删除草稿的文件")


@dataclass(frozen=True, slots=True)
class FaultFound(Fact):
    """A check found stored bytes that are not those that were received."""

    file_id: int
    fault: str | None = None

    words = FactPhrase("found a stored file damaged", "发现存储的文件已损坏")


@dataclass(frozen=True, slots=True)
class FaultCleared(Fact):
    """A check found a damaged file whole again."""

    file_id: int

    words = FactPhrase("found a damaged file whole again", "受损文件已恢复完好")
