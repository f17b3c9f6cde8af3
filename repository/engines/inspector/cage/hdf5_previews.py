"""The tree of an HDF5 file, which a netCDF-4 file is too, by h5py.

Links that lead out of the file are named and not followed.
"""

from collections.abc import Iterator
from typing import Any

from repository.engines.inspector.cage.open_file import OpenFile, parser
from repository.engines.inspector.cage.structures import Variable, bounds_of, structure_of, value_text

MOST_OBJECTS, DEEPEST = 1_000, 16
MOST_COORDINATES = 200_000
SCALE = b"DIMENSION_SCALE"
HIDDEN_ATTRIBUTES = {"DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME"}
"""HDF5 Dimension Scale Specification: bookkeeping, full of references"""


def structure(opened: OpenFile) -> dict[str, Any]:
    """Return groups and datasets with their types, shapes and attributes, and bounds where there are coordinates."""
    library = parser("h5py")
    opened.file.seek(0)
    with library.File(opened.file, "r") as tree:
        datasets = list(_datasets(library, tree, "", 0, [0]))
        variables = [_variable(library, path, dataset) for path, dataset in datasets]
        dimensions = {
            path: int(dataset.shape[0])
            for path, dataset in datasets
            if dataset.attrs.get("CLASS") == SCALE and len(dataset.shape or ()) == 1
        }
        bounds = _bounds(variables, [dataset for _, dataset in datasets])
        return structure_of(dimensions, variables, _attributes(library, tree), bounds=bounds)


def _datasets(library: Any, group: Any, path: str, depth: int, seen: list[int]) -> Iterator[tuple[str, Any]]:
    for name in group:
        seen[0] += 1
        if seen[0] > MOST_OBJECTS or depth > DEEPEST:
            return
        if not isinstance(group.get(name, getlink=True), library.HardLink):
            continue
        kind = group.get(name, getclass=True)
        if kind is library.Dataset:
            yield f"{path}{name}", group[name]
        elif kind is library.Group:
            yield from _datasets(library, group[name], f"{path}{name}/", depth + 1, seen)


def _variable(library: Any, path: str, dataset: Any) -> Variable:
    if len(dataset.shape or ()) == 1 and dataset.attrs.get("CLASS") == SCALE:
        labels = [path]
    else:
        labels = [_label(axis) for axis in dataset.dims] if dataset.shape else []
    dimensions = labels if all(labels) else []
    return Variable(path, str(dataset.dtype), list(dataset.shape or ()), dimensions, _attributes(library, dataset))


def _label(axis: Any) -> str:
    return str(axis[0].name).rpartition("/")[2] if len(axis) else str(axis.label)


def _attributes(library: Any, owner: Any) -> dict[str, str]:
    report: dict[str, str] = {}
    for name in owner.attrs:
        if len(report) >= 60:
            break
        if name in HIDDEN_ATTRIBUTES or name.startswith("_Netcdf4") or name == "_NCProperties":
            continue
        kind = owner.attrs.get_id(name)
        if (
            kind.shape is not None
            and kind.get_storage_size() <= 64 << 10
            and library.check_ref_dtype(kind.dtype) is None
        ):
            report[name] = value_text(_plain(owner.attrs[name]))
    return report


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    size = getattr(value, "size", 1)
    return value.item() if size == 1 and hasattr(value, "item") and not isinstance(value, str) else value


def _bounds(variables: list[Variable], datasets: list[Any]) -> list[float] | None:
    axes: dict[str, list[float]] = {}
    for variable, dataset in zip(variables, datasets, strict=True):
        is_small = len(variable.shape) <= 1 and dataset.size is not None and dataset.size <= MOST_COORDINATES
        if variable.axis and variable.axis not in axes and is_small and dataset.dtype.kind in "fiu":
            values = dataset[()]
            axes[variable.axis] = [float(values.min()), float(values.max())] if dataset.size else []
    return bounds_of(axes.get("x", ()), axes.get("y", ()))
