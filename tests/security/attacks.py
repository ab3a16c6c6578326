"""Attacks on loaders of TorchScript archives, published ones rebuilt and some of our own. Each function writes archives and yields
(file name, options of `heddle run`, exit code, words of the message: one of those between bars)."""

import zipfile

from archive import INPUT, forward, integer, integers, module, source, storage, tensor, text, write

RAN, CANNOT_LOAD, FAILED = 0, 3, 4
WITH_W = ["w : Tensor"]
USES_W = source(forward("return torch.add(x, torch.sum(self.w))"), WITH_W)
PLAIN = source(forward("return torch.add(x, 1)"))
FLOATS = {"data/0": bytes(16)}


def storages(folder):
    """PyTorch issues #115447 and its kin: a tensor whose storage, offset, sizes or strides pass its record."""
    good = dict(sizes=(4,), strides=(1,), offset=0, count=4)
    forged = {
        "oversized-storage": dict(count=1 << 40),
        "negative-storage": dict(count=-4),
        "overflowing-storage": dict(count=1 << 62),
        "wrong-offset": dict(offset=1 << 20),
        "negative-offset": dict(offset=-1),
        "overflowing-offset": dict(offset=(1 << 63) - 1),
        "large-size": dict(sizes=(1 << 40,)),
        "negative-size": dict(sizes=(-1,)),
        "overflowing-sizes": dict(sizes=(1 << 32, 1 << 32), strides=(0, 0)),
        "large-stride": dict(sizes=(2,), strides=(1 << 40,)),
        "negative-stride": dict(sizes=(4,), strides=(-1,)),
        "overflowing-stride": dict(sizes=(3,), strides=(1 << 62,)),
        "fewer-strides": dict(sizes=(2, 2), strides=(1,)),
        "wider-elements": dict(kind="DoubleStorage", count=4),
        "missing-record": dict(key="7"),
    }
    for name, change in forged.items():
        write(folder / f"{name}.pt", USES_W, module(w=tensor(**(good | change))), FLOATS)
        yield f"{name}.pt", [INPUT], CANNOT_LOAD, "record|storage|size|stride|offset|overflow|negative|bytes"
    write(folder / "sound.pt", USES_W, module(w=tensor(**good)), FLOATS)
    yield "sound.pt", [INPUT], RAN, ""


def machine(folder):
    """The unpickler's stack machine, driven against itself: PyTorch's (unpickler.cpp) trusted the kinds on its stack."""
    pushes = {
        "setitem-on-list": b"]" + text("k") + integer(1) + b"s",
        "setitem-on-int": integer(5) + text("k") + integer(1) + b"s",
        "setitems-on-object": b"c__torch__\nM\n)\x81(" + text("k") + integer(1) + b"u",
        "setitem-on-global": b"ctorch\nFloatStorage\n" + text("k") + integer(1) + b"s",
        "append-on-dict": b"}" + integer(1) + b"a",
        "append-on-tensor": tensor() + integer(1) + b"a",
        "build-on-int": integer(5) + b"}b",
        "build-on-list": b"]}b",
        "reduce-a-string": text("os.system") + text("true") + b"\x85R",
        "reduce-an-int": integer(5) + b")R",
        "newobj-of-int": integer(5) + b")\x81",
        "newobj-of-storage-type": b"ctorch\nFloatStorage\n)\x81",
        "tensor-of-ints": b"ctorch._utils\n_rebuild_tensor_v2\n(" + integer(1) * 6 + b"tR",
        "tensor-of-nothing": b"ctorch._utils\n_rebuild_tensor_v2\n)R",
        "persistent-int": integer(5) + b"Q",
        "persistent-short": b"(" + text("storage") + b"tQ",
        "storage-of-no-type": b"(" + text("storage") + text("x") + text("0") + text("cpu") + integer(4) + b"tQ",
        "empty-stack": b"0000",
        "unbalanced-mark": b"t",
        "memo-of-nothing": b"h\x05",
        "memo-far-away": b"Nr\xff\xff\xff\xff",
        "system": b"cposix\nsystem\n" + text("touch must-not-exist") + b"\x85R",
        "eval": b"cbuiltins\neval\n" + text("__import__('os').system('touch must-not-exist')") + b"\x85R",
        "stack-global-system": text("os") + text("system") + b"\x93" + text("touch must-not-exist") + b"\x85R",
        "long-of-megabytes": b"\x8b" + (1 << 30).to_bytes(4, "little"),
        "string-beyond-the-end": b"X\xff\xff\xff\xff",
        "negative-long-length": b"\x8b\xff\xff\xff\xff",
        "type-tag-of-int": b"ctorch.jit._pickle\nrestore_type_tag\n" + integer(1) + text("List[Tensor]") + b"\x86R",
        # CVE-2022-45907: torch.jit.annotations.parse_type_line gave a type's text to eval().
        "type-line-eval": b"ctorch.jit._pickle\nrestore_type_tag\n]" + text("__import__('os').system('touch must-not-exist')") + b"\x86R",
        "list-of-strings-as-tensors": b"ctorch.jit._pickle\nbuild_tensorlist\n](" + text("a") + b"e\x85R",
        "intlist-of-floats": b"ctorch.jit._pickle\nbuild_intlist\n](G" + bytes(8) + b"e\x85R",
    }
    for name, push in pushes.items():
        write(folder / f"{name}.pt", USES_W, module(w=push), FLOATS)
        yield f"{name}.pt", [INPUT], CANNOT_LOAD, "pickle|expected|should be|type|Unknown|unknown"


