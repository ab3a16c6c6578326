#!/usr/bin/python3
"""Writes the calls of operator rows, first inputs of operator_fuzz: `call_seeds.py OUT.calls`, one a line, or `call_seeds.py FOLDER`, one a file."""
import re
import sys
from pathlib import Path

OPS = Path(__file__).resolve().parent.parent / "ops"
sys.path.insert(0, str(OPS))
from rows import OPTION, expand  # noqa: E402


def main():
    calls = {}
    for path in sorted(OPS.glob("*.rows")):
        for line in path.read_text().splitlines():
            line = re.sub(r"(^|\s)#.*", "", line).strip()
            if not line or line.startswith("@default"):
                continue
            for text in expand(line):
                calls[" ".join(OPTION.sub("", text).replace("!error", "").split())] = None
    out = Path(sys.argv[1])
    if out.suffix == ".calls":
        out.write_text("\n".join(calls) + "\n")
        return
    out.mkdir(parents=True, exist_ok=True)
    for number, call in enumerate(calls):
        (out / f"{number}").write_text(call)


if __name__ == "__main__":
    main()
