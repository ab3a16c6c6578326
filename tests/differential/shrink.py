"""Delta debugging over the lines of a program: what is left still fails, and every line of it is needed."""

import copy
import re


def indent(line):
    return len(line) - len(line.lstrip())


def block_end(lines, i):
    end = i + 1
    while end < len(lines) and (not lines[end].strip() or indent(lines[end]) > indent(lines[i])):
        end += 1
    return end


def candidates(source):
    """Smaller sources: without a run of statements, a block in place of its statement, a result of a return less."""
    lines = source.splitlines()
    for length in (8, 4, 2, 1):
        for i in range(len(lines) - length, -1, -1):
            chunk = lines[i:i + length]
            if not chunk[0].strip() or any(line.startswith("def ") or indent(line) < indent(chunk[0]) for line in chunk if line.strip()):
                continue
            end = max(block_end(lines, i), i + length) if length == 1 else i + length
            yield lines[:i] + lines[end:]
    for i, line in enumerate(lines):
        if line.startswith("def ") and not line.startswith("def forward"):
            yield lines[:i] + lines[block_end(lines, i):]
        if line.strip().endswith(":") and not line.startswith("def "):
            end = block_end(lines, i)
            yield lines[:i] + [inner[4:] for inner in lines[i + 1:end]] + lines[end:]
            yield lines[:i] + ["pass"] + lines[end:] if not indent(line) else lines[:i] + lines[end:]
    for i, line in enumerate(lines):
        # An operand in place of the whole expression.
        match = re.match(r"(\s*)(\w+(?:: [^=]+)? = )(.*)$", line)
        if match:
            for name in sorted(set(re.findall(r"\b[a-z]\w*\b", match.group(3)))):
                if name != match.group(3):
                    yield lines[:i] + [f"{match.group(1)}{match.group(2)}{name}"] + lines[i + 1:]


def without_result(program):
    """Programs whose methods return one value less."""
    header = re.search(r"def forward\(.*\) -> Tuple\[(.*)\]:", program.source)
    returns = re.findall(r"^\s+return (.*)$", program.source[header.start():], re.M) if header else []
    types = split_commas(header.group(1)) if header else []
    for i in range(len(types)):
        if any(len(split_commas(r)) != len(types) for r in returns):
            return
        smaller = copy.deepcopy(program)
        kept = types[:i] + types[i + 1:]
        mark = kept[0] if len(kept) == 1 else f"Tuple[{', '.join(kept)}]"
        head = program.source[:header.start()]
        body = program.source[header.start():].replace(f"Tuple[{header.group(1)}]", mark, 1)

        def drop(match):
            values = split_commas(match.group(2))
            return f"{match.group(1)}return {', '.join(values[:i] + values[i + 1:])}"

        smaller.source = head + re.sub(r"^(\s+)return (.*)$", drop, body, flags=re.M)
        yield smaller


def split_commas(text):
    parts, depth, current = [], 0, ""
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += c
    return parts + [current.strip()]


def smaller_programs(program):
    yield from without_result(program)
    for lines in candidates(program.source):
        out = copy.copy(program)
        out.source = "\n".join(lines) + "\n"
        yield out
    for kind in ("attributes", "modules"):
        for i in range(len(getattr(program, kind))):
            out = copy.copy(program)
            setattr(out, kind, getattr(program, kind)[:i] + getattr(program, kind)[i + 1:])
            yield out
    for i, (name, *_) in enumerate(program.inputs):
        if not re.search(rf"\b{name}\b", program.source.split("def forward", 1)[1].split("\n", 1)[1]):
            out = copy.copy(program)
            out.inputs = program.inputs[:i] + program.inputs[i + 1:]
            out.source = re.sub(rf"(def forward\(.*?), {name}: [^,()]*(\[[^\]]*\])?", r"\1", program.source, count=1)
            yield out


def shrink(program, fails, steps=600):
    """fails(program) tells whether the difference is still there; it must cope with programs that are none."""
    progress = True
    while progress and steps > 0:
        progress = False
        for smaller in smaller_programs(program):
            steps -= 1
            if steps <= 0:
                break
            if fails(smaller):
                program, progress = smaller, True
                break
    return program
