"""torchvision's detection, segmentation, video and optical flow, and its operators and transforms in modules."""

import torch
import torchvision
from torch import nn
from torchvision.models import detection, optical_flow, segmentation, video

from .registry import builders, calibrated, named, rounding, sample

NO_WEIGHTS = {"weights": None, "weights_backbone": None}


def decided(model):
    """A detector whose scores lie far apart, so that no order depends on rounding."""
    calibrated(model.eval(), pictures((96, 96), (80, 112)))
    with torch.no_grad():
        for name, p in model.named_parameters():
            if any(part in name for part in ("cls_logits", "cls_score", "classification_head")) and p.dim() > 1:
                p.mul_(4 if p.dim() == 2 else 2)
    return model


def tempered(model):
    """An SSD whose backbone has no normalisation: nobody having trained it, its logits are so large that all scores are 1."""
    with torch.no_grad():
        images, _ = model.transform(pictures((96, 96), (80, 112)))
        features = list(model.backbone(images.tensors).values())
        for head, spread in (model.head.classification_head, 1.5), (model.head.regression_head, 0.5):
            for x, layer in zip(features, head.module_list):
                factor = spread / layer(x).std()
                layer.weight.mul_(factor)
                layer.bias.mul_(factor)
    return model


def pictures(*sizes):
    return [torch.rand(3, *size) for size in sizes]


# Boxes of a random network are ill-conditioned: PyTorch itself, in float32, is some 0.005 pixels off what it gives in float64.
BOXES = dict(rtol=1e-3, atol=0.05)
SMALL = dict(num_classes=5, min_size=96, max_size=128)
FEW = dict(SMALL, score_thresh=0.005, topk_candidates=12, detections_per_img=6)
RCNN = dict(SMALL, rpn_pre_nms_top_n_test=60, rpn_post_nms_top_n_test=20, box_detections_per_img=10)
SSD = dict(num_classes=3, topk_candidates=4)
SETTINGS = {"retinanet": FEW, "fcos": FEW, "ssd300": SSD, "ssdlite320": SSD, "keypointrcnn": dict(RCNN, num_classes=2, num_keypoints=5, box_detections_per_img=4)}


def steady(model, call):
    """Whether the answer is the same in float64, and for pictures off by rounding: where scores nearly tie, as maxima of heat maps do
    too, any rounding gives other boxes."""
    with torch.no_grad():
        found = model(call)
        torch.set_default_dtype(torch.float64)
        try:
            exact = model.double()([picture.double() for picture in call])
        finally:
            torch.set_default_dtype(torch.float32)
            model.float()
        shaken = [model([picture + 2e-6 * torch.randn_like(picture) for picture in call]) for _ in range(4)]
    return all(near(found, other) for other in (exact, *shaken)) and all(apart(f["scores"], e["scores"]) for f, e in zip(found, exact))


def near(found, other):
    return all(f[key].shape == o[key].shape and torch.allclose(f[key].double(), o[key].double(), atol=0.01)
               for f, o in zip(found, other) for key in f)


def apart(scores, exact):
    """Whether scores that follow one another differ by far more than rounding."""
    return bool((scores[:-1] - scores[1:] > 5 * (scores - exact).abs().max()).all()) if len(scores) else True


def steady_call(model, *sizes):
    for _ in range(20):
        call = pictures(*sizes)
        if steady(model, call):
            return call
    raise RuntimeError("no pictures that this network is sure of")


