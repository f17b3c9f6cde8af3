"""What happens to the index."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class IndexLost(Fact):
    """The index was gone, or made by a release whose index ours cannot use, and is filled again."""

    index_id: int

    words = FactPhrase("began to fill the search index again", "开始重新填充检索索引")
