"""Whole models for conformance.py: PyTorch writes each with its answers, the command `heddle` runs it, and large archives go again at once.

    the zoo       tests/models/zoo.py: kept, since tests and benchmarks run them too
    families      tests/models/families: torchvision, torchaudio, torchtext, hand-written models
    newer         what tests/models/transformers_2x.py wrote under PyTorch 2.x, where that folder exists
"""

import collections
import json
import multiprocessing
import subprocess
import sys
import time
import warnings
from pathlib import Path

import torch

MODELS = Path(__file__).resolve().parent.parent / "models"
sys.path.insert(0, str(MODELS))

import family_archives  # noqa: E402, of tests/models
import table  # noqa: E402

KEPT = 20 << 20  # bytes: archives of a sample that are larger together are removed when they have been run


def outcome(row, folder, heddle):
    passed, _, _, complaint = table.run(row, folder, heddle, [])
    return "ok" if passed else f"case {row['case']}: {complaint}"[:600]


def report_row(family, name, kind, results, refusal=""):
    """One form of one model. What PyTorch cannot write counts as skipped, with PyTorch's words."""
    return {"family": family, "name": name, "kind": kind, "passed": results.count("ok"), "total": len(results),
            "skipped": 1 if refusal and not results else 0, "failures": [r for r in results if r != "ok"], "reason": refusal}


def family_rows(work):
    """Rows of the report for one sample of the families."""
    name, folder, heddle = work
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    sample = family_archives.samples()[name]
    index = family_archives.write(folder, sample)
    results = {kind: [] for kind in sample.forms()}
    for row in index["rows"]:
        results[row["kind"]].append(outcome(row, folder, heddle))
    refusals = {kind: f"PyTorch cannot: {why.splitlines()[0]}" for kind, why in index["impossible"].items()}
    for kind, must in sample.forms().items():
        if must and kind in refusals:
            results[kind].append(refusals[kind])
    archives = {folder / row["archive"] for row in index["rows"]}
    if sum(path.stat().st_size for path in archives) > KEPT:
        for path in archives:
            path.unlink()
    return [report_row(sample.family, name, kind, found, refusals.get(kind, "")) for kind, found in results.items()]


def families(options, heddle):
    folder = options.models / "families"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(name, folder, heddle) for name in family_archives.samples() if not options.ops or name in options.ops]
    rows, begin = [], time.time()
    # A process of its own for each: what a large model took goes back to the system.
    with multiprocessing.Pool(options.jobs, maxtasksperchild=1) as pool:
        for number, found in enumerate(pool.imap(family_rows, wanted, chunksize=1), 1):
            rows += found
            for row in found:
                if row["failures"]:
                    print(f"{row['name']} {row['kind']}: {row['failures'][0]}", flush=True)
            if number % 20 == 0:
                print(f"{number} of {len(wanted)} samples of families, {time.time() - begin:.0f} s", flush=True)
    return rows


def indexed_rows(family, indexes, heddle, only):
    """Rows of the report for archives that lie there with their index."""
    by_form = collections.defaultdict(list)
    for path in indexes:
        for row in json.loads(path.read_text())["rows"]:
            if not only or row["model"] in only:
                by_form[row["model"], row["kind"]].append(outcome(row, path.parent, heddle))
    return [report_row(family, name, kind, found) for (name, kind), found in by_form.items()]


def rows_of(options):
    """Rows of the report for all whole models."""
    heddle = options.build / "bin" / "heddle"
    zoo = [name for name in (MODELS / "zoo.txt").read_text().split() if not options.ops or name in options.ops]
    if zoo:
        subprocess.run([sys.executable, MODELS / "zoo.py", "-o", options.models / "zoo", *zoo], check=True)
    rows = indexed_rows("zoo", [options.models / "zoo" / f"{name}.json" for name in zoo], heddle, options.ops)
    rows += indexed_rows("transformers", sorted((options.models / "newer").glob("*.json")), heddle, options.ops)
    return rows + families(options, heddle)
