"""Reads with pylance what lanceq wrote, and compares it with the records that were put.

    python check.py ROOT TOPIC EXPECTED.jsonl [--bucket I]

The row id of each record must be its offset: 0, 1, 2 … in the order of EXPECTED. Prints {"rows": n, "version": v};
a difference is one line on stderr and exit code 1.
"""

import argparse
import json
import sys
from pathlib import Path

import lance
import pyarrow as pa
import pyarrow.types as types


class Differs(Exception):
    """What was read is not what was put."""


def dataset_path(root: Path, topic: str, bucket: int = 0) -> Path:
    return root / topic / f"bucket_{bucket}" / "data.lance"


def same(kind: pa.DataType, found: object, expected: object) -> bool:
    """Compares in the column's precision: a real that was put into a Float32 column is rounded once."""
    if found is None or expected is None:
        return found is expected
    if types.is_floating(kind):
        return found == pa.scalar(float(expected), type=kind).as_py()
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return len(found) == len(expected) and all(same(kind.value_type, f, e) for f, e in zip(found, expected))
    if types.is_struct(kind):
        return set(expected) <= set(found) and all(same(field.type, found[field.name], expected.get(field.name)) for field in kind)
    return type(found) is type(expected) and found == expected


def check(path: Path, expected: list[dict]) -> dict:
    """Compares the whole dataset; raises `Differs` at the first difference."""
    dataset = lance.dataset(str(path))
    if not dataset.has_stable_row_ids:
        raise Differs(f"{path} has no stable row ids")
    table = dataset.scanner(with_row_id=True, scan_in_order=True).to_table()
    offsets = table.column("_rowid").to_pylist()
    if offsets != list(range(len(expected))):
        raise Differs(f"row ids are not 0 to {len(expected) - 1}: {len(offsets)} rows, {offsets[:3]} … {offsets[-3:]}")
    kinds = {field.name: field.type for field in table.schema if field.name != "_rowid"}
    for offset, (row, record) in enumerate(zip(table.to_pylist(), expected)):
        if unknown := record.keys() - kinds.keys():
            raise Differs(f"offset {offset}: no column for {sorted(unknown)}")
        for name, kind in kinds.items():
            if not same(kind, row[name], record.get(name)):
                raise Differs(f"offset {offset}, `{name}`: put {record.get(name)!r}, found {row[name]!r}")
    return {"rows": len(expected), "version": dataset.version}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("topic")
    parser.add_argument("expected", type=Path)
    parser.add_argument("--bucket", type=int, default=0)
    args = parser.parse_args()
    expected = [json.loads(line) for line in args.expected.read_text(encoding="utf-8").splitlines()]
    try:
        print(json.dumps(check(dataset_path(args.root, args.topic, args.bucket), expected)))
    except (Differs, ValueError) as difference:  # pylance's error for a missing dataset is a ValueError
        print(difference, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
