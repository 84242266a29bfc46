"""Puts records one by one into the LanceBackend of `persisting`, and says what each flush took and left on the disk.

    python lance_backend.py FOLDER --records N --threshold K --disk-every D

A line a flush, `MILLISECONDS BYTES`: the put that flushed, and the bytes of the folder at every D-th flush, else 0. The last
line is `seconds S`, of all puts.
"""

import argparse
import asyncio
import os
import time
from pathlib import Path

from persisting.queue import LanceBackend


def record(number: int) -> dict:
    """Record `number` as the other sides have it: an id, 48 bytes of text, an integer, 8 floats."""
    return {
        "id": str(number),
        "text": f"{number:012} the quick brown fox jumps over lazy",
        "value": number,
        "vector": [((number * 31 + j * 17) % 1000) / 1000 for j in range(8)],
    }


def disk(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(folder) for name in names)


async def run(folder: Path, records: int, threshold: int, disk_every: int) -> None:
    backend = LanceBackend(0, str(folder), batch_size=threshold)
    prepared = [record(number) for number in range(records)]
    spent = 0.0
    flushes = 0
    for number, one in enumerate(prepared, start=1):
        begun = time.perf_counter()
        await backend.put(one)
        took = time.perf_counter() - begun
        spent += took
        if number % threshold == 0:
            flushes += 1
            print(f"{took * 1e3:.3f} {disk(folder) if flushes % disk_every == 0 else 0}", flush=True)
    begun = time.perf_counter()
    await backend.flush()
    print(f"seconds {spent + time.perf_counter() - begun:.6f}")
    if backend.total_count() != records:
        raise SystemExit(f"{backend.total_count()} records, and {records} were put")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, required=True)
    parser.add_argument("--threshold", type=int, required=True)
    parser.add_argument("--disk-every", type=int, default=1)
    args = parser.parse_args()
    asyncio.run(run(args.folder, args.records, args.threshold, args.disk_every))


if __name__ == "__main__":
    main()
