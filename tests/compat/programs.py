#!/usr/bin/env python3
"""Writes the models of whole client programs: programs.py FOLDER makes detector.pt, listener.pt, reader.pt, policy.pt,
classifier.pt and segmenter.pt, small and the same every time."""
import sys
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn


class Detector(nn.Module):
    """As torchvision's: a list of images in, losses and a dict an image out."""

    def __init__(self):
        super().__init__()
        self.features = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.head = nn.Conv2d(4, 6, 1)

    def forward(self, images: List[Tensor], targets: Optional[List[Dict[str, Tensor]]] = None
                ) -> Tuple[Dict[str, Tensor], List[Dict[str, Tensor]]]:
        detections: List[Dict[str, Tensor]] = []
        for image in images:
            maps = self.head(torch.relu(self.features(image.unsqueeze(0))))[0].flatten(1)
            scores = torch.sigmoid(maps[4])
            keep = scores > 0.5
            corners = maps[:2, keep].t() * 10
            boxes = torch.cat([corners, corners + maps[2:4, keep].t().abs() * 20], dim=1)
            detections.append({'boxes': boxes, 'labels': (maps[5, keep] > 0).long() + 1, 'scores': scores[keep]})
        losses: Dict[str, Tensor] = {}
        return losses, detections


class Listener(nn.Module):
    """A stream of samples: spectrum, recurrent layer, and a state between calls."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(33, 8, batch_first=True)
        self.out = nn.Linear(8, 3)
        self.register_buffer('window', torch.hann_window(64))
        self.h = torch.zeros(1, 1, 8)
        self.c = torch.zeros(1, 1, 8)
        self.chunks = 0

    @torch.jit.export
    def reset(self):
        self.h = torch.zeros(1, 1, 8)
        self.c = torch.zeros(1, 1, 8)
        self.chunks = 0

    def forward(self, samples: Tensor) -> Tensor:
        spectrum = torch.stft(samples, 64, 32, window=self.window, return_complex=True).abs()
        frames, state = self.lstm(torch.log1p(spectrum).transpose(1, 2), (self.h, self.c))
        self.h, self.c = state
        self.chunks += 1
        return torch.log_softmax(self.out(frames[:, -1]), -1)


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(50, 16, padding_idx=0)
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
        self.norm = nn.LayerNorm(16)
        self.score = nn.Linear(16, 4)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Dict[str, Tensor]:
        x = self.words(input_ids)
        seen, _ = self.attention(x, x, x, key_padding_mask=attention_mask == 0, need_weights=False)
        hidden = self.norm(x + seen)
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        return {'logits': self.score(pooled), 'last_hidden_state': hidden}


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 32), nn.ELU(), nn.Linear(32, 32), nn.ELU(), nn.Linear(32, 2), nn.Tanh())
        self.memory = nn.GRUCell(6, 6)

    def forward(self, observation: Tensor, hidden: Tensor) -> Tuple[Tensor, Tensor]:
        hidden = self.memory(observation, hidden)
        return self.net(hidden), hidden


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
                                 nn.Conv2d(8, 16, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                                 nn.Linear(16, 10))

    def forward(self, x):
        return self.net(x)


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 3, 2, 1)
        self.head = nn.Conv2d(8, 5, 1)

    def forward(self, x) -> Dict[str, Tensor]:
        return {'out': nn.functional.interpolate(self.head(torch.relu(self.down(x))), scale_factor=2.0,
                                                 mode='bilinear', align_corners=False)}


if __name__ == '__main__':
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    for model in (Detector, Listener, Reader, Policy, Classifier, Segmenter):
        torch.manual_seed(1)
        extra = {'config.json': '{"threshold": 0.5}', 'labels.txt': 'none\nperson\ncar\n'} if model is Detector else {}
        torch.jit.save(torch.jit.script(model().eval()), str(folder / f'{model.__name__.lower()}.pt'), _extra_files=extra)
