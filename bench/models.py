#!/usr/bin/python3
"""Latency of whole models, Heddle beside PyTorch, in turns on the same machine:

    models.py --heddle build/release/bin/heddle [--archives build/models/zoo] [--models NAME...] [--threads 1 2] [--rounds 3]
              [--seconds 2] [--peer "PYTHON COMMAND"]... [--json FILE]

The archives are those of tests/models/zoo.py, scripted, batch 1. Each --peer is a command that runs bench/peers/torchscript.py with some
PyTorch (default: /usr/bin/python3). A figure is the median over the rounds of a round's median, because other processes disturb some rounds.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

from measure import heddle_bench, machine, peer, scripted

MODELS = ["resnet50", "mobilenet_v2", "vit_b_16", "swin_t", "efficientnet_b0", "lstm_lm", "transformer_encoder"]


def heddle(options, archive, arguments, threads):
    report = heddle_bench(options.heddle, archive, arguments, threads, options.seconds)
    return {"load_ms": report["load_ms"], "first_ms": report["first_ms"], "min_ms": report["latency_ms"]["min"],
            "p50_ms": report["latency_ms"]["p50"], "rss_peak_mb": report["rss_peak_mb"]}


def median(rounds):
    return {key: statistics.median(r[key] for r in rounds) for key in rounds[0] if key != "peer"}


def main():
    parser = argparse.ArgumentParser(description="Latency of models, Heddle beside PyTorch.")
    parser.add_argument("--heddle", default="build/release/bin/heddle")
    parser.add_argument("--archives", type=Path, default=Path("build/models/zoo"))
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--peer", action="append", help="a command that runs Python with a PyTorch")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    peers = options.peer or ["/usr/bin/python3"]
    results = []
    print(f"{machine()['processor']}, batch 1, median milliseconds a call")
    print(f"{'model':22} {'threads':>7} {'Heddle':>9} {'first':>9}   peers", flush=True)
    for model in options.models:
        archive, arguments = scripted(options.archives, model)
        for threads in options.threads:
            ours, theirs = [], [[] for _ in peers]
            for _ in range(options.rounds):
                ours.append(heddle(options, archive, arguments, threads))
                for rounds, command in zip(theirs, peers):
                    rounds.append(peer(command, "torchscript.py", archive, arguments, "--threads", threads, "--seconds", options.seconds))
            mine = median(ours)
            row = {"model": model, "threads": threads, "heddle": mine, "peers": []}
            text = f"{model:22} {threads:7} {mine['p50_ms']:9.3f} {mine['first_ms']:9.1f}"
            for rounds in theirs:
                other = median(rounds)
                ratio = other["p50_ms"] / mine["p50_ms"]
                row["peers"].append({"name": rounds[0]["peer"], **other, "ratio": ratio})
                text += f"   {rounds[0]['peer']}: {other['p50_ms']:.3f} ({ratio:.2f}x)"
            print(text, flush=True)
            results.append(row)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"machine": machine(), "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
