"""Damaged, foreign and forged files for bad_inputs.py: each function writes one and says how the command must end.

A case is (file name, exit code, words, further arguments); one of the words, separated by |, stands in the message. With exit code 0
the file is unusual but sound and the command must give the bundled model's answer. `good` is the archive of models/digits.
"""

import io
import os
import pickle
import struct
import zipfile
from pathlib import Path

import torch

RAN, USAGE, CANNOT_LOAD, RAISED = 0, 2, 3, 4
GOOD_INPUT = ["ones:float32[1,1,8,8]"]


def records_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def start_of(good, record):
    """Where a record's content begins in the file."""
    with zipfile.ZipFile(good) as archive:
        at = archive.getinfo("digits/" + record).header_offset
    name, extra = struct.unpack("<HH", Path(good).read_bytes()[at + 26:at + 30])
    return at + 30 + name + extra


def pack(path, records, method=zipfile.ZIP_STORED, **options):
    with zipfile.ZipFile(path, "w", method, **options) as archive:
        for name, content in records.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)


def changed(good, edits):
    """The good archive's records with some replaced, added, or (None) left out; names without the root folder."""
    records = records_of(good)
    for name, content in edits.items():
        if content is None:
            del records["digits/" + name]
        else:
            records["digits/" + name] = content
    return records


def truncated(folder, good):
    data = Path(good).read_bytes()
    size = len(data)
    end = data.rindex(b"PK\x05\x06")
    directory = struct.unpack("<I", data[end + 16:end + 20])[0]
    for at in [1, 3, 4, 30, 63, 1000, size // 4, size // 2, size * 3 // 4, directory, directory + 20, end - 1, end, end + 10, size - 1]:
        name = f"truncated-{at}.pt"
        (folder / name).write_bytes(data[:at])
        yield name, CANNOT_LOAD, "truncated|no zip", GOOD_INPUT


def flipped(folder, good):
    """One bit changed. Where it is in what the model needs it is found; the words are the place or the checksum."""
    data = Path(good).read_bytes()
    end = data.rindex(b"PK\x05\x06")
    directory = struct.unpack("<I", data[end + 16:end + 20])[0]
    places = {
        "first-signature": (0, "zip"), "name-of-first-record": (32, "damaged|disagree|record"),
        "pickle": (start_of(good, "data.pkl") + 300, "damaged|checksum"),
        "code": (start_of(good, "code/__torch__/digits.py") + 40, "damaged|checksum"),
        "tensor": (start_of(good, "data/6") + 200, "damaged|checksum"),
        "directory-signature": (directory, "damaged|directory"),
        "directory-size": (directory + 24 + 2, "damaged|disagree|size|passes"),
        "directory-offset": (end + 17, "damaged|directory|passes|disagree"),
        "record-count": (end + 10, "damaged|directory|split|disagree|parts"),
    }
    for place, (at, words) in places.items():
        name = f"flipped-{place}.pt"
        (folder / name).write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1:])
        yield name, CANNOT_LOAD, words, GOOD_INPUT


def packed_anew(folder, good):
    records = records_of(good)
    pack(folder / "deflated.pt", records, zipfile.ZIP_DEFLATED)
    yield "deflated.pt", RAN, "", GOOD_INPUT
    pack(folder / "other-root.pt", {"a folder/" + k[len("digits/"):]: v for k, v in records.items()})
    yield "other-root.pt", RAN, "", GOOD_INPUT
    pack(folder / "reversed.pt", dict(reversed(records.items())))
    yield "reversed.pt", RAN, "", GOOD_INPUT
    pack(folder / "unknown-records.pt", {**records, "digits/extra/notes.txt": b"hello", "digits/unknown.bin": b"\0" * 99})
    yield "unknown-records.pt", RAN, "", GOOD_INPUT
    with zipfile.ZipFile(folder / "zip64-comment.pt", "w") as archive:
        archive.comment = b"PK\x05\x06 is no directory here"
        for name, content in records.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as out:
                out.write(content)
    yield "zip64-comment.pt", RAN, "", GOOD_INPUT
    pack(folder / "bzip2.pt", records, zipfile.ZIP_BZIP2)
    yield "bzip2.pt", CANNOT_LOAD, "method", GOOD_INPUT
    (folder / "prefixed.pt").write_bytes(b"#!/bin/sh\n" + Path(good).read_bytes())
    yield "prefixed.pt", CANNOT_LOAD, "no zip|expected", GOOD_INPUT


