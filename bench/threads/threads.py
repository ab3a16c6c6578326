#!/usr/bin/python3
"""What threads cost and what they bring, Heddle beside PyTorch, in turns on the same machine:

    threads.py [overhead] [oversubscription] [neighbour] [--heddle PROGRAM] [--bench PROGRAM] [--peer PYTHON] [--json FILE] ...

overhead          fork and wait of an empty task; a region over two threads
oversubscription  calls a second of MobileNetV2 for callers x threads an operator
neighbour         milliseconds a call of a transformer while other processes keep every core busy, with one and two threads an operator
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measure import heddle_bench, json_lines, peer, scripted


def overhead(options):
    rows = []
    for line in json_lines([options.bench]):
        rows.append({"what": line["name"], "threads": line["threads"], "interop_threads": line["interop_threads"], "heddle_us": line["us"],
                     "heddle_best_us": line["best_us"]})
    other = peer(options.peer, "fork_wait.py")
    for row in rows:
        if row["what"] == "fork_wait":
            row.update(peer=other["peer"], peer_us=other["us"], peer_best_us=other["best_us"])
        text = f"{row['what']:22} threads {row['threads']} interop {row['interop_threads']}  {row['heddle_us']:9.3f} us, best {row['heddle_best_us']:.3f}"
        print(text + (f"   {row['peer']}: {row['peer_us']:.2f}, best {row['peer_best_us']:.2f}" if "peer" in row else ""), flush=True)
    return rows


def oversubscription(options):
    path, arguments = scripted(options.archives, "mobilenet_v2")
    settings = [(callers, threads) for threads in (1, 2) for callers in (1, 2, 4, 8)]
    rounds = {setting: [] for setting in settings}
    for _ in range(options.rounds):
        for callers, threads in settings:
            ours = heddle_bench(options.heddle, path, arguments, threads, options.seconds, callers)
            theirs = peer(options.peer, "throughput.py", path, arguments, "--callers", callers, "--threads", threads, "--seconds", options.seconds)
            rounds[callers, threads].append((ours["throughput_per_s"], theirs["throughput_per_s"], ours["os_threads_peak"], theirs["os_threads"]))
    rows = []
    for (callers, threads), measured in rounds.items():
        rows.append({"callers": callers, "threads": threads, "heddle_per_s": statistics.median(m[0] for m in measured),
                     "peer_per_s": statistics.median(m[1] for m in measured), "heddle_os_threads": measured[-1][2], "peer_os_threads": measured[-1][3]})
    best = {side: max(row[f"{side}_per_s"] for row in rows) for side in ("heddle", "peer")}
    print("callers x threads   Heddle/s  of best  OS threads    PyTorch/s  of best  OS threads")
    for row in rows:
        for side in best:
            row[f"{side}_of_best"] = row[f"{side}_per_s"] / best[side]
        print(f"{row['callers']:7} x {row['threads']:<7} {row['heddle_per_s']:10.1f}  {row['heddle_of_best']:6.0%}  {row['heddle_os_threads']:10}"
              f"   {row['peer_per_s']:10.1f}  {row['peer_of_best']:6.0%}  {row['peer_os_threads']:10}", flush=True)
    return rows


def neighbour(options):
    path, arguments = scripted(options.archives, options.neighbour_model)
    rows = []
    for busy in (0, 2 * os.cpu_count()):
        neighbours = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(busy)]
        try:
            measured = {threads: ([], []) for threads in (1, 2)}
            for _ in range(options.rounds):
                for threads in (1, 2):
                    measured[threads][0].append(heddle_bench(options.heddle, path, arguments, threads, options.seconds)["latency_ms"]["p50"])
                    theirs = peer(options.peer, "torchscript.py", path, arguments, "--threads", threads, "--seconds", options.seconds)
                    measured[threads][1].append(theirs["p50_ms"])
        finally:
            for process in neighbours:
                process.kill()
                process.wait()
        for threads, (ours, theirs) in measured.items():
            rows.append({"busy_processes": busy, "threads": threads, "heddle_ms": statistics.median(ours), "peer_ms": statistics.median(theirs)})
            print(f"{busy} busy processes, {threads} threads: Heddle {rows[-1]['heddle_ms']:.2f} ms, PyTorch {rows[-1]['peer_ms']:.2f} ms", flush=True)
    return rows


SECTIONS = {"overhead": overhead, "oversubscription": oversubscription, "neighbour": neighbour}


def main():
    parser = argparse.ArgumentParser(description="Costs and gains of threads.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--heddle", default="build/bench/bin/heddle")
    parser.add_argument("--bench", default="build/bench/bench/heddle_threads_bench")
    parser.add_argument("--peer", default="/usr/bin/python3", help="a Python with PyTorch")
    parser.add_argument("--archives", type=Path, default=Path("build/models/zoo"))
    parser.add_argument("--neighbour-model", default="transformer_encoder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}; there are: {', '.join(SECTIONS)}")
    results = {}
    for name in options.sections or SECTIONS:
        print(f"-- {name}", flush=True)
        results[name] = SECTIONS[name](options)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
