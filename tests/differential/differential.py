#!/usr/bin/python3
"""Random TorchScript programs under PyTorch and under Heddle, with the optimiser on, off, and without each of its passes.

    PYTHONPATH=build/release/python tests/differential/differential.py --programs 1000 [--seed 7] [--keep DIR]

What differs is shrunk and printed, and with --keep written to DIR as a case. `--case FILE...` runs such cases.
Workers do the work, so that a crash is told of and does not end the run.
"""

import argparse
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

PASSES = ["freeze", "inline", "constants", "identities", "pack", "recurrent", "batch_norm", "cse", "dce", "linears", "layouts"]
CONFIGS = {"all": {}, "none": {"optimize": False}, **{f"without {name}": {"without_passes": [name]} for name in PASSES}}
BATCH = 25
WORK = 500  # programs a worker makes before another takes its place: PyTorch keeps all types there ever were


def libraries():
    import warnings
    warnings.simplefilter("ignore")
    import torch
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    torch._C._set_graph_executor_optimize(False)
    import heddle
    heddle.set_num_threads(1)
    return torch, heddle


def configs_of(seed, passes):
    """All passes, none, and so many of the others, in turn over the batches."""
    single = [name for name in CONFIGS if name.startswith("without ")]
    return ["all", "none"] + random.Random(seed).sample(single, min(passes, len(single)))


class Judge:
    """Holds programs against PyTorch."""

    def __init__(self, tell=lambda *_: None):
        self.torch, self.heddle = libraries()
        self.excused = 0
        self.tell = tell  # hears what is about to happen, so that a crash can be laid at its door

    def expected(self, programs):
        """(programs that are TorchScript, archive, what PyTorch makes of each)."""
        import drive
        import program as p
        good, modules = [], []
        for one in programs:
            try:
                modules.append(p.scripted(one))
                good.append(one)
            except Exception:  # the generator knows less of types than TorchScript
                continue
        if not good:
            return [], b"", []
        root, archive = p.assemble(good, modules)
        answers = []
        for i, one in enumerate(good):
            self.tell("torch", i)
            answers.append(drive.run(self.torch, root, i, one))
        return good, archive, answers

    def differences(self, programs, configs=None):
        """[(program, configuration, what differs)]"""
        import compare
        import drive
        self.tell("torch", -1)
        good, archive, answers = self.expected(programs)
        found = []
        for config in configs or CONFIGS:
            if not good:
                break
            self.tell(config, -1)
            try:
                root = self.heddle.jit.load(archive, map_location="cpu", **CONFIGS[config])
            except Exception as error:
                found.append((None, config, f"cannot load: {error}"))
                continue
            for i, (one, (expected, message)) in enumerate(zip(good, answers)):
                self.tell(config, i)
                got, text = drive.run(self.heddle, root, i, one)
                where = compare.difference(expected, got)
                if where and ("not implemented for" in message or config != "none" and self.optimised_agrees(archive, i, one, got)):
                    self.excused += 1
                elif where:
                    found.append((one, config, f"{where}\n  PyTorch: {message[-300:]}\n  Heddle: {text[-300:]}"))
        return good, found

    def optimised_agrees(self, archive, index, one, got):
        """Whether PyTorch's own optimiser leads there too: it also removes a failing operator whose result nobody reads."""
        import compare
        import drive
        self.tell("torch", index)
        self.torch._C._set_graph_executor_optimize(True)
        try:
            expected, _ = drive.run(self.torch, self.torch.jit.load(io.BytesIO(archive)), index, one)
        finally:
            self.torch._C._set_graph_executor_optimize(False)
        return not compare.difference(expected, got)

    def shrunk(self, program, config, steps):
        from shrink import shrink

        def fails(smaller):
            try:
                return any(self.differences([smaller], [config])[1])
            except Exception:
                return False

        return shrink(program, fails, steps)


def work(arguments):
    """Makes programs of seeds first .. first + count - 1; a line of JSON for each thing to know."""
    import generate
    report = lambda **what: print(json.dumps(what), flush=True)
    at = open(arguments.at, "w")

    def tell(config, index):
        at.seek(0)
        at.write(f"{config} {index}".ljust(60))
        at.flush()

    judge = Judge(tell)
    first, count = arguments.work
    for start in range(first, first + count, arguments.batch):
        seeds = range(start, min(start + arguments.batch, first + count))
        report(batch=[seeds[0], len(seeds)])
        tell("generator", -1)
        programs = [p for p in map(generate.generate, seeds) if p]
        good, found = judge.differences(programs, configs_of(start, arguments.passes))
        seen = set()
        for program, config, what in found:
            if program is None:
                report(config=config, what=what)
            elif id(program) not in seen:
                seen.add(id(program))
                configs = [c for p, c, _ in found if p is program]
                small = judge.shrunk(program, config, arguments.steps)
                again = judge.differences([small], [config])[1]
                report(case=small.to_text(), configs=configs, what=again[0][2] if again else what)
        report(good=len(good), made=len(seeds), excused=judge.excused)
        judge.excused = 0
    report(end=True)


