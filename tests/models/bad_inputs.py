#!/usr/bin/python3
"""Gives the command damaged, foreign and forged files and wrong arguments: each must end with its exit code and a message that says why.

    bad_inputs.py --heddle build/release/bin/heddle DIR        writes bad_files.py's files into DIR and runs the command on them
    bad_inputs.py DIR                                          writes them and prints the cases

Besides the exit code: nothing crashes, or takes a minute or more than --memory gigabytes; a failure prints a message and no answer, and
the message names the file where the file is at fault.
"""

import argparse
import resource
import subprocess
import sys
from pathlib import Path

import bad_files

SECONDS = 60


def complaint(case, folder, heddle, answer, memory):
    """What is wrong with how the command ended, or nothing."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory << 30, memory << 30))

    name, code, words, arguments = case
    try:
        done = subprocess.run([heddle, "run", name, *arguments], cwd=folder, capture_output=True, text=True, errors="replace",
                              timeout=SECONDS, preexec_fn=limit)
    except subprocess.TimeoutExpired:
        return f"no end within {SECONDS} seconds"
    said = f"exit {done.returncode}: {done.stderr.strip()[:600] or done.stdout.strip()[:200]}"
    if done.returncode != code:
        return f"expected exit {code}, got {said}"
    if code == bad_files.RAN:
        return "" if answer is None or done.stdout == answer else f"another answer than the good file's: {done.stdout[:200]}"
    if not any(word in done.stderr for word in words.split("|")):
        return f"the message has none of '{words}': {said}"
    if code == bad_files.CANNOT_LOAD and name not in done.stderr:
        return f"the message does not name the file: {said}"
    return "" if not done.stdout else f"prints an answer: {done.stdout[:200]}"


def main():
    parser = argparse.ArgumentParser(description="Bad inputs for the command.")
    parser.add_argument("folder", type=Path, help="where the files are written")
    parser.add_argument("--heddle", help="the command")
    parser.add_argument("--memory", type=int, default=8, help="gigabytes of address space the command may use; 0: any (sanitizers need it)")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    good = Path(__file__).resolve().parents[2] / "models" / "digits" / "digits.pt"
    cases = [case for family in bad_files.EVERY for case in family(options.folder, good)]
    if not options.heddle:
        for name, code, words, arguments in cases:
            print(f"{name:36} exit {code}  {words:44} {' '.join(arguments)}")
        return 0
    heddle = str(Path(options.heddle).resolve())
    answer = subprocess.run([heddle, "run", str(good), *bad_files.GOOD_INPUT], capture_output=True, text=True).stdout
    wrong = 0
    for case in cases:
        problem = complaint(case, options.folder, heddle, answer, options.memory)
        if problem:
            wrong += 1
            print(f"{case[0]} {' '.join(case[3])}\n    {problem}")
    if (options.folder / "must-not-exist").exists():
        wrong += 1
        print("A pickle ran a command.")
    print(f"{len(cases)} bad inputs, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
