#!/usr/bin/env python3
"""Writes models of Hugging Face's transformers as PyTorch 2.x traces them; run it where both are (Debian forky, say).

    transformers_2x.py DIR [NAME...]    small random configurations of every model, or of these, each with every way of attention it has:
                                        DIR/NAME.json and files as zoo.py writes them
    transformers_2x.py goldens          those of GOLDENS, the way of attention that they take by themselves, in
                                        tests/archives/pytorch-2.N/transformers.zip

A trace may hold the lengths it was made with. A call of another length is written where PyTorch itself can make it.
"""

import json
import sys
import tempfile
import warnings
from pathlib import Path

import torch
import transformers
from torch import nn

import zoo
from transformers_models import ATTENTION, GOLDENS, MODELS
from write_2x import HERE, pack
from zoo_models import seed_for


class Tensors(nn.Module):
    """A model as a function of tensors: arguments by position, results as a tuple of those that are tensors."""

    def __init__(self, model, names, fixed):
        super().__init__()
        self.model, self.names, self.fixed = model, names, fixed

    def forward(self, *arguments):
        result = self.model(**dict(zip(self.names, arguments)), **self.fixed)
        values = [result] if isinstance(result, torch.Tensor) else result.to_tuple()
        return tuple(value for value in values if isinstance(value, torch.Tensor))


def stirred(model):
    """Constant parameters become random ones, as for the families."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.numel() > 1 and parameter.is_floating_point() and bool((parameter == parameter.flatten()[0]).all()):
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return model.eval()


def write_model(folder, name, attention):
    """The rows of one model with one way of attention; none where it has not that way."""
    torch.manual_seed(seed_for(name))
    entry = MODELS[name]
    config = entry.config()
    config._attn_implementation = attention
    model = stirred(getattr(transformers, entry.model)._from_config(config))
    calls = entry.calls()
    names = list(next(iter(calls.values())))
    module = Tensors(model, names, entry.fixed)
    first = tuple(next(iter(calls.values())).values())
    with torch.no_grad():
        traced = torch.jit.trace(module, first, check_trace=False, strict=False)
    archive = f"{name}.{attention}.pt"
    torch.jit.save(traced, str(folder / archive))
    rows = []
    for case, call in calls.items():
        try:
            written = zoo.write_call(folder, f"{name}.{attention}.{case}", torch.jit.load(str(folder / archive)), tuple(call.values()))
        except RuntimeError as e:
            if not rows:
                raise
            print(f"{name} {attention} {case}: only as long as it was traced: {str(e).strip().splitlines()[-1][:120]}", flush=True)
            continue
        rows.append({"model": name, "kind": attention, "case": case, "archive": archive, **written})
    return rows


def write(folder, names, own=False):
    """Every model with its index, with every way of attention or its own; the words for those that could not be written."""
    folder.mkdir(parents=True, exist_ok=True)
    refused = []
    for name in names:
        rows = []
        for attention in (MODELS[name].attention or ATTENTION)[-1 if own else 0:]:
            try:
                rows += write_model(folder, name, attention)
            except Exception as e:
                refused.append(f"{name} {attention}: {type(e).__name__}: {str(e).strip()[:300]}")
        (folder / f"{name}.json").write_text(json.dumps({"rows": rows}, indent=1))
        print(f"{name:24} {len(rows)} calls", flush=True)
    print(*refused, sep="\n")
    return refused


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    if sys.argv[1] != "goldens":
        return 1 if write(Path(sys.argv[1]), sys.argv[2:] or MODELS) else 0
    version = ".".join(torch.__version__.split(".")[:2])
    with tempfile.TemporaryDirectory() as folder:
        refused = write(Path(folder), GOLDENS, own=True)
        indexes = sorted(Path(folder).glob("*.json"))
        rows = [row for path in indexes for row in json.loads(path.read_text())["rows"]]
        for path in indexes:
            path.unlink()
        (Path(folder) / "transformers.json").write_text(json.dumps({"rows": rows}, indent=1))
        pack(folder, HERE.parent / "archives" / f"pytorch-{version}" / "transformers.zip")
    return 1 if refused else 0


if __name__ == "__main__":
    zoo.leave(main())
