"""Appends rows to an existing dataset with pylance, as a program beside lanceq would.

    python append.py DATASET [--rows N] [--start K]

Values follow from the schema and the row's number. Prints {"version": v, "rows": total, "appended": [records]}.
"""

import argparse
import json
from pathlib import Path

import lance
import pyarrow as pa
import pyarrow.types as types


def value(kind: pa.DataType, number: int) -> object:
    """A value of the type that tells the row's number."""
    if types.is_integer(kind):
        return number
    if types.is_floating(kind):
        return number % 1000 / 2
    if types.is_boolean(kind):
        return number % 2 == 0
    if types.is_string(kind) or types.is_large_string(kind):
        return f"appended {number}"
    if types.is_fixed_size_list(kind):
        return [value(kind.value_type, number)] * kind.list_size
    if types.is_list(kind) or types.is_large_list(kind):
        return [value(kind.value_type, number)]
    if types.is_struct(kind):
        return {field.name: value(field.type, number) for field in kind}
    return None


def append(path: Path, rows: int, start: int) -> dict:
    """Appends `rows` rows, numbered from `start`, in one version."""
    dataset = lance.dataset(str(path))
    schema = dataset.schema
    records = [{field.name: value(field.type, number) for field in schema} for number in range(start, start + rows)]
    written = lance.write_dataset(pa.Table.from_pylist(records, schema=schema), str(path), mode="append")
    return {"version": written.version, "rows": written.count_rows(), "appended": records}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--rows", type=int, default=10)
    parser.add_argument("--start", type=int, default=1_000_000)
    args = parser.parse_args()
    print(json.dumps(append(args.dataset, args.rows, args.start)))


if __name__ == "__main__":
    main()
