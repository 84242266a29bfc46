"""Which vectors are nearest, by numpy in 64 bits, and by pylance; what lanceq must find.

    python nearest.py FILE.parquet

Prints the ten nearest to the first row of the file's column `vector`.
"""

import json
import sys
from pathlib import Path

import lance
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# Real embeddings, where they are beside the repository.
FILMS = Path(__file__).resolve().parents[3] / "shared" / "data" / "movies_embedded.parquet"
DIMENSION = 64


def films() -> pa.Table:
    """The embedded films, or else as many made vectors in clusters."""
    if FILMS.exists():
        return pq.read_table(FILMS)
    print(f"no {FILMS.name}: made vectors instead", file=sys.stderr)
    dice = np.random.default_rng(7)
    centres = dice.normal(size=(40, DIMENSION))
    count = 3_201
    made = centres[dice.integers(0, 40, count)] + dice.normal(scale=0.3, size=(count, DIMENSION))
    flat = pa.array(made.astype(np.float32).ravel())
    return pa.table({
        "id": pa.array(range(count)),
        "title": pa.array([f"film {i}" for i in range(count)]),
        "imdb_rating": pa.array([None if i % 9 == 0 else (i % 91) / 10 for i in range(count)], pa.float64()),
        "vector": pa.FixedSizeListArray.from_arrays(flat, DIMENSION),
    })


def vectors(table: pa.Table) -> np.ndarray:
    column = table.column("vector").combine_chunks()
    return column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), -1).astype(np.float64)


def distances(metric: str, all_: np.ndarray, to: np.ndarray) -> np.ndarray:
    if metric == "l2":
        return ((all_ - to) ** 2).sum(axis=1)
    if metric == "cosine":
        return 1 - (all_ @ to) / (np.linalg.norm(all_, axis=1) * np.linalg.norm(to))
    return 1 - all_ @ to


def nearest(metric: str, all_: np.ndarray, to: np.ndarray, k: int, among: np.ndarray | None = None) -> list[tuple[int, float]]:
    """The k nearest as (row, distance); of the same distance, the row decides."""
    found = distances(metric, all_, to)
    rows = np.arange(len(all_)) if among is None else np.flatnonzero(among)
    order = np.lexsort((rows, found[rows].astype(np.float32)))[:k]  # distances are told in 32 bits
    return [(int(rows[i]), float(found[rows[i]])) for i in order]


def by_pylance(path: Path, metric: str, to: np.ndarray, k: int) -> list[float]:
    """The k smallest distances that pylance finds without an index."""
    query = {"column": "vector", "q": to.astype(np.float32), "k": k, "metric": metric, "use_index": False}
    return lance.dataset(str(path)).to_table(nearest=query, columns=["_distance"]).column("_distance").to_pylist()


def main() -> int:
    all_ = vectors(pq.read_table(sys.argv[1]))
    print(json.dumps(nearest("l2", all_, all_[0], 10)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
