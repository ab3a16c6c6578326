#!/usr/bin/env python3
"""Builds the wheel of the package heddle from a build folder whose target heddle_python is up to date.

usage: make_wheel.py [--build build/release] [--output build/wheel]

The folder that setuptools packs is what `cmake --install --component python` writes: the package, the extension and
libheddle.so beside it.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--output", default=ROOT / "build/wheel", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder)
        subprocess.run(["cmake", "--install", str(options.build.resolve()), "--component", "python", "--prefix", folder],
                       check=True, stdout=subprocess.DEVNULL)
        for name in ("pyproject.toml", "setup.py"):
            (source / name).write_text((pathlib.Path(__file__).parent / name).read_text())
        (source / "README.md").write_text((ROOT / "docs/python.md").read_text())
        subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir",
                        str(options.output.resolve()), folder], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "PYTHONPATH": ""})
    for wheel in sorted(options.output.glob("*.whl")):
        print(wheel)


main()
