"""Drives lanceq and pylance against each other in a temporary root.

    python run.py --lanceq PATH [--only NAME]

Prints one line a check, `ok NAME` or `FAILED NAME: cause`, and at the end `N passed, N failed`; exit code 1 if any failed.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import lance
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import append
import book
import branches
import check
import differences
import lance_backend
import nearest
import queries
import write

RUN_SECONDS = 120
IDLE_SECONDS = 4  # how long a tail may wait for the next record before it ends
MARKS = ("_bucket", "_offset", "_buffered")


class Failure(Exception):
    """A check that did not hold."""


class Lanceq:
    """The program on one root."""

    def __init__(self, program: Path, root: Path) -> None:
        self.program = program
        self.root = root

    def command(self, *args: object) -> list[str]:
        return [str(self.program), "--root", str(self.root), *map(str, args)]

    def run(self, *args: object, stdin: str = "", code: int = 0) -> str:
        """Runs a command; returns what it wrote to stdout."""
        done = subprocess.run(
            self.command(*args), input=stdin, capture_output=True, encoding="utf-8", timeout=RUN_SECONDS, check=False
        )
        if done.returncode != code:
            raise Failure(f"{' '.join(map(str, args))}: exit code {done.returncode}, not {code}: {done.stderr.strip()}")
        return done.stdout

    def facts(self, *args: object) -> list:
        return json.loads(self.run(*args, "--json"))

    def get(self, topic: str, *args: object) -> list[dict]:
        out = self.run("get", topic, "--limit", 1_000_000, "--format", "jsonl", "--with-offset", *args)
        return [json.loads(line) for line in out.splitlines()]

    def put(self, topic: str, records: list[dict], *args: object) -> None:
        self.run("put", topic, "-", *args, stdin="".join(json.dumps(record) + "\n" for record in records))

    def topic(self, name: str) -> dict:
        return next((entry for entry in self.facts("ls") if entry["topic"] == name), {})


class Tail:
    """A `lanceq tail` from the start, read line by line; ends when nothing arrives for `IDLE_SECONDS`."""

    def __init__(self, lanceq: Lanceq, topic: str) -> None:
        args = ("tail", topic, "--from", "start", "--timeout", IDLE_SECONDS, "--format", "jsonl", "--with-offset")
        self.process = subprocess.Popen(
            lanceq.command(*args), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        self.guard = threading.Timer(RUN_SECONDS, self.process.kill)
        self.guard.start()
        self.records: list[dict] = []

    def __enter__(self) -> "Tail":
        return self

    def __exit__(self, *_: object) -> None:
        self.guard.cancel()
        self.process.kill()
        self.process.communicate()

    def wait_for(self, count: int) -> None:
        """Returns when `count` records have arrived."""
        while len(self.records) < count:
            line = self.process.stdout.readline()
            if not line:
                raise Failure(f"the tail ended after {len(self.records)} of {count}: {self.process.stderr.read().strip()}")
            self.records.append(json.loads(line))

    def finish(self) -> list[dict]:
        """Waits until the tail ends by itself; returns everything it printed."""
        out, narration = self.process.communicate(timeout=RUN_SECONDS)
        self.records.extend(json.loads(line) for line in out.splitlines())
        if self.process.returncode != 0:
            raise Failure(f"the tail ended with exit code {self.process.returncode}: {narration.strip()}")
        return self.records


def equal(what: str, found: object, expected: object) -> None:
    """Fails with the first element that differs."""
    if found == expected:
        return
    if isinstance(found, list) and isinstance(expected, list):
        if len(found) != len(expected):
            raise Failure(f"{what}: {len(found)}, not {len(expected)}")
        at = next(i for i, pair in enumerate(zip(found, expected)) if pair[0] != pair[1])
        equal(f"{what} {at}", found[at], expected[at])
    if isinstance(found, dict) and isinstance(expected, dict):
        keys = sorted(key for key in found.keys() | expected.keys() if found.get(key, "absent") != expected.get(key, "absent"))
        raise Failure(f"{what}: " + "; ".join(f"`{k}` is {found.get(k, 'absent')!r}, not {expected.get(k, 'absent')!r}" for k in keys))
    raise Failure(f"{what}: {found!r}, not {expected!r}")


def unmarked(record: dict) -> dict:
    return {key: value for key, value in record.items() if key not in MARKS}


def agree(found: list[dict], records: list[dict], offsets: list[int]) -> None:
    """The records are those, at those offsets, all persisted."""
    equal("record", [unmarked(record) for record in found], records)
    equal("offset", [record["_offset"] for record in found], offsets)
    equal("buffered records", sum(record["_buffered"] for record in found), 0)


def events(start: int, count: int) -> list[dict]:
    """Records of every kind that JSON has."""
    return [
        {
            "id": f"event-{i}",
            "value": i,
            "real": i / 8,
            "flag": i % 3 == 0,
            "note": None if i % 5 else "ünï 🦀",
            "vector": [(i % 7) / 4, 0.1, -1.0, 2.0],
            "tags": ["a", "b"][: i % 3],
            "where": {"host": f"h{i % 4}", "port": 8000 + i},
        }
        for i in range(start, start + count)
    ]


def python_reads_what_lanceq_wrote(lanceq: Lanceq) -> None:
    records = events(0, 2_500)
    lanceq.put("events", records, "--flush-threshold", 500)
    path = check.dataset_path(lanceq.root, "events")
    check.check(path, records)
    equal("total_count", lanceq.topic("events").get("total_count"), len(records))
    versions = [entry["version"] for entry in lanceq.facts("versions", "events")]
    equal("versions", sorted(versions), sorted(entry["version"] for entry in lance.dataset(str(path)).versions()))


def lanceq_reads_back_what_it_wrote(lanceq: Lanceq) -> None:
    records = events(0, 50)
    lanceq.put("own", records)
    agree(lanceq.get("own"), records, list(range(50)))
    agree(lanceq.get("own", "--offset", 20, "--limit", 5), records[20:25], list(range(20, 25)))


def lanceq_reads_what_python_wrote(lanceq: Lanceq) -> None:
    for topic, shown in write.write_all(lanceq.root).items():
        try:
            agree(lanceq.get(topic), shown["records"], shown["offsets"])
            entry = lanceq.topic(topic)
            equal("foreign", entry.get("foreign"), True)
            equal("total_count", entry.get("total_count"), len(shown["records"]))
        except Failure as failure:
            raise Failure(f"{topic}: {failure}") from failure


def a_dataset_without_stable_row_ids_is_not_written_to(lanceq: Lanceq) -> None:
    path = lanceq.root / "plain.lance"
    records = write.plain_records(0, 5)
    lance.write_dataset(write.plain_table(records), str(path))
    lanceq.run("put", "plain", "--record", json.dumps(records[0]), code=1)
    equal("version", lance.dataset(str(path)).version, 1)
    agree(lanceq.get("plain"), records, list(range(5)))


def a_tail_follows_python_appends(lanceq: Lanceq) -> None:
    records = events(0, 100)
    lanceq.put("followed", records)
    path = check.dataset_path(lanceq.root, "followed")
    with Tail(lanceq, "followed") as tail:
        tail.wait_for(100)
        for round_ in range(5):
            appended = append.append(path, rows=20, start=10_000 + 20 * round_)["appended"]
            records += appended
            tail.wait_for(len(records))
        agree(tail.finish(), records, list(range(len(records))))


def a_tail_follows_a_foreign_dataset(lanceq: Lanceq) -> None:
    path = lanceq.root / "foreign.lance"
    records = write.plain_records(0, 10)
    lance.write_dataset(write.plain_table(records), str(path))
    with Tail(lanceq, "foreign") as tail:
        tail.wait_for(10)
        for start in (10, 20, 30):
            more = write.plain_records(start, 10)
            lance.write_dataset(write.plain_table(more), str(path), mode="append")
            records += more
        agree(tail.finish(), records, list(range(40)))


def a_tail_follows_a_backend_that_overwrites(lanceq: Lanceq) -> None:
    bucket = lanceq.root / "rewritten" / "bucket_0"
    records = lance_backend.run(bucket, 25, 10, 0)["records"]
    with Tail(lanceq, "rewritten") as tail:
        tail.wait_for(25)
        for start in (25, 50, 75):
            records += lance_backend.run(bucket, 25, 10, start)["records"]
        equal("record", [unmarked(record) for record in tail.finish()], records)


def offsets_stay_after_python_appends_and_compacts(lanceq: Lanceq) -> None:
    records = events(0, 300)
    lanceq.put("shared", records, "--flush-threshold", 50)
    path = check.dataset_path(lanceq.root, "shared")
    records += append.append(path, rows=30, start=5_000)["appended"]
    lance.dataset(str(path)).optimize.compact_files()
    agree(lanceq.get("shared"), records, list(range(330)))
    more = events(300, 70)
    lanceq.put("shared", more)
    records += more
    agree(lanceq.get("shared"), records, list(range(400)))
    check.check(path, records)


def python_reads_what_a_topic_keeps_and_appends_behind(lanceq: Lanceq) -> None:
    """Row ids of records that were let go are not given again, whoever appends or compacts then."""
    records = events(0, 300)
    lanceq.put("kept", records, "--flush-threshold", 50)
    lanceq.run("retain", "kept", "--keep-records", 120, "--now")
    path = check.dataset_path(lanceq.root, "kept")
    read = lance.dataset(str(path)).scanner(with_row_id=True, scan_in_order=True).to_table()
    equal("row ids", read.column("_rowid").to_pylist(), list(range(180, 300)))
    equal("ids", read.column("id").to_pylist(), [record["id"] for record in records[180:]])
    records += append.append(path, rows=30, start=5_000)["appended"]
    agree(lanceq.get("kept"), records[180:], list(range(180, 330)))
    lance.dataset(str(path)).optimize.compact_files()
    agree(lanceq.get("kept"), records[180:], list(range(180, 330)))
    lanceq.run("retain", "kept", "--keep-records", 1, "--now")
    agree(lanceq.get("kept"), records[329:], [329])


def arrow_files_keep_their_types(lanceq: Lanceq) -> None:
    table = write.types_table()
    file = lanceq.root.parent / "types.arrow"
    with pa.ipc.new_file(str(file), table.schema) as out:
        out.write_table(table)
    lanceq.run("put", "imported", file)
    read = lance.dataset(str(check.dataset_path(lanceq.root, "imported"))).to_table()
    equal("types", {f.name: str(f.type) for f in read.schema}, {f.name: str(f.type) for f in table.schema})
    equal("values", comparable(read), comparable(table))
    agree(lanceq.get("imported"), write.types_records(), [0, 1, 2])


def search_finds_what_numpy_finds(lanceq: Lanceq) -> None:
    """The exact ten nearest of all films, buffered, flushed and mixed; with a filter; and the distances of pylance."""
    films = nearest.films()
    vectors = nearest.vectors(films)
    ratings = films.column("imdb_rating").to_pylist()
    good = np.array([rating is not None and rating > 7 for rating in ratings])
    folder = lanceq.root.parent
    pq.write_table(films, folder / "all.parquet")
    pq.write_table(films.slice(0, 2_000), folder / "first.parquet")
    pq.write_table(films.slice(2_000), folder / "rest.parquet")
    lanceq.run("put", "buffered", folder / "all.parquet", "--no-flush")
    lanceq.run("put", "flushed", folder / "all.parquet")
    lanceq.run("put", "mixed", folder / "first.parquet")
    lanceq.run("put", "mixed", folder / "rest.parquet", "--no-flush")
    for topic, buffered in (("buffered", len(films)), ("flushed", 0), ("mixed", len(films) - 2_000)):
        equal(f"{topic}: buffer_count", lanceq.topic(topic)["buffer_count"], buffered)
        for row in (0, 1_060, 2_500, len(films) - 1):
            for metric in ("l2", "cosine", "dot"):
                what = f"{topic}, {metric}, like {row}"
                compare(what, search(lanceq, topic, row, metric), nearest.nearest(metric, vectors, vectors[row], 10))
            filtered = search(lanceq, topic, row, "l2", "--filter", "imdb_rating > 7")
            compare(f"{topic}, filtered, like {row}", filtered, nearest.nearest("l2", vectors, vectors[row], 10, good))
    path = check.dataset_path(lanceq.root, "flushed")
    for metric in ("l2", "cosine", "dot"):
        ours = [distance for _, distance in search(lanceq, "flushed", 7, metric)]
        theirs = nearest.by_pylance(path, metric, vectors[7], 10)
        if not np.allclose(ours, theirs, rtol=1e-4, atol=1e-5):
            raise Failure(f"{metric}: distances {ours}, pylance has {theirs}")


def search(lanceq: Lanceq, topic: str, row: int, metric: str, *args: object) -> list[tuple[int, float]]:
    out = lanceq.run(
        "search", topic, "--column", "vector", "--like", row, "--metric", metric, "--columns", "id", "--with-offset", *args
    )
    return [(hit["_offset"], hit["_distance"]) for hit in map(json.loads, out.splitlines())]


def compare(what: str, found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> None:
    """The same rows in the same order, at the same distances but for their rounding."""
    equal(what, [row for row, _ in found], [row for row, _ in expected])
    if not np.allclose([d for _, d in found], [d for _, d in expected], rtol=1e-6, atol=1e-6):
        raise Failure(f"{what}: distances {found}, not {expected}")


def pylance_reads_tags_and_follows_a_restore(lanceq: Lanceq) -> None:
    first, more = events(0, 100), events(100, 50)
    lanceq.put("tagged", first)
    lanceq.run("tag", "tagged", "first")
    lanceq.put("tagged", more)
    path = check.dataset_path(lanceq.root, "tagged")
    equal("rows at the tag", lance.dataset(str(path), version="first").count_rows(), 100)
    lance.dataset(str(path)).tags.create("theirs", 3)
    agree(lanceq.get("tagged", "--at", "theirs"), first + more, list(range(150)))
    lanceq.run("restore", "tagged", "first")
    equal("rows after the restore", lance.dataset(str(path)).count_rows(), 100)
    appended = append.append(path, rows=10, start=9_000)["appended"]
    agree(lanceq.get("tagged"), first + appended, list(range(100)) + list(range(150, 160)))


def a_diff_is_what_python_sees_row_by_row(lanceq: Lanceq) -> None:
    for seed in range(4):
        dice, topic = random.Random(seed), f"changed_{seed}"
        lanceq.put(topic, events(0, 300), "--flush-threshold", 100)
        path, put = check.dataset_path(lanceq.root, topic), 300
        for _ in range(8):
            if dice.random() < 0.3:
                lanceq.put(topic, events(put, 20))
                put += 20
            else:
                differences.change(path, dice)
        versions = sorted(entry["version"] for entry in lanceq.facts("versions", topic))
        pairs = [(versions[1], versions[-1])] + [tuple(dice.sample(versions, 2)) for _ in range(4)]
        for before, after in pairs:
            out = lanceq.run("diff", topic, before, after, "--format", "jsonl")
            changes = [json.loads(line) for line in out.splitlines()]
            found = {change["offset"]: change["columns"] or change["change"] for change in changes}
            equal(f"seed {seed}, version {before} to {after}", found, differences.differences(path, before, after))


def branches_read_as_python_reads_them_whatever_is_cleaned_up(lanceq: Lanceq) -> None:
    for seed in range(4):
        dice, topic = random.Random(seed), f"branched_{seed}"
        lanceq.put(topic, events(0, 300), "--flush-threshold", 50, "--no-maintenance")
        path, put = check.dataset_path(lanceq.root, topic), 300
        own = sorted(entry["version"] for entry in lanceq.facts("versions", topic))
        begun = {"first": branches.begin(path, "first", dice.choice(own[1:]))}
        for step in range(10):
            name = dice.choice(sorted(begun))
            begun[name] = branches.change(begun[name], dice, 1_000 * step)
            if step == 4:
                begun["nested/deep"] = branches.begin(path, "nested/deep", begun["first"].version, "first")
            if dice.random() < 0.3:
                lanceq.put(topic, events(put, 20), "--no-maintenance")
                put += 20
        expected = {name: branches.versions(path, name) for name in begun}
        heads = {entry["branch"]: (entry["version"], entry["rows"]) for entry in lanceq.facts("branches", topic)}
        equal(f"seed {seed}, heads", heads, {name: (max(found), len(found[max(found)])) for name, found in expected.items()})
        for _ in range(2):
            for name, found in expected.items():
                for version, rows in found.items():
                    read = lanceq.get(topic, "--branch", name, "--at", version, "--columns", "id")
                    equal(f"seed {seed}, {name}, version {version}", sorted((r["_offset"], r["id"]) for r in read), rows)
                equal(f"seed {seed}, {name}, by pylance", branches.versions(path, name), found)
            agree(lanceq.get(topic), events(0, put), list(range(put)))
            lanceq.run("compact", topic)
            lanceq.run("cleanup", topic, "--keep", 1)


def the_recipe_in_the_readme_works(lanceq: Lanceq) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    recipe = readme.split("```python\n", 1)[1].split("```", 1)[0]
    folder = lanceq.root.parent
    path = os.pathsep.join([str(lanceq.program.parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", recipe],
        cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, encoding="utf-8", timeout=RUN_SECONDS, check=False,
    )
    equal("exit code of the recipe", (done.returncode, done.stderr[-500:] if done.returncode else ""), (0, ""))


def the_pages_of_the_book_that_show_python_work(lanceq: Lanceq) -> None:
    pages = book.pages()
    equal("pages that show Python", [page.name for page in pages], ["python.md"])
    equal("what failed", [fault for page in pages for fault in book.run(page, lanceq.program)], [])


def sql_answers_what_duckdb_answers(lanceq: Lanceq) -> None:
    parts = [queries.traces(0, queries.FIRST_PART), queries.traces(queries.FIRST_PART, queries.COUNT)]
    for name, table in [("models", queries.models()), ("first", parts[0]), ("second", parts[1])]:
        pq.write_table(table, lanceq.root / f"{name}.parquet")
    lanceq.run("put", queries.MODELS, lanceq.root / "models.parquet")
    lanceq.run("put", queries.TRACES, lanceq.root / "first.parquet", "--buckets", 3, "--flush-threshold", 100)
    lanceq.run("tag", queries.TRACES, queries.TAG)
    lanceq.run("put", queries.TRACES, lanceq.root / "second.parquet", "--no-flush", "--flush-threshold", 10_000)
    wrong = []
    for query, expected in queries.by_duckdb().items():
        try:
            found = [json.loads(line) for line in lanceq.run("sql", query, "--format", "jsonl").splitlines()]
        except Failure as failure:
            wrong.append(str(failure))
            continue
        found = [[queries.told(value) for value in row.values()] for row in found]
        rows_agree = [len(row) == len(other) and all(map(queries.same, row, other)) for row, other in zip(found, expected)]
        if len(found) != len(expected) or not all(rows_agree):
            at = rows_agree.index(False) if not all(rows_agree) else min(len(found), len(expected))
            wrong.append(f"{query}: row {at} of {len(found)} and {len(expected)}: {found[at:at + 1]}, not {expected[at:at + 1]}")
    if wrong:
        raise Failure(f"{len(wrong)} answers differ: " + "; ".join(wrong))


def comparable(table: pa.Table) -> list[str]:
    """Rows as text, so that NaN equals itself; nanoseconds as integers, which Python's own datetime lacks."""
    nanos = table.schema.get_field_index("ts_nano")
    table = table.set_column(nanos, "ts_nano", table.column("ts_nano").cast(pa.int64()))
    return [repr(row) for row in table.to_pylist()]


