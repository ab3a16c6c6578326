"""Vision models as people write them by hand: the shapes that archives found in public have."""

import math
from typing import List

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .registry import sample, stir


class DoubleConv(nn.Module):
    def __init__(self, ins: int, outs: int):
        super().__init__()
        self.steps = nn.Sequential(nn.Conv2d(ins, outs, 3, padding=1, bias=False), nn.BatchNorm2d(outs), nn.ReLU(inplace=True),
                                   nn.Conv2d(outs, outs, 3, padding=1, bias=False), nn.BatchNorm2d(outs), nn.ReLU(inplace=True))

    def forward(self, x):
        return self.steps(x)


class Up(nn.Module):
    def __init__(self, ins: int, outs: int, bilinear: bool):
        super().__init__()
        if bilinear:
            self.up = nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), nn.Conv2d(ins, outs, 1))
        else:
            self.up = nn.ConvTranspose2d(ins, outs, 2, stride=2)
        self.conv = DoubleConv(2 * outs, outs)

    def forward(self, x, skip):
        x = self.up(x)
        down, right = skip.size(2) - x.size(2), skip.size(3) - x.size(3)
        x = F.pad(x, [right // 2, right - right // 2, down // 2, down - down // 2])
        return self.conv(torch.cat([skip, x], dim=1))


class UNet(nn.Module):
    def __init__(self, bilinear: bool):
        super().__init__()
        self.first = DoubleConv(3, 8)
        self.downs = nn.ModuleList([nn.Sequential(nn.MaxPool2d(2), DoubleConv(8 << i, 16 << i)) for i in range(3)])
        self.ups = nn.ModuleList([Up(64 >> i, 32 >> i, bilinear) for i in range(3)])
        self.last = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        kept = [self.first(x)]
        for down in self.downs:
            kept.append(down(kept[-1]))
        x = kept.pop()
        for up in self.ups:
            x = up(x, kept.pop())
        return self.last(x)


@sample("hand-written", quick=True)
def unet_transposed():
    return stir(UNet(False)), {"first": (torch.randn(1, 3, 40, 48),), "odd": (torch.randn(2, 3, 37, 45),)}


@sample("hand-written", quick=True)
def unet_bilinear():
    return stir(UNet(True)), {"first": (torch.randn(1, 3, 40, 48),), "odd": (torch.randn(2, 3, 37, 45),)}


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, 8, 3, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(8, 16, 3, 2, 1), nn.InstanceNorm2d(16,
                                                                                                                            affine=True),
                                                                                                                            nn.ELU(),
                                  nn.Flatten(), nn.Linear(16 * 49, 12))
        self.up = nn.Sequential(nn.Linear(6, 16 * 49), nn.Unflatten(1, (16, 7, 7)), nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.PReLU(8),
                                nn.ConvTranspose2d(8, 1, 3, 2, 1, output_padding=1), nn.Sigmoid())

    def forward(self, x):
        mean, log_variance = self.down(x).chunk(2, dim=1)
        if self.training:
            mean = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        return self.up(mean), mean, log_variance


@sample("hand-written", quick=True)
def convolutional_autoencoder():
    return stir(Autoencoder()), {"first": (torch.rand(2, 1, 28, 28),)}


class Diffusion(nn.Module):
    """A denoiser's sampling loop: time embeddings, group norms, attention over pixels."""

    def __init__(self, width: int = 16):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(16, width), nn.SiLU(), nn.Linear(width, width))
        self.enter, self.leave = nn.Conv2d(3, width, 3, padding=1), nn.Conv2d(width, 3, 3, padding=1)
        self.norm, self.attend = nn.GroupNorm(4, width), nn.MultiheadAttention(width, 2, batch_first=True)
        self.register_buffer("betas", torch.linspace(1e-4, 0.2, 6))

    def denoise(self, x: Tensor, t: int) -> Tensor:
        angles = t * torch.exp(torch.arange(8) * (-math.log(100.0) / 8))
        e = self.time(torch.cat([angles.sin(), angles.cos()]).unsqueeze(0))
        h = F.silu(self.norm(self.enter(x))) + e[:, :, None, None]
        flat = h.flatten(2).transpose(1, 2)
        mixed, _ = self.attend(flat, flat, flat, need_weights=False)
        return self.leave(h + mixed.transpose(1, 2).reshape(h.shape))

    def forward(self, x: Tensor) -> Tensor:
        kept = torch.cumprod(1 - self.betas, 0)
        for t in range(self.betas.size(0) - 1, -1, -1):
            noise = self.denoise(x, t)
            x = (x - self.betas[t] / (1 - kept[t]).sqrt() * noise) / (1 - self.betas[t]).sqrt()
        return x.clamp(-1, 1)


