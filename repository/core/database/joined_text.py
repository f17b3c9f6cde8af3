"""An aggregate that joins texts of many rows into one, for statements that must stay one."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class JoinedText(FunctionElement[str]):
    """Texts with commas between them; `func.aggregate_strings` would render its comma anew at every execution."""

    type = Text()
    inherit_cache = True


@compiles(JoinedText)
def _string_agg(element: JoinedText, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)}, ',')"


@compiles(JoinedText, "sqlite")
def _group_concat(element: JoinedText, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)}, ',')"
