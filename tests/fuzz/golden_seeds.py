#!/usr/bin/env python3
"""Writes the inputs of golden cases as files, first inputs of a fuzz program: golden_seeds.py DIR FLAG... (flags of heddle-opt).

Of an input that is several graphs, each becomes a file."""

import re
import sys
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))
from runner import golden_files, read_cases, text_of  # noqa: E402


def main():
    folder, flags = Path(sys.argv[1]), set(sys.argv[2:])
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for path in golden_files([GOLDEN]):
        for case in read_cases(path)[1]:
            if flags.isdisjoint(word.split("=")[0] for word in case.command.split()):
                continue
            for text in re.split(r"^(?:function|class) [\w.]+:\n", text_of(case.input), flags=re.M) if "graph(" in text_of(case.input) \
                    else [text_of(case.input)]:
                if text.strip():
                    (folder / str(count)).write_text(text)
                    count += 1


if __name__ == "__main__":
    main()
