"""Writes a bucket the way the Python LanceBackend flushes: read everything, add the buffer, overwrite the dataset.

    python lance_backend.py BUCKET [--records N] [--batch-size K] [--start S]

BUCKET is the folder that holds `data.lance`. Prints {"flushes": n, "rows": total, "version": v, "records": [...]}.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import lance
import pyarrow as pa


class Backend:
    """A buffer in memory over one dataset."""

    def __init__(self, bucket: Path, batch_size: int) -> None:
        self.path = bucket / "data.lance"
        self.batch_size = batch_size
        self.buffer: list[dict] = []
        bucket.mkdir(parents=True, exist_ok=True)

    def put(self, record: dict) -> bool:
        """Takes a record; returns whether that was one too many for the buffer."""
        self.buffer.append(record)
        full = len(self.buffer) >= self.batch_size
        if full:
            self.flush()
        return full

    def flush(self) -> None:
        """Replaces the dataset by itself and the buffer: each flush is one overwriting version."""
        if not self.buffer:
            return
        table = pa.Table.from_pylist(self.buffer)
        if self.path.exists():
            before = lance.dataset(str(self.path)).to_table()
            table = pa.concat_tables([before, table.cast(before.schema)])
        lance.write_dataset(table, str(self.path), mode="overwrite")
        self.buffer = []


def records(start: int, count: int) -> Iterator[dict]:
    for number in range(start, start + count):
        yield {"id": str(number), "text": f"record {number}", "value": number}


def run(bucket: Path, count: int, batch_size: int, start: int) -> dict:
    """Puts `count` records and flushes what is left."""
    backend = Backend(bucket, batch_size)
    written = list(records(start, count))
    flushes = sum(backend.put(record) for record in written) + bool(backend.buffer)
    backend.flush()
    dataset = lance.dataset(str(backend.path))
    return {"flushes": flushes, "rows": dataset.count_rows(), "version": dataset.version, "records": written}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bucket", type=Path)
    parser.add_argument("--records", type=int, default=100)
    parser.add_argument("--batch-size", type=int, default=10)
    parser.add_argument("--start", type=int, default=0)
    args = parser.parse_args()
    print(json.dumps(run(args.bucket, args.records, args.batch_size, args.start)))


if __name__ == "__main__":
    main()
