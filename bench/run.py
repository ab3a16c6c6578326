#!/usr/bin/python3
"""Runs what is in bench/ and draws what came out: `make bench`.

    run.py [--build build/bench] [--quick]

Writes BUILD/report.json and BUILD/report.svg. A section is a program that writes its figures with --json; what it prints is the table for
people. Figures are only comparable within one run.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).resolve().parent


def run_section(options, name, script, *arguments):
    figures = options.build / f"{name}.json"
    heddle = options.build / "bin" / "heddle"
    print(f"== {name}", flush=True)
    done = subprocess.run([sys.executable, HERE / script, "--heddle", heddle, "--json", figures, *arguments])
    return json.loads(figures.read_text()) if done.returncode == 0 else {"failed": f"exit code {done.returncode}"}


def bars(report):
    """The groups of the drawing: a title, a unit, and rows of a label, Heddle's figure and PyTorch's (or None)."""
    threads = report.get("threads", {})
    if "overhead" in threads:
        yield "what threads cost", "us", [(f"{r['what']}, {r['threads']} x {r['interop_threads']}", r["heddle_us"], r.get("peer_us"))
                                          for r in threads["overhead"] if not r["what"].endswith("40us")]
    if "oversubscription" in threads:
        yield "MobileNetV2, callers x threads an operator", "calls/s", [(f"{r['callers']} x {r['threads']}", r["heddle_per_s"], r["peer_per_s"])
                                                                        for r in threads["oversubscription"]]
    if "neighbour" in threads:
        yield "beside busy processes", "ms", [(f"{r['busy_processes']} busy, {r['threads']} threads", r["heddle_ms"], r["peer_ms"])
                                              for r in threads["neighbour"]]
    models = report.get("models", {}).get("results", [])
    if models:
        yield "models, batch 1", "ms", [(f"{r['model']}, {r['threads']} threads", r["heddle"]["p50_ms"],
                                         r["peers"][0]["p50_ms"] if r["peers"] else None) for r in models]


def draw(report):
    parts, y = [], 30

    def text(x, line, content, anchor="start", weight="normal"):
        parts.append(f'<text x="{x}" y="{line}" text-anchor="{anchor}" font-weight="{weight}">{escape(content)}</text>')

    text(20, y, f"Heddle (blue) beside PyTorch (grey) on {report['machine']['processor']}, {report['machine']['cpus']} CPUs", weight="bold")
    for title, unit, rows in bars(report):
        y += 36
        text(20, y, f"{title}, {unit}", weight="bold")
        largest = max(max(ours, theirs or 0) for _, ours, theirs in rows) or 1
        for label, ours, theirs in rows:
            y += 10
            for figure, colour in ((ours, "#2563a8"), (theirs, "#9a9a9a")):
                if figure is None:
                    continue
                parts.append(f'<rect x="260" y="{y}" width="{max(1, 420 * figure / largest):.1f}" height="10" fill="{colour}"/>')
                text(268 + 420 * figure / largest, y + 9, f"{figure:.3g}")
                y += 12
            text(250, y - 4, label, "end")
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="780" height="{y + 30}" font-family="sans-serif" font-size="11">\n'
            f'<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n')


def machine():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return {"processor": name, "cpus": os.cpu_count(), "load": os.getloadavg()[0]}


def main():
    parser = argparse.ArgumentParser(description="Runs all benches and writes a report.")
    parser.add_argument("--build", type=Path, default=Path("build/bench"))
    parser.add_argument("--quick", action="store_true", help="one short round: shows that all runs, measures little")
    options = parser.parse_args()
    short = ["--rounds", "1", "--seconds", "0.3"] if options.quick else []
    report = {"machine": machine()}
    report["threads"] = run_section(options, "threads", "threads/threads.py", "--bench", options.build / "bench" / "heddle_threads_bench", *short)
    report["models"] = run_section(options, "models", "models.py", *(short + ["--models", "mobilenet_v2"] if options.quick else []))
    (options.build / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    (options.build / "report.svg").write_text(draw(report))
    print(f"wrote {options.build / 'report.json'} and {options.build / 'report.svg'}")
    return 1 if any("failed" in section for section in report.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
