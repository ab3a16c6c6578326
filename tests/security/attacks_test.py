#!/usr/bin/python3
"""Runs the command on forged archives: `attacks_test.py --heddle HEDDLE DIR`. Each must end with its exit code and a message that says
why, within the memory and the time of an honest model, and leave nothing behind."""

import argparse
import resource
import subprocess
import sys
from pathlib import Path

import attacks

SECONDS = 120


def complaint(case, folder, heddle, memory):
    name, options, code, words = case

    def limit():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory << 30, memory << 30))

    try:
        done = subprocess.run([heddle, "run", name, *options], cwd=folder, capture_output=True, text=True, errors="replace",
                              timeout=SECONDS, preexec_fn=limit)
    except subprocess.TimeoutExpired:
        return f"no end within {SECONDS} seconds"
    if done.returncode != code or not any(word in done.stderr for word in words.split("|")):
        return f"expected exit {code} and one of '{words}', got exit {done.returncode}: {done.stderr.strip()[:400]}"
    return ""


def main():
    parser = argparse.ArgumentParser(description="Forged archives for the command.")
    parser.add_argument("folder", type=Path, help="where the archives are written")
    parser.add_argument("--heddle", required=True, help="the command")
    parser.add_argument("--memory", type=int, default=8, help="gigabytes of address space; 0: any (sanitizers need it)")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    (options.folder / "must-not-exist").unlink(missing_ok=True)
    heddle = str(Path(options.heddle).resolve())
    wrong = count = 0
    for family in attacks.EVERY:
        for case in family(options.folder):
            count += 1
            problem = complaint(case, options.folder, heddle, options.memory)
            if problem:
                wrong += 1
                print(f"{case[0]} {' '.join(case[1])}\n    {problem}")
    if (options.folder / "must-not-exist").exists():
        wrong += 1
        print("An archive ran a command.")
    print(f"{count} attacks, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
