#!/usr/bin/python3
"""Writes the golden logits of tests/nn/golden with Debian's python3-torch and python3-torchvision.

Every weight and the input come from one fixed formula that tests/nn/formula.h repeats, so that the
files hold logits only. Run: python3 tools/golden_logits.py tests/nn/golden
"""
import json
import struct
import sys

import torch
import torch.nn.functional as F
import torchvision

SIDE = 49


def formula(count, offset):
    return torch.sin(0.37 * torch.arange(count, dtype=torch.float64) + offset)


def fill(tensors):
    """Sets every tensor of {name: tensor} in order of name; running statistics included."""
    for number, name in enumerate(sorted(tensors)):
        tensor = tensors[name]
        values = formula(tensor.numel(), number).reshape(tensor.shape)
        if tensor.dim() == 4:
            values *= 2.0 / (tensor[0].numel() ** 0.5)
        elif name.endswith("running_var"):
            values = 1.0 + 0.5 * values * values
        elif tensor.dim() == 1 and name.endswith("weight"):
            values = 0.5 + 0.1 * values
        else:
            values *= 0.1
        tensor.data.copy_(values.float())


def state(module):
    return {k: v for k, v in module.state_dict().items() if not k.endswith("num_batches_tracked")}


def image():
    return formula(SIDE * SIDE, 0.5).float().reshape(1, 1, SIDE, SIDE)


def deeplabv3(backbone):
    make = getattr(torchvision.models.segmentation, "deeplabv3_" + backbone)
    network = make(weights=None, weights_backbone=None, num_classes=2, aux_loss=False)
    network.backbone.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    fill(state(network))
    return network.eval()(image())["out"]


class DeepLabV2(torch.nn.Module):
    """ResNet dilated to output stride 8, four 3x3 convolutions with bias to the classes, summed."""

    def __init__(self, backbone):
        super().__init__()
        net = getattr(torchvision.models, backbone)(weights=None)
        net.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
        for layer, dilation in ((net.layer3, 2), (net.layer4, 4)):
            for name, module in layer.named_modules():
                if not isinstance(module, torch.nn.Conv2d):
                    continue
                module.stride = (1, 1)
                if module.kernel_size == (3, 3):
                    module.dilation = module.padding = (dilation, dilation)
        del net.fc, net.avgpool
        self.backbone = net
        channels = 512 if backbone in ("resnet18", "resnet34") else 2048
        self.classifier = torch.nn.ModuleList(
            torch.nn.Conv2d(channels, 2, 3, padding=rate, dilation=rate) for rate in (6, 12, 18, 24))

    def forward(self, x):
        net = self.backbone
        y = net.maxpool(F.relu(net.bn1(net.conv1(x))))
        y = net.layer4(net.layer3(net.layer2(net.layer1(y))))
        y = sum(branch(y) for branch in self.classifier)
        return F.interpolate(y, x.shape[-2:], mode="bilinear", align_corners=False)


def deeplabv2(backbone):
    network = DeepLabV2(backbone)
    fill(state(network))
    return network.eval()(image())


def write(path, tensor):
    data = tensor.contiguous().float().numpy().tobytes()
    header = json.dumps({"logits": {"dtype": "F32", "shape": list(tensor.shape),
                                    "data_offsets": [0, len(data)]}}).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + data)


def write_state_dict(path):
    """A state_dict as torchvision publishes its backbones: OrderedDict, zip format, 3 channels."""
    torch.manual_seed(0)
    layers = torch.nn.Sequential()
    layers.add_module("conv1", torch.nn.Conv2d(3, 64, 7, 2, 3, bias=False))
    layers.add_module("bn1", torch.nn.BatchNorm2d(64))
    for number, name in enumerate(sorted(state(layers))):
        tensor = state(layers)[name]
        tensor.data.copy_(formula(tensor.numel(), number).reshape(tensor.shape).float())
    torch.save(layers.state_dict(), path)


if __name__ == "__main__":
    folder = sys.argv[1]
    torch.set_grad_enabled(False)
    for name in ("resnet50", "resnet101"):
        write(f"{folder}/deeplabv3-{name}.safetensors", deeplabv3(name))
    for name in ("resnet18", "resnet101"):
        write(f"{folder}/deeplabv2-{name}.safetensors", deeplabv2(name))
    write_state_dict(f"{folder}/stem.pth")
