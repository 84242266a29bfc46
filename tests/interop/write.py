"""Writes, with pylance alone, the datasets that lanceq must read, and prints how it must show them.

    python write.py ROOT

Prints one JSON object: topic -> {"stable": bool, "offsets": [...], "records": [...]}, the records in the forms that
`lanceq get --format jsonl` uses. The forms are written out by hand beside the values: nothing here derives them.
"""

import argparse
import base64
import datetime as dt
import decimal
import json
from pathlib import Path

import lance
import numpy as np
import pyarrow as pa

UTC = dt.timezone.utc
MOMENT = dt.datetime(2024, 2, 29, 12, 34, 56, 789012)
BEFORE_1970 = dt.datetime(1969, 12, 31, 23, 59, 59, 999999)
POINT = pa.struct([("x", pa.int32()), ("label", pa.string())])
DEEP = pa.struct([("inner", pa.struct([("flag", pa.bool_()), ("tags", pa.list_(pa.string()))]))])

# name, type, two values, and the JSON that stands for them. A third record is null in every column but `id`.
COLUMNS = [
    ("id", pa.int64(), [0, 1], [0, 1]),
    ("ts_zone", pa.timestamp("us", "UTC"), [MOMENT.replace(tzinfo=UTC), BEFORE_1970.replace(tzinfo=UTC)],
     ["2024-02-29T12:34:56.789012Z", "1969-12-31T23:59:59.999999Z"]),
    ("ts_paris", pa.timestamp("us", "Europe/Paris"), [MOMENT.replace(tzinfo=UTC)] * 2,
     ["2024-02-29T12:34:56.789012Z"] * 2),
    ("ts_bare", pa.timestamp("us"), [MOMENT, BEFORE_1970],
     ["2024-02-29T12:34:56.789012", "1969-12-31T23:59:59.999999"]),
    ("ts_nano", pa.timestamp("ns"), np.array([1_700_000_000_123_456_789, 1], "datetime64[ns]").tolist(),
     ["2023-11-14T22:13:20.123456789", "1970-01-01T00:00:00.000000001"]),
    ("ts_second", pa.timestamp("s"), [MOMENT.replace(microsecond=0)] * 2, ["2024-02-29T12:34:56"] * 2),
    ("day", pa.date32(), [dt.date(2024, 2, 29), dt.date(1900, 1, 1)], ["2024-02-29", "1900-01-01"]),
    ("clock", pa.time64("us"), [dt.time(12, 34, 56, 789012), dt.time(23, 59, 59, 999999)],
     ["12:34:56.789012", "23:59:59.999999"]),
    ("money", pa.decimal128(38, 4), [decimal.Decimal("1234567890123456789012.3400"), decimal.Decimal("-0.0001")],
     ["1234567890123456789012.3400", "-0.0001"]),
    ("kind", pa.dictionary(pa.int32(), pa.string()), ["red", "green"], ["red", "green"]),
    ("raw", pa.binary(), [b"\x00\xff\x1b[31m", b""], [base64.b64encode(b"\x00\xff\x1b[31m").decode(), ""]),
    ("half", pa.float16(), [np.float16(0.1), np.float16(-2)], [0.1, -2]),
    ("single", pa.float32(), [np.float32(0.1), np.float32("nan")], [0.1, None]),
    ("double", pa.float64(), [0.1, float("inf")], [0.1, None]),
    ("points", pa.list_(POINT), [[{"x": 1, "label": "a"}, {"x": -2, "label": None}], []],
     [[{"x": 1, "label": "a"}, {"x": -2, "label": None}], []]),
    ("counts", pa.map_(pa.string(), pa.int64()), [[("a", 1), ("b", None)], []], [[["a", 1], ["b", None]], []]),
    ("deep", DEEP, [{"inner": {"flag": True, "tags": ["x", None]}}, {"inner": None}],
     [{"inner": {"flag": True, "tags": ["x", None]}}, {"inner": None}]),
    ("vector", pa.list_(pa.float32(), 4), [[0.5, 0.25, -1.0, 0.1], [0.0] * 4], [[0.5, 0.25, -1, 0.1], [0] * 4]),
    ("flag", pa.bool_(), [True, False], [True, False]),
    ("huge", pa.uint64(), [2**64 - 1, 0], [2**64 - 1, 0]),
    ("low", pa.int64(), [-(2**63), 2**53 + 1], [-(2**63), 2**53 + 1]),
    ("text", pa.string(), ["grüße 🦀 \x1b[2J\x00", ""], ["grüße 🦀 \x1b[2J\x00", ""]),
    ("long_text", pa.large_string(), ["x" * 5000, "y"], ["x" * 5000, "y"]),
]


def types_table() -> pa.Table:
    """The table of all types: two full records and one of nulls."""
    arrays = [pa.array([*values, 2 if name == "id" else None], type=kind) for name, kind, values, _ in COLUMNS]
    return pa.table(arrays, names=[name for name, *_ in COLUMNS])


def types_records() -> list[dict]:
    """The same records as JSON."""
    full = [{name: forms[row] for name, _, _, forms in COLUMNS} for row in range(2)]
    return [*full, {name: 2 if name == "id" else None for name, *_ in COLUMNS}]


def plain_records(start: int, count: int) -> list[dict]:
    """Records of a LanceDB table: a vector, a text, a number."""
    return [{"vector": [i / 4, 0, 1, -i], "text": f"row {i}", "id": i} for i in range(start, start + count)]


def plain_table(records: list[dict]) -> pa.Table:
    schema = pa.schema([("vector", pa.list_(pa.float32(), 4)), ("text", pa.string()), ("id", pa.int64())])
    return pa.Table.from_pylist(records, schema=schema)


def write_all(root: Path) -> dict:
    """Writes every dataset; returns what lanceq must show of each."""
    shown = {}

    def write(topic: str, path: Path, tables: list[pa.Table], records: list[dict], stable: bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        for table in tables:
            mode = "append" if path.exists() else "create"
            lance.write_dataset(table, str(path), mode=mode, enable_stable_row_ids=stable)
        shown[topic] = {"stable": stable, "offsets": list(range(len(records))), "records": records}

    write("types", root / "types.lance", [types_table()], types_records(), stable=True)
    write("types_plain", root / "types_plain.lance", [types_table()], types_records(), stable=False)

    rows = plain_records(0, 30)
    parts = [plain_table(rows[at:at + 10]) for at in (0, 10, 20)]
    write("bare", root / "bare.lance", parts, rows, stable=False)
    write("untitled", root / "untitled" / "bucket_0" / "data.lance", parts, rows, stable=True)
    write("single", root / "single" / "data.lance", parts, rows, stable=True)

    write("holes", root / "holes.lance", parts, rows, stable=True)
    lance.dataset(str(root / "holes.lance")).delete("id >= 5 AND id < 15")
    kept = [row for row in rows if not 5 <= row["id"] < 15]
    shown["holes"].update(offsets=[row["id"] for row in kept], records=kept)
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    print(json.dumps(write_all(parser.parse_args().root)))


if __name__ == "__main__":
    main()
