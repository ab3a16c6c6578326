#!/usr/bin/env python3
"""Holds every source file to the rows of tools/layers.txt.

usage: check_layers.py [SOURCE_ROOT]

Fails, naming file and line, on: an include that goes up the layers; an include that is neither a file of the project
by its path from an include root, nor of the C++ standard, nor in a `library` or `system` row; a library included or
named outside its folders; a header without #pragma once; a file of more than 700 lines.
"""
import fnmatch
import re
import sys
from pathlib import Path

MAX_LINES = 700
SUFFIXES = {".h", ".hpp", ".cpp", ".inc", ".def"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
# One alternative each: comments, raw strings, strings, characters. Digits keep their separators (1'000).
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\\ ]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])\'',
    re.S)


class Rules:
    def __init__(self, path):
        self.layers = {}   # name others include it by -> (folder, names it may include)
        self.libraries = []  # (include patterns, places)
        self.names = []    # (compiled expression, places)
        self.system = []   # include patterns
        for number, line in enumerate(path.read_text().splitlines(), 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            kind, rest = line.split(" ", 1)
            if kind == "system":
                self.system += rest.split()
                continue
            head, _, tail = rest.rpartition(": ") if ": " in rest else (rest.rstrip(":"), "", "")
            if kind == "layer":
                self.layers[head] = ("src/" + head, set(tail.split()))
            elif kind == "face":
                folder, _, name = head.partition(" as ")
                self.layers[name] = (folder, set(tail.split()))
            elif kind == "library":
                self.libraries.append((head.split(), tail.split()))
            elif kind == "name":
                self.names.append((re.compile(head), tail.split()))
            else:
                sys.exit(f"{path}:{number}: unknown kind of row '{kind}'")
        for name, (_, below) in self.layers.items():
            for other in below - self.layers.keys():
                sys.exit(f"{path}: '{name}' may include '{other}', which has no row")

    def layer_of(self, file):
        for name, (folder, _) in self.layers.items():
            if file.startswith(folder + "/"):
                return name
        return None


def in_places(file, places):
    return any(file == p or file.startswith(p + "/") or ("*" in p and fnmatch.fnmatch(file, p)) for p in places)


def blank(match):
    """Comments and literals become blanks, so that only code is searched and lines keep their numbers."""
    return "".join(c if c == "\n" else " " for c in match.group())


def check_include(root, rules, file, quoted, angled):
    """The complaint about one include, or None."""
    name = quoted or angled
    target = name.split("/")[0]
    if quoted or target in rules.layers:
        if target not in rules.layers:
            return f'"{name}" starts with no layer: name it by its path from src/ or include/'
        folder, _ = rules.layers[target]
        base = root / folder.rsplit("/", 1)[0] if "/" in folder else root
        if not (base / name).exists() and not name.endswith(".inc"):
            return f'"{name}" is not there'
        own = rules.layer_of(file)
        if own is None or target == own or target in rules.layers[own][1]:
            return None
        allowed = " ".join(sorted(rules.layers[own][1])) or "nothing"
        return f'"{name}" goes up: {own} may include {allowed} besides itself'
    for patterns, places in rules.libraries:
        if any(fnmatch.fnmatchcase(name, p) for p in patterns):
            if in_places(file, places):
                return None
            return f"<{name}> belongs to {' '.join(places)}"
    if re.fullmatch(r"[a-z_0-9]+", name) or any(fnmatch.fnmatchcase(name, p) for p in rules.system):
        return None
    return f"<{name}> has no row in tools/layers.txt"


def check_file(root, rules, file):
    text = (root / file).read_text()
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        yield MAX_LINES + 1, f"{len(lines)} lines; a file tells one thing in at most {MAX_LINES}"
    if file.endswith((".h", ".hpp")) and not any(line.strip() == "#pragma once" for line in lines):
        yield 1, "no #pragma once"
    code = NOT_CODE.sub(blank, text).splitlines()
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        # A blanked line holds no `#`: the include stands in a comment or a string.
        if include and "#" in code[number - 1]:
            complaint = check_include(root, rules, file, *include.groups())
            if complaint:
                yield number, complaint
            continue
        for expression, places in rules.names:
            if expression.search(code[number - 1]) and not in_places(file, places):
                yield number, f"'{expression.search(code[number - 1]).group()}' belongs to {' '.join(places)}"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    rules = Rules(root / "tools" / "layers.txt")
    folders = ["src"] + [folder for folder, _ in rules.layers.values() if not folder.startswith("src/")]
    files = sorted(str(path.relative_to(root)) for folder in folders for path in (root / folder).rglob("*")
                   if path.suffix in SUFFIXES and path.is_file())
    complaints = 0
    for file in files:
        if file.startswith("src/") and rules.layer_of(file) is None:
            print(f"{file}:1: src/{file.split('/')[1]} has no row in tools/layers.txt")
            complaints += 1
        for number, complaint in check_file(root, rules, file):
            print(f"{file}:{number}: {complaint}")
            complaints += 1
    print(f"{len(files)} files, {complaints} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
