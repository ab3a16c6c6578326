#!/usr/bin/python3
"""Writes what bench/models.py measures, for Debian's PyTorch: `archives.py -o DIR [NAME...]`. For each model of bench_models.py

    DIR/NAME.pt        the archive, scripted (traced where its kind of model is traced in practice)
    DIR/NAME.args.pt   a tuple of arguments
    DIR/NAME.onnx      the same model for ONNX Runtime, with its arguments in NAME.inputs.json and NAME.INPUT.bin

What is there already is kept; a model that PyTorch cannot export has no .onnx and a line on standard error.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path

import torch

import bench_models

OPSET = 16
ONNX_TYPES = {torch.float32: "float32", torch.int64: "int64"}


def write_archive(folder, name, model, arguments):
    with torch.no_grad():
        archive = torch.jit.trace(model, arguments, check_trace=False) if name in bench_models.TRACED else torch.jit.script(model)
    torch.jit.save(archive, str(folder / f"{name}.pt"))
    torch.save(arguments, folder / f"{name}.args.pt")


def write_onnx(folder, name, model, arguments):
    inputs = []
    for i, value in enumerate(arguments):
        file = f"{name}.input{i}.bin"
        (folder / file).write_bytes(value.contiguous().numpy().tobytes())
        inputs.append({"name": f"input{i}", "type": ONNX_TYPES[value.dtype], "sizes": list(value.shape), "file": file})
    (folder / f"{name}.inputs.json").write_text(json.dumps(inputs) + "\n")
    # With gradients on, attention is written in parts: the fused form has no ONNX operator.
    torch.onnx.export(model, arguments, str(folder / f"{name}.onnx"), opset_version=OPSET, input_names=[i["name"] for i in inputs])


def main():
    parser = argparse.ArgumentParser(description="Writes the models of the benches.")
    parser.add_argument("-o", "--output", type=Path, default=Path("build/bench/archives"))
    parser.add_argument("names", nargs="*", default=bench_models.NAMES)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    for name in options.names:
        if (options.output / f"{name}.inputs.json").exists():
            continue
        model, arguments = bench_models.build(name)
        write_archive(options.output, name, model, arguments)
        try:
            write_onnx(options.output, name, model, arguments)
        except Exception as e:  # what the exporter cannot do differs from model to model
            (options.output / f"{name}.onnx").unlink(missing_ok=True)
            print(f"{name}: no ONNX form: {str(e).splitlines()[0][:200]}", file=sys.stderr)


if __name__ == "__main__":
    main()
