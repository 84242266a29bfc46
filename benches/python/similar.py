"""Looks for the nearest vectors in a dataset, as it is told line by line, and says what each query took.

    python similar.py DATASET QUERIES LENGTH

QUERIES is a file of 32-bit reals, LENGTH of them a query. Each line of the input is `open`, which opens the dataset as it is now
and prints how many rows it has; or `exact K FIRST COUNT` or `indexed K REFINE FIRST COUNT`, which make these queries: a
line each, `NANOSECONDS ID…`, nearest first.
"""

import argparse
import sys
import time
from pathlib import Path

import lance
import numpy as np

COLUMNS = ["id", "text", "_distance"]


def search(dataset: lance.LanceDataset, query: np.ndarray, options: dict) -> str:
    """What a query took, and what it found."""
    begun = time.perf_counter_ns()
    found = dataset.to_table(columns=COLUMNS, nearest={"column": "vector", "q": query, **options})
    took = time.perf_counter_ns() - begun
    return " ".join(map(str, [took, *found["id"].to_pylist()]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("length", type=int)
    args = parser.parse_args()
    queries = np.fromfile(args.queries, dtype="<f4").reshape(-1, args.length)
    dataset = lance.dataset(str(args.dataset))
    for line in sys.stdin:
        match line.split():
            case ["open"]:
                dataset = lance.dataset(str(args.dataset))
                print(dataset.count_rows(), flush=True)
                continue
            case ["exact", k, first, count]:
                options = {"k": int(k), "use_index": False}
            case ["indexed", k, refine, first, count]:
                options = {"k": int(k), "refine_factor": int(refine)}
            case words:
                raise SystemExit(f"unknown: {words}")
        for query in queries[int(first) : int(first) + int(count)]:
            print(search(dataset, query, options), flush=True)


if __name__ == "__main__":
    main()
