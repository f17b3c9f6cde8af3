"""What happens to drafts that begin with what exists elsewhere."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class ImportDue(Fact):
    """The description of an identifier is to be looked up at its registrar."""

    import_id: int
    draft_id: int | None = None

    words = FactPhrase("asked a registrar for the description of an identifier", "请求从注册机构查询标识符的元数据")
