"""Queries in SQL, and what DuckDB answers to them over the same records, read through Arrow.

    python queries.py

Prints DuckDB's answers.
"""

import datetime
import json
import math

import duckdb
import pyarrow as pa

TRACES = "traces"
MODELS = "models"
TAG = "one"
FIRST_PART = 700
COUNT = 1_000

MODEL_NAMES = ["haiku", "sonnet", "opus", "tiny", "ünï", "Ωmega", "none"]


def traces(start: int, end: int) -> pa.Table:
    """Records of every kind that queries meet: nulls, nested fields, lists, times."""
    noon = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
    rows = [
        {
            "id": i,
            "model": None if i % 31 == 0 else MODEL_NAMES[i * i % 6],
            "ms": i * 7_919 % 4_001,
            "score": None if i % 10 == 0 else (i * 37 % 101) / 8,
            "ok": None if i % 17 == 0 else i % 3 != 0,
            "seen": noon + datetime.timedelta(seconds=97 * i),
            "tags": None if i % 13 == 0 else ["a", "b", "c", "d"][: i % 5],
            "usage": {"tokens": i * 3 % 512, "cost": None if i % 7 == 0 else i / 64},
            "note": None if i % 5 else f"note {i:04d} Of {i % 9}",
        }
        for i in range(start, end)
    ]
    schema = pa.schema([
        ("id", pa.int64()),
        ("model", pa.string()),
        ("ms", pa.int64()),
        ("score", pa.float64()),
        ("ok", pa.bool_()),
        ("seen", pa.timestamp("us", tz="UTC")),
        ("tags", pa.list_(pa.string())),
        ("usage", pa.struct([("tokens", pa.int64()), ("cost", pa.float64())])),
        ("note", pa.string()),
    ])
    return pa.Table.from_pylist(rows, schema=schema)


def models() -> pa.Table:
    """One record a model; one of them has no traces, and `Ωmega` has no price."""
    return pa.table({
        "id": pa.array(range(len(MODEL_NAMES))),
        "name": pa.array(MODEL_NAMES),
        "price": pa.array([None if name == "Ωmega" else (n + 1) / 4 for n, name in enumerate(MODEL_NAMES)]),
    })


