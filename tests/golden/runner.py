#!/usr/bin/env python3
"""Runs golden files: command, input and expected output in one file.

usage: runner.py [--rebase] --program NAME=PATH... FILE_OR_FOLDER...

A golden file (*.golden) holds one or more cases:

    # RUN: heddle-opt --parse
    the input
    # EXPECT:
    the output

The command gets the input on its standard input, or as a file where it says %s. Its output is what it writes to standard output
and standard error. "# RUN: not heddle-opt ..." is for a command that fails with exit code 1. Lines before the first RUN are for
readers. Blank lines at the end of a case do not count. --rebase writes what the commands give now into the files.
"""

import argparse
import difflib
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

RUN, EXPECT = "# RUN:", "# EXPECT:"
TIMEOUT_SECONDS = 60


class GoldenError(Exception):
    """A golden file that is not in the form above; the message names file and line."""


class Case:
    def __init__(self, command, line):
        self.command = command
        self.line = line
        self.input = []
        self.expected = None  # a list of lines once EXPECT has been seen


def read_cases(path):
    """The lines before the first case, and the cases."""
    preamble, cases = [], []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if line.startswith(RUN):
            cases.append(Case(line[len(RUN):].strip(), number))
        elif not cases:
            preamble.append(line)
        elif line.startswith(EXPECT):
            if cases[-1].expected is not None:
                raise GoldenError(f"{path}:{number}: a second '{EXPECT}' in one case")
            cases[-1].expected = []
        else:
            (cases[-1].input if cases[-1].expected is None else cases[-1].expected).append(line)
    if not cases:
        raise GoldenError(f"{path}: no line starts with '{RUN}'")
    return preamble, cases


def text_of(lines):
    """The lines without the blank ones at the end, each with its line end."""
    text = "\n".join(lines).rstrip("\n")
    return text + "\n" if text else ""


def run_case(case, programs, path):
    """The case's output, and what is wrong with its exit code (None when nothing is)."""
    words = shlex.split(case.command)
    fails = words[:1] == ["not"]
    words = words[1:] if fails else words
    if not words or words[0] not in programs:
        raise GoldenError(f"{path}:{case.line}: the program of '{case.command}' is none of: {', '.join(sorted(programs))}")
    given = text_of(case.input)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        if "%s" in case.command:
            file.write(given)
            file.flush()
            words = [word.replace("%s", file.name) for word in words]
        done = subprocess.run([programs[words[0]], *words[1:]], input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              encoding="utf-8", errors="backslashreplace", timeout=TIMEOUT_SECONDS, check=False)
    wanted = 1 if fails else 0
    wrong = None if done.returncode == wanted else f"exit code {done.returncode} where {wanted} was expected"
    return text_of(done.stdout.split("\n")), wrong


def check_file(path, programs, rebase):
    """Prints what differs; returns the number of cases and of failures."""
    preamble, cases = read_cases(path)
    failures = 0
    pieces = [text_of(preamble)] if text_of(preamble) else []
    for case in cases:
        output, wrong = run_case(case, programs, path)
        expected = text_of(case.expected or [])
        if wrong or (output != expected and not rebase):
            failures += 1
            print(f"{path}:{case.line}: {case.command}: {wrong or 'the output differs'}")
            sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), output.splitlines(True), "expected", "output"))
        pieces.append(f"{RUN} {case.command}\n{text_of(case.input)}{EXPECT}\n{output}")
    if rebase and not failures:
        path.write_text("\n".join(pieces))
    return len(cases), failures


def golden_files(paths):
    for path in paths:
        yield from sorted(path.rglob("*.golden")) if path.is_dir() else [path]


def main():
    parser = argparse.ArgumentParser(description="Runs golden files.")
    parser.add_argument("--rebase", action="store_true", help="write the present output into the files")
    parser.add_argument("--program", action="append", default=[], metavar="NAME=PATH", help="where a command's program is")
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
    arguments = parser.parse_args()
    programs = dict(program.split("=", 1) for program in arguments.program)
    cases = failures = 0
    try:
        for path in golden_files(arguments.paths):
            ran, failed = check_file(path, programs, arguments.rebase)
            cases, failures = cases + ran, failures + failed
    except GoldenError as e:
        print(e)
        return 1
    print(f"{cases} golden cases, {failures} failed")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
