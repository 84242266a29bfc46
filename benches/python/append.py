"""Appends Arrow batches with `lance.write_dataset(mode="append")`, as fast as it goes.

    python append.py FOLDER --batches N --rows R

Prints the seconds that all appends took, without making the batches.
"""

import argparse
import time
from pathlib import Path

import lance
import numpy as np
import pyarrow as pa


def batch(first: int, rows: int) -> pa.RecordBatch:
    """Records as the other sides have them, from number `first` on."""
    numbers = np.arange(first, first + rows, dtype=np.int64)
    vectors = ((numbers[:, None] * 31 + np.arange(8) * 17) % 1000 / 1000).astype(np.float32)
    return pa.record_batch(
        {
            "id": pa.array([str(number) for number in numbers]),
            "text": pa.array([f"{number:012} the quick brown fox jumps over lazy" for number in numbers]),
            "value": pa.array(numbers),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), 8),
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--batches", type=int, required=True)
    parser.add_argument("--rows", type=int, required=True)
    args = parser.parse_args()
    path = str(args.folder / "data.lance")
    batches = [batch(number * args.rows, args.rows) for number in range(args.batches)]
    first = batches[0]
    lance.write_dataset(pa.Table.from_batches([], first.schema), path, mode="create", enable_stable_row_ids=True)
    begun = time.perf_counter()
    for one in batches:
        lance.write_dataset(one, path, mode="append")
    print(f"{time.perf_counter() - begun:.6f}")
    rows = lance.dataset(path).count_rows()
    if rows != args.batches * args.rows:
        raise SystemExit(f"{rows} rows were appended")


if __name__ == "__main__":
    main()
