"""The formats that a record's page offers: all that there are."""

from repository.dataset.formats.registry import FORMATS as EXPORTS
from repository.dataset.formats.registry import Format as Export

__all__ = ["EXPORTS", "Export"]
