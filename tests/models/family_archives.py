#!/usr/bin/python3
"""Writes model families beyond the zoo: `family_archives.py -o DIR [--quick] [NAME...]`. Files and rows are as zoo.py says, with one index
DIR/NAME.json a sample; a row also names its `family`. What PyTorch itself cannot script or trace is told, and is a failure of a quick one
unless its registration leaves that open.
"""

import argparse
import importlib
import json
import sys
import time
import warnings
from pathlib import Path

import torch
from torch import nn

from families.registry import SAMPLES
from zoo import digest_of, leave, tensors, write_call

PARTS = ["vision", "classification", "audio", "bundles", "features", "text", "pictures", "sequences", "forms", "modules", "quantised"]


class Tensors(nn.Module):
    """A model whose answer has the tensors alone: a trace can return no None, nor lists of dicts."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *args):
        return tuple(tensors(self.model(*args)))


def trace_of(module, args):
    try:
        return torch.jit.trace(module, args, check_trace=False, strict=False)
    except RuntimeError as e:
        if not any(words in str(e) for words in ("Only tensors", "cannot infer type")):
            raise
        return torch.jit.trace(Tensors(module), args, check_trace=False, strict=False)


def archive_of(kind, module, args):
    with torch.no_grad():
        return torch.jit.script(module) if kind == "scripted" else trace_of(module, args)


def write_kind(folder, sample, kind, module, calls, settings):
    """The rows of one archive. Every call is made on a freshly loaded module, as the test does."""
    path = str(folder / f"{sample.name}.{kind}.pt")
    torch.jit.save(archive_of(kind, module, next(iter(calls.values()))), path)
    rows = []
    for case, args in calls.items():
        if kind == "traced" and rows:
            break  # what else a trace is good for, only its author knows
        torch.manual_seed(0)
        row = write_call(folder, f"{sample.name}.{kind}.{case}", torch.jit.load(path), args)
        rows.append({"model": sample.name, "family": sample.family, "kind": kind, "case": case, "archive": f"{sample.name}.{kind}.pt", **row,
                     **settings[case]})
    return rows


def written(index, mark):
    """What is in an index, if it carries `mark` and its archives are still there."""
    known = json.loads(index.read_text()) if index.exists() else {"digest": None}
    return known if known["digest"] == mark and all((index.parent / row["archive"]).exists() for row in known["rows"]) else None


def write(folder, sample):
    """Writes the sample unless what is there is what it would write; the index, where `impossible` has what PyTorch could not do."""
    index, mark = folder / f"{sample.name}.json", mark_of(sample)
    known = written(index, mark)
    if known:
        return known
    begin, rows, impossible = time.time(), [], {}
    try:
        module, calls = sample.build()
        settings = {case: {key: value(module, args) if callable(value) else value for key, value in sample.settings.items()}
                    for case, args in calls.items()}
    except Exception as e:
        impossible = {kind: words_of(e) for kind in sample.forms()}
    for kind in sample.forms():
        if kind in impossible:
            continue
        try:
            rows += write_kind(folder, sample, kind, module, calls, settings)
        except Exception as e:
            impossible[kind] = words_of(e)
    known = {"digest": mark, "rows": rows, "impossible": impossible}
    index.write_text(json.dumps(known, indent=1))
    print(f"{sample.name:40} {len(rows)} calls, {time.time() - begin:.1f} s", flush=True)
    return known


def words_of(error):
    return f"{type(error).__name__}: {str(error).strip()}"[:2000]


def mark_of(sample):
    here = Path(__file__).parent
    source = here / "families" / f"{sample.make.__module__.rpartition('.')[2]}.py"
    shared = [here / "families" / name for name in ("registry.py", "pictures.py", "sequences.py")]
    return digest_of([here / "family_archives.py", here / "zoo.py", *shared, source])


def samples():
    """All of them, by name."""
    for part in PARTS:
        importlib.import_module(f"families.{part}")
    return {sample.name: sample for sample in SAMPLES}


def main():
    parser = argparse.ArgumentParser(description="Writes archives of model families with PyTorch's answers.")
    parser.add_argument("names", nargs="*", help="samples (all)")
    parser.add_argument("-o", "--output", type=Path, help="folder to write to")
    parser.add_argument("--quick", action="store_true", help="those of the test run alone, and one index of them, quick.json")
    parser.add_argument("--list", action="store_true", help="print family, name and whether it is quick, and write nothing")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    every = samples()
    unknown = set(options.names) - set(every)
    if unknown:
        parser.error(f"no sample called {', '.join(sorted(unknown))}; --list has them all")
    chosen = [s for s in every.values() if (s.quick or not options.quick) and (not options.names or s.name in options.names)]
    if options.list:
        print(*(f"{s.family:16} {s.name:40} {'quick' if s.quick else ''}".rstrip() for s in chosen), sep="\n")
        return 0
    if not options.output:
        parser.error("-o says where to write")
    options.output.mkdir(parents=True, exist_ok=True)
    failed, rows = False, []
    for sample in chosen:
        index = write(options.output, sample)
        rows += index["rows"]
        for kind, why in index["impossible"].items():
            must = sample.quick and sample.forms()[kind]
            failed |= must
            print(f"{sample.name}: PyTorch has no {kind} form: {why[:None if must else 300]}", file=sys.stderr)
    if options.quick and not options.names:
        (options.output / "quick.json").write_text(json.dumps({"rows": rows}, indent=1))
    return 1 if failed else 0


if __name__ == "__main__":
    leave(main())
