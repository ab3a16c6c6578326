"""torchvision beyond the zoo: detection, segmentation, video, optical flow, and the classifiers the zoo leaves out."""

import torch
import torchvision
from torch import nn
from torchvision.models import detection, optical_flow, segmentation, video

from .registry import sample, stir

NO_WEIGHTS = {"weights": None, "weights_backbone": None}


def calibrated(model, *batch):
    """Sets batch-norm statistics to those of a batch, so that activations keep their scale through the layers."""
    stir(model)
    norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    for m in norms:
        m.momentum = 1.0
        m.train()
    with torch.no_grad():
        model(*batch)
    for m in norms:
        m.running_var.clamp_(min=m.running_var.mean().item() * 0.3)
        m.momentum = 0.1
    return model.eval()


def decided(model):
    """A detector whose scores lie far apart, so that no order depends on rounding."""
    calibrated(model.eval(), pictures((96, 96), (80, 112)))
    with torch.no_grad():
        for name, p in model.named_parameters():
            if any(part in name for part in ("cls_logits", "cls_score", "classification_head")) and p.dim() > 1:
                p.mul_(4 if p.dim() == 2 else 2)
    return model


def pictures(*sizes):
    return [torch.rand(3, *size) for size in sizes]


def detector(model, *sizes):
    return decided(model), {"first": (pictures((64, 80)),), "two": (pictures((72, 64), (48, 90)),)}


# Boxes of a random network are ill-conditioned: PyTorch itself, in float32, is some 0.005 pixels off what it gives in float64.
BOXES = dict(rtol=1e-3, atol=0.05)
SMALL = dict(num_classes=5, min_size=96, max_size=128)
RCNN = dict(SMALL, rpn_pre_nms_top_n_test=60, rpn_post_nms_top_n_test=20, box_detections_per_img=10)


@sample("detection", "scripted", quick=True, **BOXES)
def fasterrcnn_mobilenet_v3_large_320_fpn():
    return detector(detection.fasterrcnn_mobilenet_v3_large_320_fpn(**NO_WEIGHTS, **RCNN))


@sample("detection", "scripted", **BOXES)
def fasterrcnn_resnet50_fpn():
    return detector(detection.fasterrcnn_resnet50_fpn(**NO_WEIGHTS, **RCNN))


@sample("detection", "scripted", **BOXES)
def fasterrcnn_resnet50_fpn_v2():
    return detector(detection.fasterrcnn_resnet50_fpn_v2(**NO_WEIGHTS, **RCNN))


@sample("detection", "scripted", **BOXES)
def maskrcnn_resnet50_fpn():
    return detector(detection.maskrcnn_resnet50_fpn(**NO_WEIGHTS, **RCNN))


@sample("detection", "scripted", **BOXES)
def keypointrcnn_resnet50_fpn():
    settings = dict(RCNN, num_classes=2)
    return detector(detection.keypointrcnn_resnet50_fpn(**NO_WEIGHTS, **settings))


@sample("detection", "scripted", **BOXES)
def retinanet_resnet50_fpn():
    return detector(detection.retinanet_resnet50_fpn(**NO_WEIGHTS, **SMALL, score_thresh=0.005, topk_candidates=12,
                                                    detections_per_img=6))


@sample("detection", "scripted", **BOXES)
def fcos_resnet50_fpn():
    return detector(detection.fcos_resnet50_fpn(**NO_WEIGHTS, **SMALL, score_thresh=0.005, topk_candidates=12,
                                                    detections_per_img=6))


@sample("detection", "scripted", **BOXES)
def ssd300_vgg16():
    return detector(detection.ssd300_vgg16(**NO_WEIGHTS, num_classes=5, topk_candidates=8))


@sample("detection", "scripted", **BOXES)
def ssdlite320_mobilenet_v3_large():
    return detector(detection.ssdlite320_mobilenet_v3_large(**NO_WEIGHTS, num_classes=5, topk_candidates=8))


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


def segmenter(make, side=64):
    model = make(**NO_WEIGHTS, num_classes=5)
    return calibrated(model, torch.randn(2, 3, side, side)), {"first": (torch.randn(1, 3, side, side),), "wide": (torch.randn(2, 3, side,
                                                                                                                              side + 32),)}


@sample("segmentation", quick=True)
def lraspp_mobilenet_v3_large():
    return segmenter(segmentation.lraspp_mobilenet_v3_large)


@sample("segmentation")
def deeplabv3_mobilenet_v3_large():
    return segmenter(segmentation.deeplabv3_mobilenet_v3_large)


# As with boxes: 1e-4 is how far PyTorch in float32 is from itself in float64 here.
@sample("segmentation", rtol=1e-3, atol=5e-4)
def deeplabv3_resnet50():
    return segmenter(segmentation.deeplabv3_resnet50)


@sample("segmentation", rtol=1e-3, atol=5e-4)
def fcn_resnet50():
    return segmenter(segmentation.fcn_resnet50)


def clip(model, *size):
    return calibrated(model, torch.randn(2, 3, *size)), {"first": (torch.randn(1, 3, *size),), "pair": (torch.randn(2, 3, *size),)}


@sample("video")
def r3d_18():
    return clip(video.r3d_18(num_classes=10), 8, 32, 32)


@sample("video")
def mc3_18():
    return clip(video.mc3_18(num_classes=10), 8, 32, 32)


@sample("video")
def r2plus1d_18():
    return clip(video.r2plus1d_18(num_classes=10), 8, 32, 32)


@sample("video", "scripted")
def s3d():
    return clip(video.s3d(num_classes=10), 16, 224, 224)


@sample("video")
def mvit_v2_s():
    return clip(video.mvit_v2_s(num_classes=10), 16, 224, 224)


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


def classifier(name, side=224):
    def make():
        model = getattr(torchvision.models, name)(weights=None, num_classes=10)
        return calibrated(model, torch.randn(2, 3, side, side)), {"first": (torch.randn(1, 3, side, side),)}
    make.__name__ = name
    return make


for _name in ("maxvit_t", "swin_v2_t", "swin_s", "efficientnet_v2_s", "vit_b_32", "regnet_x_400mf", "shufflenet_v2_x0_5", "mnasnet0_5",
              "mobilenet_v3_small", "squeezenet1_0", "vgg16", "densenet201", "resnet34", "convnext_small"):
    sample("classification")(classifier(_name))


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
