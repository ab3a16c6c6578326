#!/usr/bin/python3
"""Archives that call operators of their own, which PyTorch has from torch.library and Heddle from a library of audio_operators.cpp:
`custom_operators.py --heddle HEDDLE --library LIBRARY DIR` writes them to DIR, runs them with and without the library, and lists the operators.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import List, Optional, Tuple

import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import table
from language.registry import EXAMPLES, call, example
from language_archives import write_example
from zoo import leave


def define_operators():
    library = torch.library.Library("audio", "DEF")
    library.define("gain(Tensor x, float by=2., *, bool negate=False) -> Tensor")
    library.define("trim(Tensor[] parts, int? keep=None) -> (Tensor, int)")

    def gain(x, by=2.0, *, negate=False):
        return x * (-by if negate else by)

    def trim(parts, keep=None):
        if not parts:
            raise RuntimeError("trim needs parts")
        return parts[0], len(parts) if keep is None else keep

    library.impl("gain", gain, "CompositeImplicitAutograd")
    library.impl("trim", trim, "CompositeImplicitAutograd")
    return library


OPERATORS = define_operators()


@example((torch.ones(2, 3).t(), 1), (torch.ones(3), 0), call(torch.ones(3), -1, error="RuntimeError|trim needs parts"))
class CallsOperators(nn.Module):
    def shorten(self, parts: List[Tensor], keep: Optional[int]) -> Tuple[Tensor, int]:
        return torch.ops.audio.trim(parts, keep)

    def forward(self, x: Tensor, n: int) -> Tuple[Tensor, Tensor, Tensor, int, Tensor]:
        y = torch.ops.audio.gain(x)
        z = torch.ops.audio.gain(x, 0.5, negate=True)
        parts = [x, y, z]
        if n < 0:
            parts = torch.jit.annotate(List[Tensor], [])
        a, k = self.shorten(parts, None if n > 0 else n)
        f = torch.jit.fork(torch.ops.audio.gain, x, 3.0)
        return y, z + 1, a, k, torch.jit.wait(f)


@example((torch.ones(2, 3), 1), (torch.ones(2, 3), 0))
class CallsOneSometimes(nn.Module):
    def forward(self, x: Tensor, n: int) -> Tensor:
        if n == 0:
            x = torch.ops.audio.gain(x)
        return x + 1


def heddle(command, *arguments):
    done = subprocess.run([command, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def check(what, done, code, *words):
    missing = [word for word in words if word not in done[1]]
    if done[0] != code or missing:
        print(f"{what}: exit {done[0]}, expected {code}; without {missing}:\n{done[1]}")
        return 1
    return 0


def main():
    parser = argparse.ArgumentParser(description="Tests operators that an application registers, on archives.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--heddle", required=True)
    parser.add_argument("--library", required=True)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    wrong = 0
    rows = [row for each in EXAMPLES for row in write_example(options.folder, each)]
    for row in rows:
        passed, _, _, complaint = table.run(row, options.folder, options.heddle, ["--library", options.library])
        if not passed:
            print(table.row_name(row) + ": " + complaint)
            wrong += 1
    archive, arguments = options.folder / "CallsOneSometimes.pt", [options.folder / f"CallsOneSometimes.{n}.args.pt" for n in range(2)]
    wrong += check("not reached", heddle(options.heddle, "run", archive, "--args", arguments[0]), 0, "audio::gain at code/", "--library")
    wrong += check("reached", heddle(options.heddle, "run", archive, "--args", arguments[1]), 4, "Heddle has no operator audio::gain")
    wrong += check("strict", heddle(options.heddle, "run", archive, "--strict", "--args", arguments[0]), 3, "audio::gain")
    wrong += check("list", heddle(options.heddle, "ops", "audio::", "--library", options.library), 0,
                   "audio::gain(Tensor x, float by=2., *, bool negate=False) -> Tensor", "audio::trim", "registered: by the application")
    wrong += check("no library", heddle(options.heddle, "ops", "--library", "/nowhere.so"), 2, "cannot load the library '/nowhere.so'")
    print(f"{len(rows)} rows, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    leave(main())