def classes(folder):
    """Objects that are not what their code declares."""
    attribute = {
        "int-for-tensor": integer(5),
        "string-for-tensor": text("x"),
        "none-for-tensor": b"N",
        "list-for-tensor": b"]",
        "tuple-for-tensor": b"(" + integer(1) + b"t",
        "unknown-class": b"c__torch__\nMissing\n)\x81}b",
        "class-outside": b"c__torch__.torch.classes\nevil.Class\n)\x81}b",
        "function-for-class": b"c__torch__.M\nforward\n)\x81}b",
        "object-for-tensor": b"c__torch__\nM\n)\x81}b",
    }
    for name, value in attribute.items():
        write(folder / f"{name}.pt", USES_W, module(w=value), FLOATS)
        yield f"{name}.pt", [INPUT], CANNOT_LOAD, "should be|lacks|defines no|custom class|expected|unknown type"
    write(folder / "missing-attribute.pt", USES_W, module(), FLOATS)
    yield "missing-attribute.pt", [INPUT], CANNOT_LOAD, "lacks"
    pair = source(forward("a, b, = self.p", "return torch.add(x, b)"), ["p : Tuple[Tensor, Tensor]"])
    for name, value in {"short-tuple": b"(" + tensor() + b"t", "long-tuple": b"(" + tensor() * 3 + b"t", "tuple-of-ints": integers((1, 2))}.items():
        write(folder / f"{name}.pt", pair, module(p=value), FLOATS)
        yield f"{name}.pt", [INPUT], CANNOT_LOAD, "should be of type"
    listed = source(forward("return torch.add(x, self.l[0])"), ["l : List[Tensor]"])
    for name, value in {"list-of-ints": b"](" + integer(1) + b"e", "dict-for-list": b"}", "list-of-lists": b"]]a"}.items():
        write(folder / f"{name}.pt", listed, module(l=value), FLOATS)
        yield f"{name}.pt", [INPUT], CANNOT_LOAD, "should be of type"
    write(folder / "root-is-list.pt", PLAIN, b"\x80\x02].")
    yield "root-is-list.pt", [INPUT], CANNOT_LOAD, "expected a module"


def rings(folder):
    """Values that contain themselves, nest, and repeat themselves."""
    listed = source(forward("return x"), ["l : List[int]"])
    write(folder / "list-in-itself.pt", listed, module(l=b"]q\x01h\x01a"))
    yield "list-in-itself.pt", [INPUT], CANNOT_LOAD, "itself"
    write(folder / "deep.pt", listed, module(l=b"(" * 100000 + b"t" * 100000))
    yield "deep.pt", [INPUT], CANNOT_LOAD, "nest|should be of type"
    write(folder / "deep-lists.pt", listed, module(l=b"]" * 5000 + b"a" * 4999))
    yield "deep-lists.pt", [INPUT], CANNOT_LOAD, "nest|should be of type"
    doubled = b"]" + b"".join(b"q" + bytes([i]) + b"0](h" + bytes([i]) + b"h" + bytes([i]) + b"e" for i in range(60))
    write(folder / "doubled.pt", listed, module(l=doubled))
    yield "doubled.pt", [INPUT], CANNOT_LOAD, "repeat|should be of type"
    some = module(l=b"](" + integer(1) * 100 + b"e")
    write(folder / "opcodes.pt", listed, some)
    yield "opcodes.pt", [INPUT], RAN, ""
    yield "opcodes.pt", ["--max-opcodes", "50", INPUT], CANNOT_LOAD, "pickle_opcodes"
    write(folder / "nested.pt", source(forward("return x"), ["l : List[List[List[int]]]"]), module(l=b"]]]aa"))
    yield "nested.pt", ["--max-nesting", "2", INPUT], CANNOT_LOAD, "pickle_depth"


