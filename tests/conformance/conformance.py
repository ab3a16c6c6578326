#!/usr/bin/python3
"""Asks PyTorch and Heddle the same, and writes what came of it: `conformance.py --build build/release -o build/conformance`.

    OpInfo samples   every operator of PyTorch's own test database, in six dtypes (opinfo.py), run by heddle_conformance
    tables           PyTorch's test tables of nn.functional and nn.Module (nn_tables.py), run by heddle_conformance
    whole models     the zoo, tests/models/families and archives of PyTorch 2.x (whole_models.py), run by the command heddle

writes report.json and report.html. --ops, --dtypes, --samples and --parts narrow it. Archives that an earlier run wrote are used again.
Failures are reported, with the reasons of reasons.txt where they have one. With --quick a small part of operators and tables, always the
same, is run, and a failure without a reason is an error: that is the test conformance.quick.
"""

import argparse
import hashlib
import json
import multiprocessing
import shutil
import subprocess
import sys
import time
import warnings
from pathlib import Path

import torch

import nn_tables
import opinfo
import whole_models
from page import page_of

QUICK_OPERATORS, QUICK_TABLES, QUICK_SAMPLES = 13, 29, 4  # each how many of them, and samples of each operator


def digest(*sources):
    here = Path(__file__).parent
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in sources) + torch.__version__.encode()).hexdigest()


def written(folder, mark, make_writer, *arguments):
    """Fills a folder with cases, unless it has them."""
    stamp = folder / "done"
    if stamp.exists() and stamp.read_text().split()[0] == mark:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    writer = make_writer()
    try:
        writer.write(*arguments)
    except Exception as e:
        print(f"{folder.parent.name} {folder.name}: PyTorch's samples cannot be written: {str(e)[:200]}", file=sys.stderr)
        writer.cases = []
        torch.save([], folder / "cases.pt", pickle_protocol=2)
    stamp.write_text(f"{mark} {len(writer.cases)} {writer.skipped}")


def write_samples(work):
    """The folder of one operator and dtype."""
    index, dtype, folder, limit, mark = work
    written(folder, f"{mark}-{limit}", lambda: opinfo.Writer(opinfo.op_db()[index], opinfo.DTYPES[dtype], folder), limit)
    return work


def write_table(work):
    """The folder of one entry of the tables."""
    index, folder, mark = work
    written(folder, mark, lambda: nn_tables.Writer(nn_tables.tables()[index][1], folder))
    return work


def run_samples(driver, folder):
    """What became of each case: ok, missing, differs, fails, crashes or hangs, with words."""
    _, count, skipped = (folder / "done").read_text().split()
    try:
        done = subprocess.run([driver, folder / "cases.pt"], capture_output=True, text=True, errors="replace", timeout=120)
        end = f"crashes exit {done.returncode}"
        lines = done.stdout.splitlines()
    except subprocess.TimeoutExpired as e:
        end, lines = "hangs 120 s", (e.stdout or b"").decode(errors="replace").splitlines()
    found = {int(line.split()[0]): line.split(" ", 1)[1] for line in lines if line[:1].isdigit()}
    return [found.get(i, end) for i in range(int(count))], int(skipped)