def foreign(folder, good):
    yield "missing.pt", CANNOT_LOAD, "No such file", GOOD_INPUT
    (folder / "a-folder.pt").mkdir(exist_ok=True)
    yield "a-folder.pt", CANNOT_LOAD, "directory|folder", GOOD_INPUT
    contents = {"empty": (b"", "empty"), "text": (b"hello, this is no model\n", "no zip"), "zeros": (bytes(5000), "no zip"),
                "picture": (next(Path(good).parent.glob("images/*.png")).read_bytes(), "PNG"),
                "end-record-only": (b"PK\x05\x06" + bytes(18), "empty zip|data.pkl")}
    for name, (content, words) in contents.items():
        (folder / f"{name}.pt").write_bytes(content)
        yield f"{name}.pt", CANNOT_LOAD, words, GOOD_INPUT
    pack(folder / "plain-zip.pt", {"readme.txt": b"hello", "data/1": b"x"}, zipfile.ZIP_DEFLATED)
    yield "plain-zip.pt", CANNOT_LOAD, "data.pkl", GOOD_INPUT
    torch.save(torch.nn.Linear(2, 3).state_dict(), folder / "state-dict.pt")
    yield "state-dict.pt", CANNOT_LOAD, "torch.save", GOOD_INPUT
    torch.save(torch.nn.Linear(2, 3), folder / "whole-module.pt")
    yield "whole-module.pt", CANNOT_LOAD, "torch.save", GOOD_INPUT
    torch.save({"a": 1}, folder / "legacy.pt", _use_new_zipfile_serialization=False)
    yield "legacy.pt", CANNOT_LOAD, "torch.save", GOOD_INPUT
    (folder / "pickle.pt").write_bytes(pickle.dumps([1, 2]))
    yield "pickle.pt", CANNOT_LOAD, "pickle", GOOD_INPUT
    pack(folder / "export.pt", {"m/archive_format": b"pt2", "m/archive_version": b"0", "m/models/model.json": b"{}",
                                "m/data/weights/weight_0": bytes(24), "m/byteorder": b"little", "m/.data/version": b"6\n"})
    yield "export.pt", CANNOT_LOAD, "torch.export", GOOD_INPUT
    for exported in sorted((Path(__file__).parent.parent / "archives").glob("*/exported.pt2")):
        name = f"{exported.parent.name}-{exported.name}"
        (folder / name).write_bytes(exported.read_bytes())
        yield name, CANNOT_LOAD, "torch.export", GOOD_INPUT


class Command:
    """Pickles as a call of os.system."""

    def __init__(self, function, *args):
        self.function, self.args = function, args

    def __reduce__(self):
        return self.function, self.args


