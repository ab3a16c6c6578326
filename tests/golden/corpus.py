#!/usr/bin/env python3
"""Parses every code file of every archive in the folders: `corpus.py --heddle-opt PATH FOLDER...`.

heddle-opt --parse also prints each tree, reads that text and prints it again; the two prints must agree."""

import argparse
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

FILES_A_RUN = 200


def extract_code(archive, target):
    """The code files of an archive, each written below `target` under the archive's name."""
    if not zipfile.is_zipfile(archive):
        return []
    written = []
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            if "/code/" not in name or not name.endswith(".py"):
                continue
            path = target / archive.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(opened.read(name))
            written.append(path)
    return written


def main():
    parser = argparse.ArgumentParser(description="Parses the code of all archives in folders.")
    parser.add_argument("--heddle-opt", required=True)
    parser.add_argument("folders", nargs="+", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        files = []
        for folder in arguments.folders:
            for archive in sorted(folder.rglob("*.pt")):
                files += extract_code(archive, Path(scratch))
        failed = False
        for start in range(0, len(files), FILES_A_RUN):
            command = [arguments.heddle_opt, "--parse", *files[start:start + FILES_A_RUN]]
            failed |= subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode != 0
    print(f"{len(files)} code files")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