def zips(folder):
    """Records that share a name, share bytes, or unpack to more than there is."""
    write(folder / "limits.pt", PLAIN)
    yield "limits.pt", [INPUT], RAN, ""
    yield "limits.pt", ["--max-archive", "100", INPUT], CANNOT_LOAD, "archive_bytes"
    yield "limits.pt", ["--max-record", "50", INPUT], CANNOT_LOAD, "record_bytes"
    yield "limits.pt", ["--max-source", "50", INPUT], CANNOT_LOAD, "source_bytes"
    write(folder / "bomb.pt", USES_W, module(w=tensor(sizes=(1 << 24,), count=1 << 24)), {"data/0": bytes(1 << 26)}, zipfile.ZIP_DEFLATED)
    yield "bomb.pt", [INPUT], RAN, ""
    yield "bomb.pt", ["--max-expanded", "1mb", INPUT], CANNOT_LOAD, "expanded_bytes"
    yield "bomb.pt", ["--max-load-memory", "1mb", INPUT], CANNOT_LOAD, "memory_limit"
    with zipfile.ZipFile(folder / "twice.pt", "w") as archive:
        for name, content in [("m/data.pkl", module()), ("m/code/__torch__.py", PLAIN), ("m/constants.pkl", b"\x80\x02)."),
                              ("m/version", "3\n"), ("m/data.pkl", module())]:
            archive.writestr(zipfile.ZipInfo(name), content)
    yield "twice.pt", [INPUT], CANNOT_LOAD, "two records"
    # CVE-2025-class confusions: the directory names one record where the local header has another.
    data = bytearray((folder / "limits.pt").read_bytes())
    at = data.index(b"m/constants.pkl")
    data[at:at + 15] = b"m/constantz.pkl"
    (folder / "two-names.pt").write_bytes(data)
    yield "two-names.pt", [INPUT], CANNOT_LOAD, "disagree"
    data = bytearray((folder / "limits.pt").read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 42:entry + 46] = bytes(4)
    (folder / "overlapping.pt").write_bytes(data)
    yield "overlapping.pt", [INPUT], CANNOT_LOAD, "disagree|overlap"


def calls(folder):
    """Models that would take all there is of something, while they run."""
    allocate = source(forward("y = torch.zeros([1048576])", "l = [y]", "for i in range(10000):",
                              "  _0 = torch.append(l, torch.add(y, 1))", "return x"))
    write(folder / "hoard.pt", allocate)
    yield "hoard.pt", ["--memory-limit", "64mb", INPUT], FAILED, "memory_limit"
    write(folder / "huge.pt", source(forward("return torch.sum(torch.zeros([4000000000000]))")))
    yield "huge.pt", ["--memory-limit", "64mb", INPUT], FAILED, "memory_limit"
    yield "huge.pt", [INPUT], FAILED, "allocate"
    recursion = source(forward("return self.f(x)") + "def f(self: __torch__.M, x: Tensor) -> Tensor:\n  return self.f(torch.add(x, 1))\n")
    write(folder / "recursion.pt", recursion)
    yield "recursion.pt", [INPUT], FAILED, "recursion depth"
    yield "recursion.pt", ["--recursion-limit", "10", INPUT], FAILED, "exceeded: 10 "
    endless = source(forward("while True:", "  x = torch.add(x, 1)", "return x"))
    write(folder / "endless.pt", endless)
    yield "endless.pt", ["--timeout", "0.3", INPUT], FAILED, "deadline"
    strings = source(forward('s = "x"', "for i in range(80):", "  s = torch.add(s, s)", "return torch.add(x, torch.len(s))"))
    write(folder / "strings.pt", strings)
    yield "strings.pt", [INPUT], FAILED, "memory|too long|characters"
    wide = source(forward("y = torch.expand(x, [4611686018427387904, 2, 2])", "return torch.sum(y)"))
    write(folder / "expand.pt", wide)
    yield "expand.pt", ["float32[2,1,1]"], FAILED, "expand|size|elements|overflow"


