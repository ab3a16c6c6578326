#!/usr/bin/python3
"""Writes the zoo: `zoo.py -o DIR [NAME...]`. For each model of zoo_models.py, scripted and traced,

    DIR/NAME.KIND.pt                  the archive (torch.jit.save), KIND is scripted or traced
    DIR/NAME.KIND.CASE.args.pt        a tuple of arguments (torch.save)
    DIR/NAME.KIND.CASE.expect.pt      what PyTorch returns for them; a NamedTuple is written as a tuple
    DIR/NAME.json                     the list of {model, kind, case, archive, method, args, expect, rtol, atol}, file names relative to DIR

A model is written again only when the scripts or PyTorch changed. The tolerances are rtol 1e-4 and atol 1e-5 times the largest expected
magnitude: random weights give outputs of any scale. (PyTorch in float32 is within 1e-6 of that scale of PyTorch in float64.)
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import sys
import time
import warnings
from pathlib import Path

import torch

import zoo_models


def plain(value):
    """Results without classes of Python (a NamedTuple becomes a tuple), and tensors without the rest of their storage."""
    if isinstance(value, torch.Tensor):
        return value if value.storage().nbytes() == value.numel() * value.element_size() else value.clone()
    if isinstance(value, tuple):
        return tuple(plain(v) for v in value)
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def tensors(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for v in value for t in tensors(v)] if isinstance(value, (list, tuple)) else []


def tolerances(expected):
    scale = max([0.0] + [t.abs().nan_to_num(0, 0, 0).max().item() for t in tensors(expected) if t.is_floating_point() and t.numel()])
    return {"rtol": 1e-4, "atol": 1e-5 * (scale or 1.0)}


def leave(code):
    """Ends the process at once: PyTorch 1.13 may abort while it takes down the threads that ran what models forked."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


def in_child(work, tries=20):
    """What work() returns in a child process, or the error it raises. PyTorch 1.13 now and then dies in a thread of its own while forks
    fail (a race inside it); then it is asked again."""
    context = multiprocessing.get_context("fork")
    for _ in range(tries):
        reader, writer = context.Pipe(duplex=False)

        def run():
            try:
                writer.send((work(), None))
            except Exception as e:
                writer.send((None, f"{e}" + (f"\n    {e.__cause__}" if e.__cause__ else "")))
            leave(0)

        child = context.Process(target=run)
        child.start()
        writer.close()
        try:
            result, error = reader.recv()
        except EOFError:
            continue
        finally:
            child.join()
        if error is not None:
            raise RuntimeError(error)
        return result
    raise RuntimeError(f"PyTorch died {tries} times, the last time with exit code {child.exitcode}")


def digest_of(paths):
    """What the written files depend on: the scripts, PyTorch and torchvision."""
    import torchvision
    text = b"".join(Path(p).read_bytes() for p in paths)
    return hashlib.sha256(text + torch.__version__.encode() + torchvision.__version__.encode()).hexdigest()


def write_call(folder, stem, module, args, method="forward", optimized=False):
    """Writes the arguments of a call and what `module` returns for them, with PyTorch's optimisations or without; the part of a row that says so."""
    torch.save(args, folder / f"{stem}.args.pt", pickle_protocol=2)
    with torch.no_grad(), torch.jit.optimized_execution(optimized):
        expected = plain(getattr(module, method)(*args))
    torch.save(expected, folder / f"{stem}.expect.pt", pickle_protocol=2)
    return {"args": f"{stem}.args.pt", "expect": f"{stem}.expect.pt", "method": method, **tolerances(expected)}


def write_model(folder, name):
    """Archive, arguments and expected results of one model in both kinds; the rows that name them."""
    rows = []
    model = zoo_models.build(name)
    for kind in ("scripted", "traced"):
        if kind == "traced" and name in zoo_models.SCRIPT_ONLY:
            continue
        module = getattr(zoo_models, kind)(name, model)
        torch.jit.save(module, str(folder / f"{name}.{kind}.pt"))
        for case, args in zoo_models.cases(name, kind).items():
            row = {"model": name, "kind": kind, "case": case, "archive": f"{name}.{kind}.pt"}
            rows.append({**row, **write_call(folder, f"{name}.{kind}.{case}", module, args)})
    return rows


def write(folder, name, mark):
    """Writes `name` into `folder` unless what is there carries `mark`."""
    index = folder / f"{name}.json"
    if index.exists() and json.loads(index.read_text())["digest"] == mark:
        return
    begin = time.time()
    rows = write_model(folder, name)
    index.write_text(json.dumps({"digest": mark, "rows": rows}, indent=1))
    print(f"{name:30} {len(rows)} cases, {time.time() - begin:.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Writes the model zoo with inputs and PyTorch's answers.")
    parser.add_argument("names", nargs="*", help="models (all)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write to")
    options = parser.parse_args()
    unknown = set(options.names) - set(zoo_models.NAMES)
    if unknown:
        parser.error(f"no model called {', '.join(sorted(unknown))}; there are {', '.join(zoo_models.NAMES)}")
    warnings.simplefilter("ignore")
    options.output.mkdir(parents=True, exist_ok=True)
    here = Path(__file__).parent
    mark = digest_of([here / "zoo.py", here / "zoo_models.py"])
    for name in options.names or zoo_models.NAMES:
        write(options.output, name, mark)
    return 0


if __name__ == "__main__":
    leave(main())