class Run:
    def __init__(self, arguments):
        self.arguments = arguments
        self.good = self.excused = self.crashes = self.oracle_crashes = 0
        self.cases = []

    def worker(self, first, count, batch):
        """Runs one; returns the seed to go on with."""
        at = f"/tmp/differential-{os.getpid()}.at"
        command = [sys.executable, __file__, "--work", str(first), str(count), "--at", at, "--batch", str(batch), "--steps", str(self.arguments.steps), "--passes",
                   str(self.arguments.passes)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        current, ended = first, False
        for line in process.stdout:
            what = json.loads(line)
            if "batch" in what:
                current = what["batch"][0]
            elif "good" in what:
                self.good += what["good"]
                self.excused += what["excused"]
                current += what["made"]
            elif "end" in what:
                ended = True
            else:
                self.keep(what)
        error = process.stderr.read()
        process.wait()
        if ended:
            return first + count
        where = open(at).read().split() if os.path.exists(at) else ["generator"]
        if batch == 1:
            if where[0] in ("torch", "generator"):
                self.oracle_crashes += 1
            else:
                self.crashes += 1
                print(f"CRASH seed {current}, {' '.join(where)}: {process.returncode} {error[-600:]}", flush=True)
            return current + 1
        # One by one, to find which it was.
        end = min(current + batch, first + count)
        while current < end:
            current = self.worker(current, end - current, 1)
        return current

    def keep(self, what):
        self.cases.append(what)
        text = f"# {', '.join(what.get('configs', [what.get('config', '')]))}\n" + "".join(f"# {line}\n" for line in what["what"].splitlines())
        text += what.get("case", "")
        print(f"DIFFERENCE {len(self.cases)}\n{text}", flush=True)
        if self.arguments.keep:
            folder = pathlib.Path(self.arguments.keep)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{self.arguments.seed}-{len(self.cases)}.case").write_text(text)

    def all(self):
        seed, end = self.arguments.seed * 10_000_000, self.arguments.seed * 10_000_000 + 100 * self.arguments.programs
        start = time.monotonic()
        while self.good < self.arguments.programs and seed < end:
            count = min(WORK, end - seed, max(BATCH, int(1.5 * (self.arguments.programs - self.good))))
            seed = self.worker(seed, count, BATCH)
            if not self.arguments.quiet:
                print(f"{self.good} programs, {len(self.cases)} differences, {self.crashes} crashes, {self.oracle_crashes} of PyTorch; "
                      f"{time.monotonic() - start:.0f} s", flush=True)
        print(f"seed {self.arguments.seed}: {self.good} programs under {2 + self.arguments.passes} configurations each, {len(self.cases)} differ, {self.crashes} crash; "
              f"{self.excused} times an error of PyTorch's was no guide, as its optimiser removes it too or a kernel lacks a dtype; "
              f"PyTorch crashed in {self.oracle_crashes} others")
        return 1 if self.cases or self.crashes else 0


def run_cases(files):
    from program import from_text
    judge, failed = Judge(), 0
    for file in files:
        good, found = judge.differences([from_text(pathlib.Path(file).read_text())])
        if not good:
            print(f"{file}: no TorchScript")
        failed += bool(found) or not good
        for _, config, what in found:
            print(f"{file}: {config}: {what}")
    print(f"{len(files)} cases, {failed} differ")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", help="folder for cases")
    parser.add_argument("--steps", type=int, default=400, help="how many smaller programs to try for each difference")
    parser.add_argument("--passes", type=int, default=len(PASSES), help="how many single passes each program goes without, in turn")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--case", nargs="+")
    parser.add_argument("--work", nargs=2, type=int, help=argparse.SUPPRESS)
    parser.add_argument("--at", help=argparse.SUPPRESS)
    parser.add_argument("--batch", type=int, default=BATCH, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        return work(arguments)
    if arguments.case:
        return run_cases(arguments.case)
    if arguments.seed is None:
        arguments.seed = random.randrange(1, 100_000)
    print(f"seed {arguments.seed}", flush=True)
    return Run(arguments).all()


if __name__ == "__main__":
    sys.exit(main())