CHECKS: list[Callable[[Lanceq], None]] = [
    python_reads_what_lanceq_wrote,
    lanceq_reads_back_what_it_wrote,
    lanceq_reads_what_python_wrote,
    a_dataset_without_stable_row_ids_is_not_written_to,
    a_tail_follows_python_appends,
    a_tail_follows_a_foreign_dataset,
    a_tail_follows_a_backend_that_overwrites,
    offsets_stay_after_python_appends_and_compacts,
    python_reads_what_a_topic_keeps_and_appends_behind,
    arrow_files_keep_their_types,
    search_finds_what_numpy_finds,
    pylance_reads_tags_and_follows_a_restore,
    a_diff_is_what_python_sees_row_by_row,
    branches_read_as_python_reads_them_whatever_is_cleaned_up,
    sql_answers_what_duckdb_answers,
    the_recipe_in_the_readme_works,
    the_pages_of_the_book_that_show_python_work,
]


def outcome(run: Callable[[Lanceq], None], program: Path) -> str:
    """Runs one check in a root of its own; returns what went wrong, or nothing."""
    with tempfile.TemporaryDirectory(prefix="lanceq-interop-") as folder:
        root = Path(folder) / "root"
        root.mkdir()
        try:
            run(Lanceq(program, root))
        except (Failure, check.Differs) as failure:
            return str(failure)
        except Exception as error:  # a broken check must not hide the others
            return f"{type(error).__name__}: {error}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lanceq", type=Path, required=True, help="the program")
    parser.add_argument("--only", default="", help="run the checks whose name contains this")
    args = parser.parse_args()
    failed = passed = 0
    for run in CHECKS:
        if args.only not in run.__name__:
            continue
        cause = outcome(run, args.lanceq.resolve())
        failed, passed = failed + bool(cause), passed + (not cause)
        print(f"FAILED {run.__name__}: {cause}" if cause else f"ok {run.__name__}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