def operators(options):
    """Rows of the report for the OpInfo database."""
    wanted = []
    for index, op in enumerate(opinfo.op_db()):
        if options.ops and op.name not in options.ops or options.quick and index % QUICK_OPERATORS:
            continue
        dtypes = options.dtypes if not options.quick else [options.dtypes[index // QUICK_OPERATORS % len(options.dtypes)]]
        for dtype in dtypes:
            if opinfo.DTYPES[dtype] in op.supported_dtypes("cpu"):
                folder = options.output / "samples" / opinfo.name_of(op) / dtype
                wanted.append((index, dtype, folder.resolve(), options.samples, digest("opinfo.py")))
    return run_all(options, "operators", write_samples, wanted, lambda w: (opinfo.name_of(opinfo.op_db()[w[0]]), w[1], w[2]))


def tables(options):
    """Rows of the report for PyTorch's tables of torch.nn."""
    names = [name for name, _ in nn_tables.tables()]
    wanted = [(index, (options.output / "tables" / name.replace("/", "_")).resolve(), digest("opinfo.py", "nn_tables.py"))
              for index, name in enumerate(names)
              if (not options.ops or name in options.ops) and not (options.quick and index % QUICK_TABLES)]
    return run_all(options, "tables", write_table, wanted, lambda w: (names[w[0]], names[w[0]].split(".")[0], w[1]))


def run_all(options, family, write, wanted, facts):
    """Rows of the report for folders that `write` fills; facts of a folder: name, kind, path."""
    driver = options.build / "bin" / "heddle_conformance"
    rows, begin, known = [], time.time(), reasons()
    with multiprocessing.Pool(options.jobs, maxtasksperchild=50) as pool:
        for number, work in enumerate(pool.imap(write, wanted), 1):
            name, kind, folder = facts(work)
            results, skipped = run_samples(driver, folder)
            rows.append({"family": family, "name": name, "kind": kind, "passed": results.count("ok"), "total": len(results),
                         "skipped": skipped, "failures": sorted({r for r in results if r != "ok"}),
                         "reason": known.get((name, kind), known.get((name, "*"), ""))})
            if number % 100 == 0:
                print(f"{number} of {len(wanted)} {family}, {time.time() - begin:.0f} s", flush=True)
    return rows


def reasons():
    """By operator and dtype, from reasons.txt."""
    lines = (Path(__file__).parent / "reasons.txt").read_text().splitlines()
    return {tuple(line.split(" ", 2)[:2]): line.split(" ", 2)[2] for line in lines if line and line[0] != "#"}


def summary(rows):
    families = {}
    for row in rows:
        family = families.setdefault(row["family"], {"passed": 0, "total": 0, "skipped": 0})
        for key in family:
            family[key] += row[key]
    return families


PARTS = {"operators": operators, "tables": tables, "models": whole_models.rows_of}


def main():
    parser = argparse.ArgumentParser(description="Compares Heddle with PyTorch on PyTorch's own samples and on whole models.")
    parser.add_argument("--build", type=Path, default=Path("build/release"), help="folder with bin/heddle and bin/heddle_conformance")
    parser.add_argument("-o", "--output", type=Path, default=Path("build/conformance"), help="folder for the report")
    parser.add_argument("--models", type=Path, default=Path("build/models"), help="folder for the models' archives")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--ops", nargs="+", help="names of operators, modules or models (all)")
    parser.add_argument("--dtypes", nargs="+", choices=list(opinfo.DTYPES), default=[d for d in opinfo.DTYPES if d != "float16"],
                        help="dtypes (all but float16, which PyTorch has few operators for)")
    parser.add_argument("--samples", type=int, default=None, help="at most so many samples an operator and dtype (all)")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="processes that ask PyTorch")
    parser.add_argument("--quick", action="store_true", help="a small part; exit with 1 for a failure without a reason in reasons.txt")
    options = parser.parse_args()
    if options.quick:
        options.parts, options.samples = ["operators", "tables"], QUICK_SAMPLES
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    rows = [row for part in options.parts for row in PARTS[part](options)]
    rows.sort(key=lambda row: (row["passed"] == row["total"], row["family"], row["name"], row["kind"]))
    report = {"pytorch": torch.__version__, "families": summary(rows), "rows": rows}
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "report.json").write_text(json.dumps(report, indent=1))
    (options.output / "report.html").write_text(page_of(report))
    for family, counts in report["families"].items():
        print(f"{family:16} {counts['passed']:6} of {counts['total']:6} pass, {counts['skipped']} without an answer of PyTorch's")
    print(f"{options.output / 'report.html'}")
    unexplained = [row for row in rows if row["passed"] < row["total"] and not row["reason"]]
    for row in unexplained if options.quick else []:
        print(f"{row['name']} {row['kind']}: {row['failures'][0]}", file=sys.stderr)
    return 1 if options.quick and unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
