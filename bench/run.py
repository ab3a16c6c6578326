#!/usr/bin/python3
"""Runs what is in bench/ and draws what came out: `make bench`.

    run.py [--build build/bench] [--quick]

Writes BUILD/report.json and BUILD/report.svg. A section is a program that writes its figures with --json; what it prints is the table for
people. Figures are only comparable within one run.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import matplotlib

from measure import machine

matplotlib.use("svg")
from matplotlib import pyplot

HERE = Path(__file__).resolve().parent


def run_section(options, name, script, *arguments):
    figures = options.build / f"{name}.json"
    print(f"== {name}", flush=True)
    done = subprocess.run([sys.executable, HERE / script, "--json", figures, *arguments])
    return json.loads(figures.read_text()) if done.returncode == 0 else {"failed": f"exit code {done.returncode}"}


def bars(report):
    """The groups of the drawing: a title, a unit, the peers' names, and rows of a label, Heddle's figure and the peers' (or None)."""
    threads = report.get("threads", {})
    if "overhead" in threads:
        yield "what threads cost", "us", ["PyTorch"], [(f"{r['what']}, {r['threads']} x {r['interop_threads']}", r["heddle_us"], r.get("peer_us"))
                                          for r in threads["overhead"] if not r["what"].endswith("40us")]
    if "oversubscription" in threads:
        yield "MobileNetV2, callers x threads an operator", "calls/s", ["PyTorch"], [(f"{r['callers']} x {r['threads']}", r["heddle_per_s"], r["peer_per_s"])
                                                                        for r in threads["oversubscription"]]
    if "neighbour" in threads:
        yield "beside busy processes", "ms", ["PyTorch"], [(f"{r['busy_processes']} busy, {r['threads']} threads", r["heddle_ms"], r["peer_ms"])
                                              for r in threads["neighbour"]]
    models = report.get("models", {}).get("results", [])
    if models:
        products = ["PyTorch", "ONNX Runtime"]
        yield "models, batch 1", "ms", products, [(f"{r['model']}, {r['threads']} threads", r["heddle"]["p50_ms"],
                                                   *(next((p["p50_ms"] for p in r["peers"] if p["name"].startswith(product)), None)
                                                     for product in products)) for r in models]


def draw(report, path):
    groups = list(bars(report))
    heights = [1 + 0.25 * len(rows) * (1 + len(peers)) for _, _, peers, rows in groups]
    figure, panels = pyplot.subplots(len(groups), figsize=(9, sum(heights)), height_ratios=heights, squeeze=False, layout="constrained")
    figure.suptitle(f"{report['machine']['processor']}, {report['machine']['cpus']} CPUs")
    for panel, (title, unit, peers, rows) in zip(panels[:, 0], groups):
        names = ["Heddle", *peers]
        height = 0.8 / len(names)
        for place, (name, colour) in enumerate(zip(names, ["#2563a8", "#9a9a9a", "#d9a441"])):
            offset = (place - (len(names) - 1) / 2) * height
            known = [(i + offset, row[1 + place]) for i, row in enumerate(rows) if row[1 + place] is not None]
            drawn = panel.barh([i for i, _ in known], [value for _, value in known], height=height * 0.95, color=colour, label=name)
            panel.bar_label(drawn, fmt="%.3g", padding=3, fontsize=8)
        panel.set_yticks(range(len(rows)), [row[0] for row in rows])
        panel.invert_yaxis()
        panel.margins(x=0.1)
        panel.set_title(f"{title}, {unit}", loc="left")
        panel.legend(loc="lower right")
    figure.savefig(path)


def main():
    parser = argparse.ArgumentParser(description="Runs all benches and writes a report.")
    parser.add_argument("--build", type=Path, default=Path("build/bench"))
    parser.add_argument("--quick", action="store_true", help="one short round: shows that all runs, measures little")
    options = parser.parse_args()
    short = ["--rounds", "1", "--seconds", "0.3"] if options.quick else []
    report = {"machine": machine()}
    heddle = ["--heddle", options.build / "bin" / "heddle"]
    programs = options.build / "bench"
    report["threads"] = run_section(options, "threads", "threads/threads.py", *heddle, "--bench", programs / "heddle_threads_bench", *short)
    report["models"] = run_section(options, "models", "models.py", *heddle, *(short + ["--models", "mobilenet_v2"] if options.quick else []))
    report["ops"] = run_section(options, "ops", "ops/ops.py", "--bench", programs / "heddle_operators_bench", "--list", "50",
                                *(["--rounds", "1", "--seconds", "0.001", "--recheck", "1000", "--every", "20"] if options.quick else []))
    (options.build / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    draw(report, options.build / "report.svg")
    print(f"wrote {options.build / 'report.json'} and {options.build / 'report.svg'}")
    return 1 if any(section.get("failed") for section in report.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
