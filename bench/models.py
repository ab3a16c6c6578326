#!/usr/bin/python3
"""Latency of whole models, Heddle beside its peers, in turns on the same machine:

    models.py --heddle build/release/bin/heddle [--archives build/bench/archives] [--models NAME...] [--threads 1 2] [--rounds 3]
              [--seconds 2] [--peer "PYTHON COMMAND"]... [--no-onnxruntime] [--json FILE]

The models are those of bench_models.py, batch 1; archives.py writes those that are not there. Each --peer is a command that runs
bench/peers/torchscript.py with some PyTorch (default: /usr/bin/python3). ONNX Runtime takes part where `npm install` was run in bench/peers.
A figure is the median over the rounds of a round's median, because other processes disturb some rounds; `best` is the shortest call of all.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from bench_models import NAMES
from measure import PEERS, heddle_bench, json_lines, machine, peer


def heddle(options, model, threads):
    report = heddle_bench(options.heddle, options.archives / f"{model}.pt", options.archives / f"{model}.args.pt", threads, options.seconds)
    return {"peer": "Heddle", "load_ms": report["load_ms"], "first_ms": report["first_ms"], "min_ms": report["latency_ms"]["min"],
            "p50_ms": report["latency_ms"]["p50"], "rss_peak_mb": report["rss_peak_mb"]}


def pytorch(command):
    def measure(options, model, threads):
        return peer(command, "torchscript.py", options.archives / f"{model}.pt", options.archives / f"{model}.args.pt", "--threads", threads,
                    "--seconds", options.seconds)
    return measure


def onnxruntime(options, model, threads):
    onnx = options.archives / f"{model}.onnx"
    if not onnx.exists():
        return None
    return json_lines(["node", PEERS / "onnxruntime.js", onnx, options.archives / f"{model}.inputs.json", "--threads", threads, "--seconds",
                       options.seconds])[-1]


def summary(rounds):
    figures = {key: statistics.median(r[key] for r in rounds) for key in rounds[0] if key != "peer"}
    return {"name": rounds[0]["peer"], **figures, "best_ms": min(r["min_ms"] for r in rounds)}


def main():
    parser = argparse.ArgumentParser(description="Latency of models, Heddle beside its peers.")
    parser.add_argument("--heddle", default="build/release/bin/heddle")
    parser.add_argument("--archives", type=Path, default=Path("build/bench/archives"))
    parser.add_argument("--models", nargs="+", default=NAMES)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--peer", action="append", help="a command that runs Python with a PyTorch")
    parser.add_argument("--no-onnxruntime", action="store_true")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    # Under the PyTorch of Debian, whatever runs this.
    subprocess.run(["/usr/bin/python3", PEERS.parent / "archives.py", "-o", options.archives, *options.models], check=True)
    measures = [heddle] + [pytorch(command) for command in options.peer or ["/usr/bin/python3"]]
    if not options.no_onnxruntime and (PEERS / "node_modules").exists():
        measures.append(onnxruntime)
    results = []
    print(f"{machine()['processor']}, batch 1, median milliseconds a call (shortest); how many times as fast Heddle is")
    print(f"{'model':20} {'threads':>7} {'Heddle':>20} {'first':>8}   peers", flush=True)
    for model in options.models:
        for threads in options.threads:
            rounds = [[] for _ in measures]
            for _ in range(options.rounds):
                for found, measure in zip(rounds, measures):
                    figures = measure(options, model, threads)
                    if figures:
                        found.append(figures)
            mine, *others = [summary(found) for found in rounds if found]
            row = {"model": model, "threads": threads, "heddle": mine, "peers": []}
            mine_text = f"{mine['p50_ms']:.3f} ({mine['best_ms']:.3f})"
            text = f"{model:20} {threads:7} {mine_text:>20} {mine['first_ms']:8.1f}"
            for other in others:
                ratio, best_ratio = other["p50_ms"] / mine["p50_ms"], other["best_ms"] / mine["best_ms"]
                row["peers"].append({**other, "ratio": ratio, "best_ratio": best_ratio})
                text += f"   {other['name']}: {other['p50_ms']:.3f} ({other['best_ms']:.3f}) {ratio:.2f}x ({best_ratio:.2f}x)"
            print(text, flush=True)
            results.append(row)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"machine": machine(), "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
