#!/usr/bin/python3
"""Writes small archives for every part of the language: `language_archives.py -o DIR`. Files and rows are as zoo.py says:

    DIR/NAME.pt, DIR/NAME.N.args.pt, DIR/NAME.N.expect.pt, and DIR/language.json with the rows; a row may also carry
    error    words, separated by |, one of which the message must contain: the call fails with the exit code `exit`; no expect file then
    prints   text the call writes to standard output
    warns    the same, standard error
"""

import argparse
import importlib
import json
import sys
import warnings
import zipfile
from pathlib import Path

import torch

from language.registry import EXAMPLES
from zoo import digest_of, in_child, leave, write_call

PARTS = ["numbers", "text", "containers", "flow", "classes", "objects", "modules", "arguments", "assignment", "iteration", "tensors", "futures",
         "traced", "frozen", "versions", "mobile"]
if hasattr(torch.jit, "_awaitable"):
    PARTS.append("awaitables")


def write_row(folder, name, number, made, module):
    """The row of one call of an archive. Every call is made on a freshly loaded module, as the test does."""
    row = {"model": name, "kind": "language", "case": str(number), "archive": f"{name}.pt"}
    stem = f"{name}.{number}"
    try:
        row.update(write_call(folder, stem, module, made.args, made.method, made.optimized))
    except Exception as e:
        if made.error is None:
            raise RuntimeError(f"{name}, call {number}: PyTorch raises") from e
        if not any(word in str(e) + type(e).__name__ for word in made.error.split("|")):
            raise RuntimeError(f"{name}, call {number}: PyTorch's error has no '{made.error}': {e}") from e
        return {**row, "args": f"{stem}.args.pt", "method": made.method, "error": made.error, "exit": made.exit}
    if made.error is not None:
        raise RuntimeError(f"{name}, call {number}: PyTorch does not raise")
    return {**row, **{key: getattr(made, key) for key in ("prints", "warns") if getattr(made, key)}}


def rewrite_records(path, rewrite):
    with zipfile.ZipFile(path) as archive:
        records = [(entry, rewrite(entry.filename.split("/", 1)[1], archive.read(entry))) for entry in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in records:
            archive.writestr(entry.filename, content, zipfile.ZIP_STORED)


def write_example(folder, example):
    path = str(folder / f"{example.name}.pt")
    torch.jit.save(example.make(), path, **example.save)
    if example.rewrite:
        rewrite_records(path, example.rewrite)
    rows = [write_row(folder, example.name, n, made, torch.jit.load(path)) for n, made in enumerate(example.calls)]
    if example.disguise:
        rewrite_records(path, example.disguise)
    return rows


def main():
    parser = argparse.ArgumentParser(description="Writes the archives of the language tests.")
    parser.add_argument("names", nargs="*", help="examples (all)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write to")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    here = Path(__file__).parent
    mark = digest_of([here / "language_archives.py", here / "zoo.py", *sorted((here / "language").glob("*.py"))])
    index = options.output / "language.json"
    if not options.names and index.exists() and json.loads(index.read_text())["digest"] == mark:
        return 0
    options.output.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        importlib.import_module(f"language.{part}")
    rows, failures = [], 0
    for example in EXAMPLES:
        if options.names and example.name not in options.names:
            continue
        try:
            rows += in_child(lambda: write_example(options.output, example))
        except RuntimeError as e:
            failures += 1
            print(f"{example.name}: {e}", file=sys.stderr)
    if not failures and not options.names:
        index.write_text(json.dumps({"digest": mark, "rows": rows}, indent=1))
    print(f"{len(rows)} calls of {len({r['model'] for r in rows})} archives, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    leave(main())
