#!/usr/bin/python3
"""Operators at sizes that matter, Heddle beside PyTorch, row by row in one run:

    ops.py --bench build/bench/bench/heddle_operators_bench [ROWS FILE...] [--only TEXT] [--threads 1] [--rounds 4] [--seconds 0.012]
           [--recheck 1.5] [--every N] [--list N] [--json FILE]

The rows are those of bench/ops/*.rows, in the syntax of tests/ops/rows.py. Both sides get the same arguments and call the resolved
operator in turns, a short round each; a side's figure is the fastest call of all its rounds, because other processes only ever slow one
down. Rows where Heddle seems slower than --recheck times PyTorch get longer rounds before that is believed. A row that PyTorch has no
kernel for (halves) is left out. Lists the rows where Heddle is slower, worst first.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "tests" / "ops")]

import oracle  # noqa: E402
import rows as row_syntax  # noqa: E402
from measure import machine  # noqa: E402

BOUNDS = [3, 1.5, 1]


class Heddle:
    """The program that answers for Heddle; it idles while PyTorch runs."""

    def __init__(self, program, threads):
        self.process = subprocess.Popen([program, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{command}: the program ended")
        return json.loads(line)


def texts_of(path):
    """The rows of a file as text, expanded; nothing is made yet, for all at once would not fit into memory."""
    with open(path) as lines:
        for line in lines:
            line = row_syntax.re.sub(r"(^|\s)#.*", "", line).strip()
            if line:
                yield from row_syntax.expand(line)


def write_container(row, schema, path):
    arguments = oracle.stored(oracle.change({"args": row.args, "kwargs": row.kwargs}, oracle.plain))
    answer = {"row": row.text, "op": row.op, "schema": str(schema), **arguments, "outputs": [], "args_after": [], "kwargs_after": {},
              "error": None, "rtol": 0.0, "atol": 0.0, "meta": True}
    torch.save([answer], path, pickle_protocol=2)


def prepared(text):
    """The row, and a function that calls its operator once in PyTorch."""
    row = row_syntax.make_row(text, {})
    function, schema = oracle.find(row.op)
    oracle.conform(row, schema)
    args = oracle.made(row.args)
    return row, schema, lambda: function(*args, **row.kwargs)


def measure(call, seconds):
    """Microseconds of the fastest call; as ops_bench.cpp does it."""
    clock = time.perf_counter
    begin = clock()
    call()
    calls = max(1, min(100, int(50e-6 / (clock() - begin))))
    times = []
    while len(times) < 3 or clock() - begin < seconds:
        start = clock()
        for _ in range(calls):
            call()
        times.append((clock() - start) / calls)
    return min(times) * 1e6


def compare(heddle, call, rounds, seconds):
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(measure(call, seconds))
        answer = heddle.ask(f"time {seconds}")
        if "error" in answer:
            return None, answer["error"]
        ours.append(answer["min_us"])
    return min(ours), min(theirs)


def run_row(text, heddle, container, options):
    """The figures of a row as a dict; {"skipped": why} where PyTorch cannot, {"error": why} where Heddle cannot."""
    try:
        row, schema, call = prepared(text)
        write_container(row, schema, container)
        call()
    except (RuntimeError, NotImplementedError, TypeError, IndexError, ValueError) as problem:
        return {"row": text, "skipped": str(problem).splitlines()[0][:200]}
    answer = heddle.ask(f"load {container}")
    if "error" in answer:
        return {"row": text, "error": answer["error"]}
    ours, theirs = compare(heddle, call, options.rounds, options.seconds)
    for _ in range(2):
        if ours is None or ours / theirs < options.recheck:
            break
        again = compare(heddle, call, options.rounds, 4 * options.seconds)
        ours, theirs = min(ours, again[0]), min(theirs, again[1])
    if ours is None:
        return {"row": text, "error": theirs}
    return {"row": text, "heddle_us": round(ours, 2), "pytorch_us": round(theirs, 2), "ratio": round(ours / theirs, 3)}


def summary(results):
    timed = [r for r in results if "ratio" in r]
    return {"rows": len(timed), "skipped": sum("skipped" in r for r in results), "failed": sum("error" in r for r in results),
            **{f"slower_than_{bound}x": sum(r["ratio"] > bound for r in timed) for bound in BOUNDS}}


def print_report(results, count):
    timed = sorted((r for r in results if "ratio" in r), key=lambda r: -r["ratio"])
    slower = [r for r in timed if r["ratio"] > 1]
    print(f"{'Heddle us':>10} {'PyTorch us':>10} {'times':>6}   slower here, worst first")
    for r in slower[:count]:
        print(f"{r['heddle_us']:10.1f} {r['pytorch_us']:10.1f} {r['ratio']:6.2f}   {r['row']}")
    if len(slower) > count:
        print(f"... and {len(slower) - count} more")
    for r in results:
        if "error" in r:
            print(f"failed: {r['row']}: {r['error']}")
    counts = summary(results)
    print(f"{counts['rows']} rows: " + ", ".join(f"{counts[f'slower_than_{b}x']} slower than {b}x" for b in BOUNDS)
          + f"; {counts['skipped']} that PyTorch has no kernel for, {counts['failed']} failed")


def main():
    parser = argparse.ArgumentParser(description="Operators, Heddle beside PyTorch.")
    parser.add_argument("rows", nargs="*", type=Path, default=sorted(HERE.glob("*.rows")))
    parser.add_argument("--bench", type=Path, default=Path("build/bench/bench/heddle_operators_bench"), help="the program of ops_bench.cpp")
    parser.add_argument("--only", default="", help="the rows with this text in them")
    parser.add_argument("--every", type=int, default=1, help="only each Nth row")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=0.012, help="of a round of one side")
    parser.add_argument("--recheck", type=float, default=1.5)
    parser.add_argument("--list", type=int, default=10000, help="rows printed at most")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_grad_enabled(False)
    torch.set_num_threads(options.threads)
    texts = [text for path in options.rows for text in texts_of(path) if options.only in text][::options.every]
    heddle = Heddle(options.bench, options.threads)
    with tempfile.TemporaryDirectory() as folder:
        results = [run_row(text, heddle, Path(folder) / "row.pt", options) for text in texts]
    print_report(results, options.list)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"machine": machine(), "threads": options.threads, **summary(results), "results": results}, indent=1) + "\n")
    return 1 if any("error" in r for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
