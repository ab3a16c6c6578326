#!/usr/bin/env python3
"""Calls an archive with PyTorch, set up as its experts would, and prints one JSON line of latencies:

    torchscript.py ARCHIVE.pt ARGS.pt --threads T --seconds S [--mode optimized|frozen|plain]

Works with any PyTorch from 1.13 on; `optimized` falls back to `frozen` where PyTorch's own passes fail on the model.
"""

import argparse
import json
import resource
import time

import torch


def read_arguments(path):
    arguments = torch.load(path)
    return arguments["args"] if isinstance(arguments, dict) else arguments


def prepare(module, mode, arguments):
    if mode == "plain":
        return module, mode
    frozen = torch.jit.freeze(module)
    if mode == "frozen":
        return frozen, mode
    try:
        optimized = torch.jit.optimize_for_inference(frozen)
        optimized(*arguments)
        return optimized, mode
    except RuntimeError:
        return torch.jit.freeze(module), "frozen"


def main():
    parser = argparse.ArgumentParser(description="Measures PyTorch on one archive.")
    parser.add_argument("archive")
    parser.add_argument("arguments")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--mode", default="optimized", choices=["optimized", "frozen", "plain"])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    begin = time.perf_counter()
    module = torch.jit.load(options.archive).eval()
    load = time.perf_counter() - begin
    arguments = read_arguments(options.arguments)
    module, mode = prepare(module, options.mode, arguments)
    begin = time.perf_counter()
    module(*arguments)
    first = time.perf_counter() - begin
    latencies = []
    # The profiling executor specialises over the first calls.
    for _ in range(4):
        module(*arguments)
    end = time.perf_counter() + options.seconds
    while time.perf_counter() < end or len(latencies) < 3:
        begin = time.perf_counter()
        module(*arguments)
        latencies.append((time.perf_counter() - begin) * 1e3)
    latencies.sort()
    print(json.dumps({"peer": f"PyTorch {torch.__version__.split('+')[0]} {mode}", "load_ms": load * 1e3, "first_ms": first * 1e3,
                      "min_ms": latencies[0], "p50_ms": latencies[len(latencies) // 2],
                      "rss_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3}))


if __name__ == "__main__":
    main()
