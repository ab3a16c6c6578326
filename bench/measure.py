"""What the benches share: the machine they run on, and the programs they ask for figures."""

import json
import os
import platform
import shlex
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"


def machine():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return {"processor": name, "cpus": os.cpu_count(), "load": os.getloadavg()[0]}


def json_lines(command, **variables):
    """The JSON objects a command prints, a line each."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, env={**os.environ, **variables})
    if done.returncode != 0:
        raise RuntimeError(f"{shlex.join(str(c) for c in command)}: {done.stderr.strip()[-500:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def scripted(folder, model):
    """The archive of a model that tests/models/zoo.py wrote, and its arguments."""
    found = [folder / f"{model}.scripted{end}" for end in (".pt", ".first.args.pt")]
    if not found[0].exists():
        sys.exit(f"no {found[0]}; tests/models/zoo.py writes it")
    return found


def heddle_bench(program, archive, arguments, threads, seconds, callers=1):
    """The report of `heddle bench`."""
    return json_lines([program, "bench", archive, "--args", arguments, "--threads", threads, "--inference-threads", callers, "--warmup", 0.3,
                       "--duration", seconds, "--json"])[-1]


def peer(python, script, *arguments):
    """What a script of bench/peers measures, run by a command that is a Python with a PyTorch."""
    # Debian's OpenBLAS listens to this alone, and takes all cores otherwise.
    threads = str(arguments[arguments.index("--threads") + 1]) if "--threads" in arguments else "1"
    return json_lines([*shlex.split(python), os.path.relpath(PEERS / script), *arguments], OPENBLAS_NUM_THREADS=threads)[-1]