def forged(folder, good):
    """Sound zip files whose records lie."""
    text = records_of(good)["digits/code/__torch__/digits.py"]
    data = records_of(good)["digits/data.pkl"]
    marker = folder / "must-not-exist"
    many = b"  return " + b"(" * 200000 + b"1" + b")" * 200000 + b"\n"
    method = b"  def forward(self: __torch__.digits.Digits,\n    images: Tensor) -> Tensor:\n"
    head, tail = text.split(method)
    tail = tail[tail.index(b"  def classify"):]

    def body(lines):
        return {"code/__torch__/digits.py": head + method + lines + tail}

    cases = {
        "runs-a-command": ({"data.pkl": pickle.dumps(Command(os.system, f"touch {marker}"), 2)}, CANNOT_LOAD, "system"),
        "evaluates-text": ({"data.pkl": pickle.dumps(Command(eval, "1"), 2)}, CANNOT_LOAD, "eval"),
        "pickle-cut": ({"data.pkl": data[:len(data) // 2]}, CANNOT_LOAD, "pickle|truncated"),
        "pickle-empty": ({"data.pkl": b""}, CANNOT_LOAD, "data.pkl"),
        "pickle-is-a-number": ({"data.pkl": b"\x80\x02K\x01."}, CANNOT_LOAD, "data.pkl|module"),
        "pickle-nested-deeply": ({"data.pkl": b"\x80\x02" + b"]" * 100000 + b"a" * 99999 + b"."}, CANNOT_LOAD, "nest|deep|data.pkl"),
        "no-data": ({"data.pkl": None}, CANNOT_LOAD, "data.pkl"),
        "no-code": ({"code/__torch__/digits.py": None}, CANNOT_LOAD, "digits"),
        "no-class-of-a-submodule": ({"code/__torch__/torch/nn/modules/linear.py": None}, CANNOT_LOAD, "Linear|linear"),
        "constants-damaged": ({"constants.pkl": b"\x80\x02)"}, CANNOT_LOAD, "constants.pkl"),
        "no-version": ({"version": None}, RAN, ""),
        "version-of-the-future": ({"version": b"999\n"}, CANNOT_LOAD, "999"),
        "version-is-text": ({"version": b"three\n"}, CANNOT_LOAD, "version"),
        "big-endian": ({"byteorder": b"big"}, CANNOT_LOAD, "byte order|endian"),
        "tensor-missing": ({"data/6": None}, CANNOT_LOAD, "data/6|storage"),
        "tensor-too-short": ({"data/6": bytes(100)}, CANNOT_LOAD, "storage|bytes"),
        "code-is-binary": ({"code/__torch__/digits.py": bytes(range(256))}, CANNOT_LOAD, "digits.py"),
        "code-is-empty": ({"code/__torch__/digits.py": b""}, CANNOT_LOAD, "Digits"),
        "syntax-error": (body(b"    return torch.softmax((self).logits(images, , 1)\n"), CANNOT_LOAD, "line|expected"),
        "unknown-name": (body(b"    return nobody\n"), CANNOT_LOAD, "nobody"),
        "unknown-type": (body(b"    a = annotate(Nothing, 1)\n    return images\n"), CANNOT_LOAD, "Nothing"),
        "wrong-type": (body(b"    return torch.softmax(images, [1.5])\n"), RAISED, "softmax"),
        "wrong-result": (body(b"    return 1\n"), CANNOT_LOAD, "Tensor"),
        "unknown-method": (body(b"    return (self).nothing(images, )\n"), CANNOT_LOAD, "nothing"),
        "unknown-attribute": (body(b"    return self.nothing\n"), CANNOT_LOAD, "nothing"),
        "missing-constant": (body(b"    return CONSTANTS.c7\n"), CANNOT_LOAD, "c7"),
        "calls-itself": (body(b"    return (self).forward(images, )\n"), RAISED, "recurs|itself|forward"),
        "parentheses": (body(b"  " + many), CANNOT_LOAD, "nest|deep"),
        "operator-of-the-future": (body(b"    return torch.operator_of_the_future(images)\n"), RAISED, "operator_of_the_future"),
        "future-in-a-branch": (body(b"    if torch.gt(torch.dim(images), 9):\n      x = torch.operator_of_the_future(images)\n    else:\n"
                                    b"      x = torch.softmax((self).logits(images, ), 1)\n    return x\n"), RAN, ""),
        "raises": (body(b"    ops.prim.RaiseException(\"raised by the model\", \"builtins.ValueError\")\n    return images\n"), RAISED,
                   "raised by the model"),
        "huge-tensor": (body(b"    return torch.zeros([9223372036854775807])\n"), RAISED, "memory|size|large|overflow"),
    }
    code_records = [name.split("/", 1)[1] for name in records_of(good) if name.startswith("digits/code/")]
    cases["bytecode-only"] = ({**dict.fromkeys(code_records), "bytecode.pkl": b"\x80\x02)."}, CANNOT_LOAD, "lite interpreter")
    for name, (edits, code, words) in cases.items():
        pack(folder / f"{name}.pt", changed(good, edits))
        yield f"{name}.pt", code, words, GOOD_INPUT


def lying_zips(folder, good):
    """Zip directories that promise what is not there."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in changed(good, {}).items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED if name.endswith("data.pkl") else zipfile.ZIP_STORED)
    data = bytearray(bomb.getvalue())
    entry = data.rindex(b"digits/data.pkl") - 46
    data[entry + 24:entry + 28] = struct.pack("<I", 0xFFFFFFF0)
    (folder / "bomb.pt").write_bytes(data)
    yield "bomb.pt", CANNOT_LOAD, "bytes|size|disagree|damaged", GOOD_INPUT
    data = bytearray(Path(good).read_bytes())
    end = data.rindex(b"PK\x05\x06")
    directory = struct.unpack("<I", data[end + 16:end + 20])[0]
    for name, at, value in [("offset-past-the-end", directory + 42, 0xFFFFFF00), ("size-past-the-end", directory + 20, 0x7FFFFFFF),
                            ("directory-past-the-end", end + 16, 0xFFFFFF00), ("directory-is-itself", end + 16, end)]:
        lie = bytearray(data)
        lie[at:at + 4] = struct.pack("<I", value)
        (folder / f"{name}.pt").write_bytes(lie)
        yield f"{name}.pt", CANNOT_LOAD, "zip|record|passes|damaged|disagree|size", GOOD_INPUT


def wrong_arguments(folder, good):
    """The good model, called wrongly."""
    name = "good.pt"
    (folder / name).write_bytes(Path(good).read_bytes())
    (folder / "one.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 8, 8)")
    torch.save((torch.ones(1, 1, 8, 8), 3), folder / "two-arguments.pt")
    torch.save({"args": (), "kwargs": {"picture": torch.ones(1, 1, 8, 8)}}, folder / "wrong-keyword.pt")
    torch.save({"args": (), "kwargs": {"images": torch.ones(1, 1, 8, 8)}}, folder / "keyword.pt")
    yield name, RAN, "", GOOD_INPUT
    yield name, RAN, "", ["--args", "keyword.pt"]
    yield name, USAGE, "argument", []
    yield name, USAGE, "argument", [*GOOD_INPUT, "3"]
    yield name, USAGE, "argument", ["--args", "two-arguments.pt"]
    yield name, USAGE, "picture", ["--args", "wrong-keyword.pt"]
    yield name, USAGE, "Tensor", ["'text'"]
    yield name, USAGE, "Tensor", ['{"a": 1}']
    yield name, USAGE, "none|None", ["none"]
    yield name, USAGE, "no-such-file", ["no-such-file.npy"]
    yield name, USAGE, "one.npy", ["one.npy"]
    yield name, USAGE, "float33", ["float33[1,2]"]
    yield name, USAGE, "classifyy", ["--method", "classifyy", *GOOD_INPUT]
    yield name, USAGE, "threads", ["--threads", "-1", *GOOD_INPUT]
    yield name, RAISED, "dim|shape|size", ["ones:float32[8]"]
    yield name, RAISED, "dtype|type|Long|int64|float", ["ones:int64[1,1,8,8]"]
    yield name, RAISED, "dtype|type|Double|float64|float", ["ones:float64[1,1,8,8]"]
    yield name, RAISED, "size|shape|empty|element", ["ones:float32[1,1,0,8]"]


EVERY = (truncated, flipped, packed_anew, foreign, forged, lying_zips, wrong_arguments)
