#!/usr/bin/env python3
"""Writes archives with PyTorch 2.x, which Debian 12 lacks; run it where 2.x is (Debian forky's python3-torch, say).

    write_2x.py goldens      tests/archives/pytorch-2.N/{models,language}.zip: tiny models and the language archives, small enough to
                             be kept in the repository. Each holds an index and files as zoo.py and language_archives.py write them.
                             Beside them exported.pt2, a torch.export program; and tests/ops/newer/newer.pt, answers to the rows there.
    write_2x.py full DIR     the models of full size (resnet50, vit_b_16, swin_t, the language models) and the language archives in DIR
"""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import torch

import zoo
import zoo_models

HERE = Path(__file__).resolve().parent
FULL = ["resnet50", "vit_b_16", "swin_t", *zoo_models.LANGUAGE]


def tiny_regnet():
    from torchvision.models.regnet import BlockParams, RegNet
    blocks = BlockParams.from_init_params(depth=4, w_0=8, w_a=6.0, w_m=2.0, group_width=4, se_ratio=0.25)
    return RegNet(blocks, num_classes=10, stem_width=8)


def tiny_densenet():
    from torchvision.models.densenet import DenseNet
    return DenseNet(growth_rate=4, block_config=(2, 2), num_init_features=8, bn_size=2, num_classes=10)


def tiny_convnext():
    from torchvision.models.convnext import CNBlockConfig, ConvNeXt
    return ConvNeXt([CNBlockConfig(8, 16, 1), CNBlockConfig(16, None, 2)], layer_scale=0.5, num_classes=10)


def tiny_vit():
    from torchvision.models import VisionTransformer
    return VisionTransformer(image_size=48, patch_size=16, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=32, num_classes=10)


def tiny_swin():
    from torchvision.models import SwinTransformer
    return SwinTransformer(patch_size=[4, 4], embed_dim=8, depths=[2, 2], num_heads=[2, 2], window_size=[3, 3], num_classes=10)


VISION = (tiny_regnet, tiny_densenet, tiny_convnext, tiny_vit, tiny_swin)
TOKENS = (torch.arange(24).reshape(2, 12) * 7 % 50,)
STATE = torch.linspace(-1, 1, 2 * 2 * 16).reshape(2, 2, 16)
TEXT = {
    "tiny_lstm": (lambda: zoo_models.LSTMLanguageModel(50, 16, 2), [TOKENS, (*TOKENS, (STATE, -STATE))]),
    "tiny_gru": (lambda: zoo_models.GRULanguageModel(50, 16, 2), [TOKENS, (*TOKENS, STATE)]),
    "tiny_encoder": (lambda: zoo_models.Encoder(50, 16, 2, 2), [TOKENS, (*TOKENS, torch.full((12, 12), float("-inf")).triu(1))]),
    "tiny_encoder_norm_first": (lambda: zoo_models.Encoder(50, 16, 2, 2, norm_first=True), [TOKENS]),
    "tiny_decoder": (lambda: zoo_models.Decoder(20, 16, 12), [(torch.tensor([5, 17, 3]), 3)]),
}


def tiny_models():
    """(name, model, cases, whether it can be traced) of each tiny model."""
    for make in VISION:
        torch.manual_seed(zoo_models.seed_for(make.__name__))
        model = make().eval()
        zoo_models.disturb(model, zoo_models.image(4, 3, 48, 48))
        yield make.__name__, model, [((zoo_models.image(1, 3, 48, 48) * 16).round() / 16,)], True
    for name, (make, cases) in TEXT.items():
        torch.manual_seed(zoo_models.seed_for(name))
        yield name, make().eval(), cases, name != "tiny_decoder"


def write_tiny(folder):
    rows = []
    for name, model, cases, traceable in tiny_models():
        kinds = {"scripted": (torch.jit.script(model), cases)}
        if traceable:
            with torch.no_grad():
                kinds["traced"] = torch.jit.trace(model, cases[0], check_trace=False), cases[:1]
        for kind, (module, its_cases) in kinds.items():
            torch.jit.save(module, str(folder / f"{name}.{kind}.pt"))
            for number, args in enumerate(its_cases):
                row = {"model": name, "kind": kind, "case": str(number), "archive": f"{name}.{kind}.pt"}
                rows.append({**row, **zoo.write_call(folder, f"{name}.{kind}.{number}", module, args)})
    (folder / "models.json").write_text(json.dumps({"rows": rows}, indent=1))


def write_language(folder):
    subprocess.run([sys.executable, str(HERE / "language_archives.py"), "-o", str(folder)], check=True)


def pack(folder, path):
    """One zip of the folder's files, the same bytes for the same files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for file in sorted(Path(folder).iterdir()):
            out.writestr(zipfile.ZipInfo(file.name, (1980, 1, 1, 0, 0, 0)), file.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    print(f"{path}: {path.stat().st_size // 1024} KB")


def main():
    if os.environ.get("PYTHONHASHSEED") != "0":
        # PyTorch writes a class's constants in the order of a set: this makes the same bytes in every run.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    major, minor = torch.__version__.split(".")[:2]
    if int(major) < 2:
        sys.exit(f"This is PyTorch {torch.__version__}; write_2x.py needs 2.x.")
    if sys.argv[1:2] == ["goldens"]:
        goldens = HERE.parent / "archives" / f"pytorch-{major}.{minor}"
        goldens.mkdir(parents=True, exist_ok=True)
        for name, write in ("models", write_tiny), ("language", write_language):
            with tempfile.TemporaryDirectory() as folder:
                write(Path(folder))
                pack(folder, goldens / f"{name}.zip")
        torch.export.save(torch.export.export(torch.nn.Linear(3, 2), (torch.ones(1, 3),)), str(goldens / "exported.pt2"))
        newer = HERE.parent / "ops" / "newer"
        subprocess.run([sys.executable, str(HERE.parent / "ops" / "oracle.py"), str(newer / "newer.rows"), "-o", str(newer)], check=True)
        (newer / "newer.digest").unlink()
    elif sys.argv[1:2] == ["full"] and len(sys.argv) == 3:
        subprocess.run([sys.executable, str(HERE / "zoo.py"), "-o", f"{sys.argv[2]}/zoo", *FULL], check=True)
        write_language(f"{sys.argv[2]}/language")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
