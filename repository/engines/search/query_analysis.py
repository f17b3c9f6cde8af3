"""What a query and the values it names mean, whichever keeper runs it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from repository.engines.search.port import FIELDS, FieldType, IndexDocument
from repository.engines.search.query_tree import And, Node, Not, Or, Phrase, Term, Wildcard
from repository.engines.search.tokenizer import exact, pattern_pieces, query_tokens


def is_text(field: str | None) -> bool:
    """Whether the field's values are analysed; None are the free-text fields together."""
    return field is None or FIELDS[field] is FieldType.TEXT


@lru_cache(8192)  # most values are one of few, and a rebuild compares a million of them
def comparable(field: str, value: str) -> str:
    """How a value of `field` is compared; times lose their zone, which is always UTC."""
    if FIELDS[field] is FieldType.DATE:
        return exact(value).upper().removesuffix("Z").removesuffix("+00:00")
    return exact(value)


def keywords_of(document: IndexDocument) -> Mapping[str, Sequence[str]]:
    """The exact fields, those that the document says in other words included."""
    return {
        "id": (str(document.id),),
        "concept_id": (str(document.concept_id),),
        "created": (document.created,),
        "updated": (document.updated,),
        **document.keywords,
    }


def refuse_unknown(values: Mapping[str, object], *types: FieldType) -> None:
    """Raises ValueError naming those of the fields that are not indexed as one of `types`."""
    unknown = [field for field in values if FIELDS.get(field) not in types]
    if unknown:
        raise ValueError(f"not indexed as {types[0]}: {', '.join(unknown)}")


def says_nothing(node: Node) -> bool:
    """Whether no word is left of `node`."""
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


def wanted(node: Node) -> Iterator[Term | Phrase | Wildcard]:
    """The leaves that make a document a better match: those under no NOT."""
    match node:
        case Term() | Phrase() | Wildcard():
            yield node
        case And() | Or():
            for part in node.parts:
                yield from wanted(part)


def ranks(node: Node) -> bool:
    """Whether a word of `node` is looked for in text, so that one match can be better than another."""
    return any(
        isinstance(leaf, Term | Phrase) and is_text(leaf.field) and not says_nothing(leaf) for leaf in wanted(node)
    )
