"""Changes a dataset with pylance at random, and says what differs between two of its versions, row by row.

    python differences.py DATASET BEFORE AFTER

Prints a JSON object: for each offset that differs `added`, `updated` with the columns, or `deleted`.
"""

import argparse
import json
import random
from pathlib import Path

import lance
import pyarrow as pa


def change(path: Path, dice: random.Random) -> str:
    """Does one thing to the dataset; returns what."""
    dataset = lance.dataset(str(path))
    modulus = dice.randint(2, 9)
    where = f"value % {modulus} = {dice.randrange(modulus)}"
    match dice.choice(["update", "update", "delete", "merge", "compact", "restore", "same"]):
        case "update":
            dataset.update({"note": f"concat(coalesce(note, ''), '{modulus}')"}, where=where)
        case "same":
            dataset.update({"value": "value"}, where=where)
        case "delete":
            dataset.delete(where)
        case "merge":
            rows = dataset.to_table(filter=where).slice(0, 20)
            real = pa.array([dice.random() for _ in range(rows.num_rows)], type=rows.schema.field("real").type)
            rows = rows.set_column(rows.schema.get_field_index("real"), "real", real)
            dataset.merge_insert("id").when_matched_update_all().execute(rows)
            return "merge"
        case "compact":
            dataset.optimize.compact_files()
        case "restore":
            versions = [entry["version"] for entry in dataset.versions()]
            lance.dataset(str(path), version=dice.choice(versions[1:])).restore()
    return where


def rows(path: Path, version: int) -> dict[int, dict]:
    """All rows of a version by their row id."""
    table = lance.dataset(str(path), version=version).scanner(with_row_id=True).to_table()
    offsets = table.column("_rowid").to_pylist()
    return dict(zip(offsets, table.drop_columns(["_rowid"]).to_pylist()))


def differences(path: Path, before: int, after: int) -> dict[int, object]:
    """What became of each row that is not the same in both versions: updated ones with the columns that differ."""
    was, now = rows(path, before), rows(path, after)
    found: dict[int, object] = {}
    for offset in sorted(was.keys() | now.keys()):
        old, new = was.get(offset), now.get(offset)
        if old is None or new is None:
            found[offset] = "added" if old is None else "deleted"
        elif columns := [name for name in new if repr(old.get(name)) != repr(new[name])]:
            found[offset] = columns
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("before", type=int)
    parser.add_argument("after", type=int)
    args = parser.parse_args()
    print(json.dumps(differences(args.dataset, args.before, args.after)))


if __name__ == "__main__":
    main()
