"""Makes branches of a dataset with pylance, changes them at random, and says what is in each of their versions.

    python branches.py DATASET

Prints a JSON object: for each branch, the row ids and the `id` of its rows, by version.
"""

import argparse
import json
import random
from pathlib import Path

import lance
import pyarrow as pa


def begin(path: Path, name: str, version: int, branch: str | None = None) -> lance.LanceDataset:
    """Begins a branch at a version of another one, or of none."""
    return lance.dataset(str(path)).create_branch(name, (branch, version))


def change(branch: lance.LanceDataset, dice: random.Random, start: int) -> lance.LanceDataset:
    """Does one thing to a branch; what is appended is counted from `start` on."""
    where = f"value % 5 = {dice.randrange(5)}"
    match dice.choice(["append", "append", "delete", "update", "compact"]):
        case "append":
            rows = branch.to_table().slice(0, 7)
            ids = pa.array([f"branched-{start + n}" for n in range(rows.num_rows)])
            return lance.write_dataset(rows.set_column(rows.schema.get_field_index("id"), "id", ids), branch, mode="append")
        case "delete":
            branch.delete(where)
        case "update":
            branch.update({"note": "'changed on a branch'"}, where=where)
        case "compact":
            branch.optimize.compact_files()
    return branch


def versions(path: Path, branch: str) -> dict[int, list[tuple[int, str]]]:
    """Row id and `id` of all rows of each version of a branch."""
    found = {}
    of_branch = lance.dataset(str(path)).checkout_version((branch, None))
    for version in [entry["version"] for entry in of_branch.versions()]:
        rows = of_branch.checkout_version((branch, version)).scanner(columns=["id"], with_row_id=True).to_table()
        found[version] = sorted(zip(rows.column("_rowid").to_pylist(), rows.column("id").to_pylist()))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    args = parser.parse_args()
    names = lance.dataset(str(args.dataset)).branches.list()
    print(json.dumps({name: versions(args.dataset, name) for name in sorted(names)}))


if __name__ == "__main__":
    main()
