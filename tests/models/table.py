#!/usr/bin/python3
"""Runs `heddle run` on every row of zoo.py's or language_archives.py's folders and prints a table of the largest differences:

    table.py --heddle build/release/bin/heddle [--only NAME...] INDEX.json... [-o table.txt] [-- MORE OPTIONS OF heddle run]

A row passes when the command exits with 0 (with --expect, so Heddle itself says that the answer is right) and when the answer it wrote is
near PyTorch's, as PyTorch reads both. A row with `error` passes when the command exits with its `exit` and its message holds a word of it.
"""

import argparse
import cmath
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

def differences(got, want):
    """Pairs (difference, magnitude) of every number of `want`; infinite where structure, size, dtype or an exact value differ."""
    if isinstance(want, torch.Tensor):
        if not isinstance(got, torch.Tensor) or got.shape != want.shape or got.dtype != want.dtype:
            return [(math.inf, 1.0)]
        if not (want.is_floating_point() or want.is_complex()):
            return [(0.0 if torch.equal(got, want) else math.inf, 1.0)]
        wide = torch.complex128 if want.is_complex() else torch.float64
        got, want = got.to(wide), want.to(wide)
        same = (got == want) | (got.isnan() & want.isnan())
        gap = torch.where(same, torch.zeros((), dtype=torch.float64), (got - want).abs().nan_to_num(math.inf))
        size = want.abs().nan_to_num(0.0, 0.0, 0.0)
        return [(gap.max().item(), size.max().item())] if want.numel() else []
    if isinstance(want, (list, tuple)):
        if not isinstance(got, (list, tuple)) or len(got) != len(want):
            return [(math.inf, 1.0)]
        return [d for g, w in zip(got, want) for d in differences(g, w)]
    if isinstance(want, dict):
        if not isinstance(got, dict) or list(got) != list(want):
            return [(math.inf, 1.0)]
        return [d for k in want for d in differences(got[k], want[k])]
    if type(got) is type(want) and isinstance(want, (float, complex)) and cmath.isfinite(want) and cmath.isfinite(got):
        return [(abs(got - want), abs(want))]
    equal = type(got) is type(want) and (got == want or got != got and want != want)
    return [(0.0 if equal else math.inf, 1.0)]


def run(row, folder, heddle, more):
    """(passed, largest difference, magnitude, complaint) of one row."""
    with tempfile.TemporaryDirectory() as work:
        output = Path(work) / "got.pt"
        command = [heddle, "run", folder / row["archive"], "--args", folder / row["args"], "--method", row["method"], *more]
        if "expect" in row:
            command += ["--expect", folder / row["expect"], "--rtol", repr(row["rtol"]), "--atol", repr(row["atol"]), "--output", output]
        try:
            done = subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace", timeout=600)
        except subprocess.TimeoutExpired:
            return False, None, None, "no answer within 600 seconds"
        message = done.stderr.strip()
        if "error" in row:
            found = done.returncode == row["exit"] and any(word in message for word in row["error"].split("|"))
            return found, None, None, "" if found else f"exit {done.returncode}, and none of '{row['error']}' in: {message}"
        gap = size = None
        if output.exists():
            pairs = differences(torch.load(str(output)), torch.load(str(folder / row["expect"])))
            gap, size = max((g for g, _ in pairs), default=0.0), max((s for _, s in pairs), default=0.0)
        if done.returncode != 0:
            return False, gap, size, f"exit {done.returncode}: {message}"
        if gap is None:
            return False, gap, size, "the command wrote no answer"
        if gap > row["atol"] + row["rtol"] * size:
            return False, gap, size, "the command says that the answer is right, and it is not"
        if row.get("prints", "") not in done.stdout:
            return False, gap, size, f"'{row['prints']}' is not printed"
        if row.get("warns", "") not in message:
            return False, gap, size, f"no warning of '{row['warns']}': {message}"
        return True, gap, size, ""


def row_name(row):
    return f"{row['model']} {row['kind']} {row['case']}"


def line(row, passed, gap, size, seconds):
    if gap is None:
        numbers = "raises as it must" if passed and "error" in row else ""
    else:
        numbers = f"{gap:12.3g} {gap / size if size else gap:12.2g}"
    return f"{row_name(row):48} {numbers:25} {seconds:7.2f} s  {'ok' if passed else 'WRONG'}"


def main():
    parser = argparse.ArgumentParser(description="Runs archives with heddle and prints the largest differences from PyTorch.")
    parser.add_argument("indexes", nargs="+", type=Path, help="JSON files with rows")
    parser.add_argument("--heddle", required=True, help="the command")
    parser.add_argument("--only", nargs="*", help="models (all)")
    parser.add_argument("-o", "--output", type=Path, help="write the table there too")
    parser.add_argument("--known", type=Path, help="names of rows that are known to be wrong, one a line")
    own, more = (sys.argv[1:], []) if "--" not in sys.argv else (sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:])
    options = parser.parse_args(own)
    known = {name.strip() for name in options.known.read_text().splitlines() if name[:1] != "#"} if options.known else set()
    lines = [f"{'model':48} {'largest diff':>12} {'of scale':>12} {'time':>9}"]
    print(lines[0], flush=True)
    wrong = 0
    for index in options.indexes:
        for row in json.loads(index.read_text())["rows"]:
            if options.only and row["model"] not in options.only:
                continue
            begin = time.time()
            passed, gap, size, complaint = run(row, index.parent, options.heddle, more)
            lines.append(line(row, passed, gap, size, time.time() - begin))
            print(lines[-1], flush=True)
            if row_name(row) in known:
                if passed:
                    wrong += 1
                    print("    is right now: take it off the list of rows known to be wrong", flush=True)
            elif not passed:
                wrong += 1
                print("    " + complaint.replace("\n", "\n    ")[:2000], flush=True)
    lines.append(f"{len(lines) - 1} rows, {wrong} wrong")
    print(lines[-1])
    if options.output:
        options.output.write_text("\n".join(lines) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
