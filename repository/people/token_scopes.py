"""The scopes of tokens in words, and as they are kept.

The scopes of a token for one dataset are kept with an ending.  A release that knows no such limit does not know these
scopes either, so it gives the token nothing.
"""

from collections.abc import Iterable, Mapping, Sequence

from repository.core.actor import TokenScope

LIMITED = "@dataset"
FOR_ONE_DATASET = (TokenScope.WRITE, TokenScope.READ)
"""The scopes that a token for one dataset can have, and has if none is named."""

SCOPE_WORDS: Mapping[str, Mapping[str, str]] = {
    TokenScope.WRITE: {
        "en": "Open and change drafts, send files, change your profile",
        "zh": "新建和修改草稿、上传文件、修改个人资料",
    },
    TokenScope.ACTIONS: {
        "en": "Publish, share, withdraw, and act with the rights of your role",
        "zh": "发布、共享、撤回，以及行使您的角色权限",
    },
    TokenScope.READ: {
        "en": "Read what you may read: drafts, restricted records and files, your own lists",
        "zh": "读取您有权读取的内容：草稿、受限记录和文件、您的列表",
    },
}
"""What each scope lets do, by language."""

LIMITED_WORDS: Mapping[str, Mapping[str, str]] = {
    TokenScope.WRITE: {"en": "Change the draft of one dataset and its files", "zh": "修改一个数据集的草稿及其文件"},
    TokenScope.READ: {"en": "Read one dataset, its draft and its files", "zh": "读取一个数据集、其草稿及其文件"},
}
"""What each scope lets do in a token for one dataset, by language."""


def kept_scopes(scopes: Iterable[TokenScope], *, limited: bool) -> list[str]:
    """Return scopes as the row of a token keeps them."""
    return sorted(f"{scope}{LIMITED}" if limited else scope.value for scope in scopes)


def scopes_of(kept: Sequence[str], *, limited: bool) -> frozenset[TokenScope]:
    """Return the scopes of a token; those that only another release knows give nothing."""
    names = kept_scopes(TokenScope, limited=limited)
    by_name = dict(zip(names, sorted(TokenScope), strict=True))
    return frozenset(by_name[name] for name in kept if name in by_name)


def words_of(scopes: Iterable[TokenScope], *, limited: bool) -> list[dict[str, str]]:
    """Return in English and Chinese what each scope lets do."""
    words = LIMITED_WORDS if limited else SCOPE_WORDS
    return [{"scope": scope.value, **words.get(scope, {})} for scope in sorted(scopes)]
