"""What a query and its values mean, for every adapter."""

from collections.abc import Iterator, Mapping, Sequence

from repository.core.cache import remembered
from repository.engines.search.folding import exact
from repository.engines.search.port import FIELDS, FieldType, IndexDocument
from repository.engines.search.query_tree import And, Node, Not, Or, Phrase, Term, Wildcard
from repository.engines.search.tokenizer import pattern_pieces, query_tokens


def is_text(field: str | None) -> bool:
    """Return whether the values of `field` are analysed; None stands for all free-text fields."""
    return field is None or FIELDS[field] is FieldType.TEXT


@remembered(8_192)  # most values are one of few, and a rebuild compares a million of them
def comparable(field: str, value: str) -> str:
    """Return the form in which a value of `field` is compared; times lose their zone, always UTC."""
    if FIELDS[field] is FieldType.DATE:
        return exact(value).upper().removesuffix("Z").removesuffix("+00:00")
    return exact(value)


def keywords_of(document: IndexDocument) -> Mapping[str, Sequence[str]]:
    """Return the exact fields, including those that are attributes of the document."""
    return {
        "id": (str(document.id),),
        "concept_id": (str(document.concept_id),),
        "created": (document.created,),
        "updated": (document.updated,),
        **document.keywords,
    }


def refuse_unknown(values: Mapping[str, object], *types: FieldType) -> None:
    """Raise ValueError that names the fields not indexed as one of `types`."""
    unknown = [field for field in values if FIELDS.get(field) not in types]
    if unknown:
        raise ValueError(f"not indexed as {types[0]}: {', '.join(unknown)}")


def says_nothing(node: Node) -> bool:
    """Return whether `node` has no word to search."""
    match node:
        case Term() | Phrase():
            return is_text(node.field) and not query_tokens(node.text).tokens
        case Wildcard():
            plain = node.pattern.strip("*?")
            return is_text(node.field) and bool(plain) and not any(pattern_pieces(node.pattern))
        case And() | Or():
            return all(map(says_nothing, node.parts))
        case Not():
            return says_nothing(node.part)
    return False


def positive_leaves(node: Node) -> Iterator[Term | Phrase | Wildcard]:
    """Yield the leaves that make a document a better match: those under no NOT."""
    match node:
        case Term() | Phrase() | Wildcard():
            yield node
        case And() | Or():
            for part in node.parts:
                yield from positive_leaves(part)


def ranks(node: Node) -> bool:
    """Return whether `node` searches a word in text, so that one match can be better than another."""
    return any(
        isinstance(leaf, Term | Phrase) and is_text(leaf.field) and not says_nothing(leaf)
        for leaf in positive_leaves(node)
    )