def growth(folder):
    """Source that is short and a graph that is not; work that would be done while the model loads."""
    doubling = "def f0(self: __torch__.M, x: Tensor) -> Tensor:\n  return torch.add(x, 1)\n"
    for i in range(1, 40):
        doubling += f"def f{i}(self: __torch__.M, x: Tensor) -> Tensor:\n  return (self).f{i - 1}((self).f{i - 1}(x))\n"
    write(folder / "doubling.pt", source(forward("return (self).f39(x)") + doubling))
    yield "doubling.pt", ["--max-nodes", "200000", INPUT], CANNOT_LOAD, "graph_nodes"
    statements = [" " * 2 * i + f"for a{i} in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10):" for i in range(9)] + [" " * 18 + "x = torch.add(x, 1)"]
    write(folder / "unrolled.pt", source(forward(*statements, "return x")))
    yield "unrolled.pt", ["--max-nodes", "200000", INPUT], CANNOT_LOAD, "graph_nodes|iterate"
    write(folder / "folded.pt", source(forward("if False:", "  x = torch.sum(torch.zeros([100000, 100000, 10]))", "return x")))
    yield "folded.pt", ["--max-load-memory", "64mb", INPUT], RAN, ""


def policies(folder):
    """What runs while a model loads, and operators it may not name."""
    write(folder / "from-file.pt", source(forward('return torch.from_file("/etc/passwd", False, 10)')))
    yield "from-file.pt", [INPUT], CANNOT_LOAD, "no model may reach files"
    hidden = source(forward("return x") + "def secret(self: __torch__.M) -> Tensor:\n  return torch.rand([2])\n")
    write(folder / "hidden.pt", hidden)
    (folder / "no-random.policy").write_text("deny family:random  # all else is allowed\n")
    yield "hidden.pt", [INPUT], RAN, ""
    yield "hidden.pt", ["--policy", "no-random.policy", INPUT], CANNOT_LOAD, "aten::rand"
    (folder / "wrong.policy").write_text("forbid aten::add\n")
    yield "hidden.pt", ["--policy", "wrong.policy", INPUT], 2, "line 1 of the policy"
    seeds = source(forward("_0 = torch.manual_seed(1)", "return x"))
    write(folder / "seeds.pt", seeds)
    yield "seeds.pt", ["--policy", "conservative", INPUT], CANNOT_LOAD, "aten::manual_seed"

    def stateful(*statements):
        return source("w : Tensor\n" + forward("return torch.add(x, torch.sum(self.w))") + "def __getstate__(self: __torch__.M) -> Tensor:\n"
                      "  return self.w\ndef __setstate__(self: __torch__.M, state: Tensor) -> NoneType:\n"
                      + "".join(f"  {s}\n" for s in statements) + "  self.w = state\n  return None\n")

    state = b"\x80\x02c__torch__\nM\n)\x81" + tensor() + b"b."
    write(folder / "state.pt", stateful("state = torch.add(state, 1)"), state, FLOATS)
    yield "state.pt", [INPUT], RAN, ""
    yield "state.pt", ["--setstate", "refuse", INPUT], CANNOT_LOAD, "would run while the model loads"
    write(folder / "state-prints.pt", stateful('print("I run")'), state, FLOATS)
    yield "state-prints.pt", [INPUT], CANNOT_LOAD, "prim::Print"
    write(folder / "state-hoards.pt", stateful("state = torch.sum(torch.zeros([100000000]))"), state, FLOATS)
    yield "state-hoards.pt", ["--max-load-memory", "1mb", INPUT], CANNOT_LOAD, "memory_limit"
    missing = stateful("state = torch.add(state, 1)").replace("    self.w = state\n", "")
    write(folder / "state-sets-nothing.pt", missing, state, FLOATS)
    yield "state-sets-nothing.pt", [INPUT], CANNOT_LOAD, "left attribute 'w'"


EVERY = [storages, machine, classes, rings, zips, calls, growth, policies]
