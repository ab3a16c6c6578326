#!/usr/bin/python3
"""The bundled digits model through the command, against PyTorch and against the labels of its images.

    digits.py rows DIR         writes DIR/digits.json with rows for table.py: the held-out images, in one batch, one by one, and enlarged
    digits.py images HEDDLE    runs HEDDLE on every PNG of models/digits/images and holds the answer against the file's name
"""

import json
import re
import subprocess
import sys
from pathlib import Path

MODEL = Path(__file__).resolve().parents[2] / "models" / "digits"


def write_rows(folder):
    import torch
    from zoo import write_call
    sys.path.insert(0, str(MODEL))
    import train
    folder.mkdir(parents=True, exist_ok=True)
    images = train.load()[2]
    module = torch.jit.load(str(MODEL / "digits.pt"))
    calls = [("batch", "forward", images), ("classify", "classify", images[:40]), ("enlarged", "forward", images[:8].repeat(1, 3, 5, 3))]
    rows = [{"model": "digits", "kind": "bundled", "case": case, "archive": str(MODEL / "digits.pt"),
             **write_call(folder, f"digits.{case}", module, (x,), method)} for case, method, x in calls]
    (folder / "digits.json").write_text(json.dumps({"rows": rows}, indent=1))


def check_images(heddle):
    wrong = 0
    images = sorted((MODEL / "images").glob("*.png"))
    for image in images:
        command = [heddle, "run", MODEL / "digits.pt", image, "--method", "classify", "--json"]
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60)
        label = int(re.search(r"digit-(\d)", image.name)[1])
        output = json.loads(done.stdout)["output"] if done.returncode == 0 else None
        right = output is not None and len(output) == 1 and output[0][0] == label and output[0][1] > 0.5
        print(f"{image.name}: {output or done.stderr}" + ("" if right else "  WRONG"))
        wrong += not right
    print(f"{len(images)} images, {wrong} wrong")
    return 1 if wrong or len(images) < 12 else 0


if __name__ == "__main__":
    if sys.argv[1] == "rows":
        from zoo import leave
        write_rows(Path(sys.argv[2]))
        leave(0)
    else:
        sys.exit(check_images(sys.argv[2]))
