"""``python release_schema.py URL``, with the source of another release: why the schema does not serve its tables.

The tables are of that source, the rule is of this one.
"""

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from sqlalchemy import create_engine

from migrations.models import METADATA

RULE = Path(__file__).parents[2] / "repository/core/database/schema_check.py"


def main(url: str) -> None:
    """Print the obstacles as JSON."""
    spec = spec_from_file_location("schema_check", RULE)
    assert spec is not None
    assert spec.loader is not None
    rule = module_from_spec(spec)
    spec.loader.exec_module(rule)
    engine = create_engine(url)
    with engine.connect() as connection:
        sys.stdout.write(json.dumps(rule.obstacles(connection, METADATA)) + "\n")
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