# Each orders its rows in full, so that both engines must give the same ones in the same order.
QUERIES = [
    "select count(*) as n, count(score) as scores, sum(ms) as ms, min(id) as a, max(id) as b from traces",
    "select model, count(*) as n, avg(ms) as mean from traces group by model order by model nulls first",
    "select model, ok, count(*) as n from traces group by model, ok order by model nulls last, ok nulls last",
    "select id, ms from traces where ms > 3000 and score is not null order by ms desc, id limit 20",
    "select id from traces where model is null or ok is null order by id",
    "select id, note from traces where note like '%Of 3' or note ilike 'NOTE 00%' order by id",
    "select id from traces where ms between 100 and 300 and not ok order by id",
    "select id, coalesce(score, -1) as score, nullif(ms % 4, 0) as r from traces order by id limit 50 offset 13",
    "select count(distinct model) as models, count(distinct ms % 100) as rests from traces",
    "select model, max(ms) - min(ms) as spread from traces group by model having count(*) > 160 order by model nulls first",
    "select t.id, m.price from traces t join models m on t.model = m.name where t.id < 40 order by t.id",
    "select m.name, count(t.id) as n from models m left join traces t on t.model = m.name group by m.name order by m.name",
    "select m.name, t.id from traces t full outer join models m on t.model = m.name and t.id < 12 where t.id is null or t.id < 12 order by t.id nulls last, m.name nulls last",
    "select a.id as a, b.id as b from traces a join traces b on a.ms = b.ms + 83 and a.id < b.id order by a.id, b.id",
    "select id from traces where model in (select name from models where price > 0.5) and id % 50 = 1 order by id",
    "select name from models m where not exists (select 1 from traces t where t.model = m.name) order by name",
    "select id, ms from traces t where ms > (select avg(ms) * 1.8 from traces u where u.model = t.model) order by id",
    "select id, rank() over (partition by model order by ms desc) as place from traces where id < 60 order by id",
    "select id, lag(ms) over (order by id) as before, lead(ms, 2) over (order by id) as behind from traces where id < 30 order by id",
    "select id, sum(ms) over (order by id rows between 2 preceding and current row) as run from traces where id < 50 order by id",
    "select id, row_number() over (order by ms, id) as n, ntile(4) over (order by ms, id) as part from traces where id < 80 order by id",
    "select model, id, ms from (select *, row_number() over (partition by model order by ms desc, id) as n from traces) x where n <= 2 order by model nulls first, n",
    "select usage['tokens'] as tokens, count(*) as n from traces group by usage['tokens'] having count(*) > 1 order by tokens",
    "select sum(usage['cost']) as cost, count(usage['cost']) as costs from traces where usage['tokens'] > 256",
    "select id, array_length(tags) as n from traces where array_length(tags) > 2 and id < 100 order by id",
    "select tag, count(*) as n from (select unnest(tags) as tag from traces) x group by tag order by tag",
    "select id from traces where array_has(tags, 'd') and id < 200 order by id",
    "select date_trunc('hour', seen) as hour, count(*) as n from traces group by 1 order by 1",
    "select extract(hour from seen) as hour, avg(score) as score from traces group by 1 order by 1",
    "select id, seen from traces where seen >= timestamptz '2026-02-01 12:00:00+00:00' order by seen limit 5",
    "select case when ms < 1000 then 'fast' when ms < 3000 then 'usual' else 'slow' end as pace, count(*) as n from traces group by 1 order by 1",
    "select upper(model) as model, length(note) as n, substr(note, 6, 4) as part from traces where note is not null order by id limit 30",
    "select model from traces where id < 100 union select name from models order by 1 nulls first",
    "select name from models except select model from traces order by 1",
    "select model from traces intersect select name from models order by 1",
    "with slow as (select * from traces where ms > 3500), fast as (select * from traces where ms < 500) select s.model, count(distinct s.id) as slow, count(distinct f.id) as fast from slow s join fast f on s.model = f.model group by s.model order by 1",
    "with recursive steps as (select 1 as n union all select n * 3 from steps where n < 500) select t.id, t.ms from traces t join steps s on t.id = s.n order by t.id",
    "select model, ok, sum(ms) as ms from traces where model is not null and ok is not null group by rollup (model, ok) order by model nulls last, ok nulls last",
    "select count(*) filter (where ok) as good, sum(ms) filter (where score > 10) as ms, stddev(ms) as spread, corr(ms, id) as together from traces",
    "select now.id from traces now left join \"traces@one\" past on now.id = past.id where past.id is null and now.id % 20 = 3 order by now.id",
    "select count(*) as n, max(id) as last from \"traces@one\"",
    "select t.id from traces t where (t.score is distinct from (t.ms % 101) / 8.0) and t.id < 20 order by t.id",
]


def by_duckdb() -> dict[str, list[list]]:
    """The rows of each answer."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register(TRACES, traces(0, COUNT))
    connection.register(f"{TRACES}@{TAG}", traces(0, FIRST_PART))
    connection.register(MODELS, models())
    return {query: [[plain(value) for value in row] for row in connection.execute(query).fetchall()] for query in QUERIES}


def plain(value: object) -> object:
    """A value as JSON has it; a time in seconds."""
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    return value


def told(value: object) -> object:
    """The same of what lanceq prints."""
    if isinstance(value, str) and value[:3] == "202" and value[10:11] == "T":
        return datetime.datetime.fromisoformat(value).timestamp()
    return value


def same(found: object, expected: object) -> bool:
    """Whether two values are equal; numbers up to the last digits, in which sums in another order differ."""
    if isinstance(found, bool) or isinstance(expected, bool) or not isinstance(found, (int, float)):
        return found == expected
    return isinstance(expected, (int, float)) and math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


if __name__ == "__main__":
    for query, rows in by_duckdb().items():
        print(query, json.dumps(rows, ensure_ascii=False), sep="\n  ")