@sample("hand-written", "scripted", quick=True)
def diffusion_sampler():
    return stir(Diffusion()), {"first": (torch.randn(1, 3, 8, 8),)}


class SuperResolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 16, 5, padding=2), nn.Tanh(), nn.Conv2d(16, 9, 3, padding=1), nn.PixelShuffle(3))

    def forward(self, x):
        wide = F.interpolate(x, scale_factor=3.0, mode="bicubic", align_corners=False)
        return (self.body(x) + wide).clamp(0.0, 1.0)


@sample("hand-written", quick=True)
def super_resolution():
    return stir(SuperResolution()), {"first": (torch.rand(1, 1, 12, 14),), "other": (torch.rand(2, 1, 9, 7),)}


class SpatialTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.locate = nn.Sequential(nn.Conv2d(1, 4, 5), nn.MaxPool2d(2, stride=2), nn.ReLU(True), nn.AdaptiveAvgPool2d((3, 3)),
                                    nn.Flatten(),
                                    nn.Linear(36, 6))

    def forward(self, x):
        theta = self.locate(x).view(-1, 2, 3) * 0.3 + torch.eye(2, 3)
        grid = F.affine_grid(theta, list(x.size()), align_corners=False)
        return F.grid_sample(x, grid, align_corners=False)


@sample("hand-written", quick=True)
def spatial_transformer():
    return stir(SpatialTransformer()), {"first": (torch.rand(2, 1, 20, 18),)}


class Yolo(nn.Module):
    """A single-shot head: grids of anchors made at run time, boxes decoded in place, suppression by hand."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.SiLU(), nn.Conv2d(8, 16, 3, 2, 1), nn.SiLU())
        self.head = nn.Conv2d(16, 3 * 8, 1)
        self.register_buffer("anchors", torch.tensor([[4.0, 5.0], [8.0, 6.0], [12.0, 14.0]]))

    def forward(self, x: Tensor) -> List[Tensor]:
        y = self.head(self.body(x))
        b, _, h, w = y.shape
        y = y.view(b, 3, 8, h, w).permute(0, 1, 3, 4, 2).sigmoid()
        rows, columns = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        grid = torch.stack([columns, rows], 2).view(1, 1, h, w, 2).float()
        y[..., 0:2] = (y[..., 0:2] * 2 - 0.5 + grid) * 4
        y[..., 2:4] = (y[..., 2:4] * 2) ** 2 * self.anchors.view(1, 3, 1, 1, 2)
        found: List[Tensor] = []
        for image in y.reshape(b, -1, 8):
            score, label = (image[:, 5:] * image[:, 4:5]).max(1)
            order = score.argsort(descending=True)[:10]
            centre, size = image[order, :2], image[order, 2:4]
            boxes = torch.cat([centre - size / 2, centre + size / 2], 1)
            keep = torch.ones(order.numel(), dtype=torch.bool)
            for i in range(order.numel()):
                if bool(keep[i]):
                    low, high = torch.max(boxes[i, :2], boxes[:, :2]), torch.min(boxes[i, 2:], boxes[:, 2:])
                    both = (high - low).clamp(min=0).prod(1)
                    area = (boxes[:, 2:] - boxes[:, :2]).prod(1)
                    keep &= (both / (area + area[i] - both) < 0.45) | (torch.arange(order.numel()) <= i)
            found.append(torch.cat([boxes[keep], score[order][keep].unsqueeze(1), label[order][keep].unsqueeze(1).float()], 1))
        return found


@sample("hand-written", "scripted", quick=True)
def single_shot_detector():
    return stir(Yolo()), {"first": (torch.rand(2, 3, 32, 40),)}


class HalfPrecision(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Flatten(2)).to(torch.bfloat16)
        self.norm = nn.LayerNorm(8)
        self.out = nn.Linear(8, 4).to(torch.bfloat16)

    def forward(self, x: Tensor) -> Tensor:
        h = self.body(x.to(torch.bfloat16)).transpose(1, 2)
        return self.out(self.norm(h.float()).to(torch.bfloat16)).float().mean(1)


@sample("hand-written", quick=True, rtol=2e-2, atol=2e-2)
def bfloat16_layers():
    return stir(HalfPrecision()), {"first": (torch.randn(2, 3, 6, 6),)}