class Flat(nn.Module):
    """A detector as a trace can have it: pictures in, tensors out."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *given):
        return tuple(value for found in self.model(list(given)) for value in found.values())


def detector(name):
    settings = SETTINGS.get(name.split("_")[0], RCNN)

    def made():
        model = decided(getattr(detection, name)(**NO_WEIGHTS, **settings))
        return tempered(model) if name == "ssd300_vgg16" else model

    def scripted():
        model = made()
        return model, {"first": (steady_call(model, (64, 80)),), "two": (steady_call(model, (72, 64), (48, 90)),)}
    sample("detection", "scripted", quick=name == "fasterrcnn_mobilenet_v3_large_320_fpn", **BOXES)(named(name, scripted))

    def traced():
        model = made()
        return Flat(model), {"first": tuple(steady_call(model, (64, 80)))}
    sample("detection", "traced", **BOXES)(named(f"{name}_traced", traced))


for _name in builders(detection):
    detector(_name)


class Deformable(nn.Module):
    """deform_conv2d and the pooling of regions as modules, the way hand-written detectors use them."""

    def __init__(self):
        super().__init__()
        self.where = nn.Conv2d(8, 18, 3, padding=1)
        self.weigh = nn.Conv2d(8, 9, 3, padding=1)
        self.deform = torchvision.ops.DeformConv2d(8, 12, 3, padding=1)
        self.align = torchvision.ops.RoIAlign((4, 3), 0.5, 2, True)
        self.pool = torchvision.ops.RoIPool((3, 3), 0.5)
        self.sensitive = torchvision.ops.PSRoIAlign(2, 0.5, 2)
        self.sensitive_pool = torchvision.ops.PSRoIPool(2, 0.5)

    def forward(self, x, boxes, scores):
        y = self.deform(x, self.where(x), torch.sigmoid(self.weigh(x)))
        keep = torchvision.ops.nms(boxes[:, 1:], scores, 0.3)
        boxes = boxes[keep]
        return self.align(y, boxes), self.pool(y, boxes), self.sensitive(y, boxes), self.sensitive_pool(y, boxes)


@sample("detection", quick=True)
def region_operators():
    def call(n):
        corner = torch.rand(n, 2) * 10
        return torch.randn(2, 8, 12, 12), torch.cat([torch.randint(0, 2, (n, 1)).float(), corner, corner + 2 + torch.rand(n, 2) * 10], 1), \
            torch.rand(n)
    return Deformable(), {"first": call(6), "more": call(40)}


def segmenter(name, **settings):
    def make():
        model = getattr(segmentation, name)(**NO_WEIGHTS, **settings, num_classes=5)
        return calibrated(model.eval(), torch.randn(2, 3, 64, 64)), {"first": (torch.randn(1, 3, 64, 64),),
                                                                      "wide": (torch.randn(2, 3, 64, 96),)}
    return make


for _name in builders(segmentation):
    sample("segmentation", quick=_name.startswith("lraspp"), atol=rounding)(named(_name, segmenter(_name)))
sample("segmentation", atol=rounding)(named("fcn_resnet50_auxiliary", segmenter("fcn_resnet50", aux_loss=True)))

CLIPS = {"s3d": (16, 224, 224), "mvit_v1_b": (16, 224, 224), "mvit_v2_s": (16, 224, 224)}


def clip(name):
    def make():
        size = CLIPS.get(name, (8, 32, 32))
        model = getattr(video, name)(num_classes=10).eval()
        calls = {"first": (torch.randn(1, 3, *size),), "pair": (torch.randn(2, 3, *size),)}
        return calibrated(model, torch.randn(2, 3, *size)), calls if name not in CLIPS else {"first": calls["first"]}
    return named(name, make)


for _name in builders(video):
    sample("video", **({"atol": rounding} if _name == "s3d" else {}))(clip(_name))


@sample("optical flow")
def raft_small():
    model = optical_flow.raft_small()
    pair = torch.rand(2, 1, 3, 128, 136) * 2 - 1
    return calibrated(model, *pair), {"first": tuple(pair)}


@sample("optical flow")
def raft_large():
    model = optical_flow.raft_large()
    pair = torch.rand(2, 1, 3, 128, 128) * 2 - 1
    return calibrated(model, *pair), {"first": tuple(pair)}


class Preprocessing(nn.Module):
    """torchvision's transforms as part of a scripted model."""

    def __init__(self):
        super().__init__()
        t = torchvision.transforms
        normalize = t.Normalize((0.4, 0.5, 0.6), (0.2, 0.3, 0.2))
        self.steps = nn.Sequential(t.Resize([40]), t.CenterCrop(32), t.ConvertImageDtype(torch.float32), normalize,
                                   t.Pad([2], padding_mode="reflect"), t.Grayscale(3), t.GaussianBlur(3, (1.0, 1.0)))

    def forward(self, picture):
        return self.steps(picture)


@sample("transforms", "scripted", quick=True, atol=0.02)
def preprocessing():
    return Preprocessing(), {"first": (torch.randint(0, 256, (3, 60, 50), dtype=torch.uint8),),
                             "float": (torch.rand(3, 48, 64),)}


class Functional(nn.Module):
    def forward(self, x):
        f = torchvision.transforms.functional
        return (f.adjust_brightness(x, 1.2), f.adjust_contrast(x, 0.7), f.adjust_saturation(x, 1.5), f.adjust_hue(x, 0.1),
                f.adjust_gamma(x, 0.8), f.hflip(x), f.vflip(x), f.rotate(x, 30.0), f.affine(x, 10.0, [2, 3], 1.1, [5.0, 2.0]),
                f.perspective(x, [[0, 0], [31, 0], [31, 31], [0, 31]], [[2, 2], [29, 0], [31, 30], [1, 31]]), f.invert(x),
                f.solarize(x, 0.5), f.autocontrast(x), f.adjust_sharpness(x, 1.4), f.gaussian_blur(x, [3, 5]), f.five_crop(x, [10, 12]))


@sample("transforms", "scripted")
def functional_transforms():
    return Functional(), {"first": (torch.rand(2, 3, 32, 32),)}
