#!/usr/bin/python3
"""The PyTorch side of train_bench: HeartLab's networks, written as torchvision writes them, trained
as PyTorch is usually run (eager, channels_last, bf16 autocast or fp32, a thread a core).

Run by train_bench: argv[1] is a JSON object of options. Prints "ready" and the versions; then, for
each line of stdin that holds a number n, takes n steps and prints of each the seconds and the
seconds of all cores together.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


def conv(channels, out, kernel, stride=1, dilation=1):
    return nn.Conv2d(channels, out, kernel, stride, dilation * (kernel // 2), dilation, bias=False)


def normed(channels, out, kernel, dilation=1):
    return nn.Sequential(conv(channels, out, kernel, 1, dilation), nn.BatchNorm2d(out),
                         nn.ReLU(inplace=True))


class Block(nn.Module):
    """torchvision's Bottleneck, or its BasicBlock where `wide` is 1."""

    def __init__(self, channels, width, wide, stride, dilation):
        super().__init__()
        kernels = [(1, 1), (3, stride), (1, 1)] if wide > 1 else [(3, stride), (3, 1)]
        out = width * wide
        self.convs, self.norms = nn.ModuleList(), nn.ModuleList()
        inside = channels
        for number, (kernel, step) in enumerate(kernels):
            last = number + 1 == len(kernels)
            self.convs.append(conv(inside, out if last else width, kernel, step,
                                   dilation if kernel == 3 else 1))
            self.norms.append(nn.BatchNorm2d(out if last else width))
            inside = width
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = None
        if channels != out or stride > 1:
            self.shortcut = nn.Sequential(conv(channels, out, 1, stride), nn.BatchNorm2d(out))

    def forward(self, x):
        y = x
        for layer, norm in zip(self.convs[:-1], self.norms[:-1]):
            y = self.relu(norm(layer(y)))
        y = self.norms[-1](self.convs[-1](y))
        y += x if self.shortcut is None else self.shortcut(x)
        return self.relu(y)


DEPTHS = {"resnet18": (2, 2, 2, 2), "resnet34": (3, 4, 6, 3), "resnet50": (3, 4, 6, 3),
          "resnet101": (3, 4, 23, 3)}


class ResNet(nn.Module):
    def __init__(self, options):
        super().__init__()
        depths = DEPTHS[options["backbone"]]
        wide = 1 if options["backbone"] in ("resnet18", "resnet34") else 4
        grid = options["multi_grid"]
        strided = options["output_stride"] == 16
        strides = (1, 2, 2 if strided else 1, 1)
        dilations = ([1], [1], [1 if strided else 2], [(2 if strided else 4) * m for m in grid])
        self.stem = nn.Sequential(nn.Conv2d(1, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64),
                                  nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1))
        self.stages = nn.ModuleList()
        channels = 64
        for stage in range(4):
            blocks = []
            for number in range(depths[stage]):
                rates = dilations[stage]
                blocks.append(Block(channels, 64 << stage, wide,
                                    strides[stage] if number == 0 else 1,
                                    rates[number % len(rates)]))
                channels = (64 << stage) * wide
            self.stages.append(nn.Sequential(*blocks))
        self.low, self.high = 64 * wide, channels

    def forward(self, x):
        low = self.stages[0](self.stem(x))
        return low, self.stages[3](self.stages[2](self.stages[1](low)))


def resized(x, size):
    return F.interpolate(x, size, mode="bilinear", align_corners=False)


class Aspp(nn.Module):
    def __init__(self, channels, rates, out):
        super().__init__()
        self.branches = nn.ModuleList([normed(channels, out, 1)])
        self.branches.extend(normed(channels, out, 3, rate) for rate in rates)
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), *normed(channels, out, 1))
        self.project = normed((len(rates) + 2) * out, out, 1)

    def forward(self, x):
        parts = [branch(x) for branch in self.branches]
        return self.project(torch.cat(parts + [resized(self.pool(x), x.shape[-2:])], 1))


class DeepLabV2(nn.Module):
    def __init__(self, options, low, channels):
        super().__init__()
        self.branches = nn.ModuleList(nn.Conv2d(channels, 2, 3, padding=rate, dilation=rate)
                                      for rate in options["rates"])

    def forward(self, low, high):
        return sum(branch(high) for branch in self.branches)


class DeepLabV3(nn.Module):
    def __init__(self, options, low, channels):
        super().__init__()
        width = options["aspp_channels"]
        self.head = nn.Sequential(Aspp(channels, options["rates"], width), nn.Conv2d(width, 2, 1))

    def forward(self, low, high):
        return self.head(high)


class DeepLabV3Plus(nn.Module):
    def __init__(self, options, low, channels):
        super().__init__()
        self.aspp = Aspp(channels, options["rates"], options["aspp_channels"])
        self.low = normed(low, options["low_level_channels"], 1)
        width = options["decoder_channels"]
        self.decoder = nn.Sequential(
            normed(options["aspp_channels"] + options["low_level_channels"], width, 3),
            normed(width, width, 3), nn.Conv2d(width, 2, 1))

    def forward(self, low, high):
        low = self.low(low)
        return self.decoder(torch.cat([resized(self.aspp(high), low.shape[-2:]), low], 1))


class Network(nn.Module):
    def __init__(self, options):
        super().__init__()
        self.backbone = ResNet(options)
        heads = {"deeplabv2": DeepLabV2, "deeplabv3": DeepLabV3, "deeplabv3plus": DeepLabV3Plus}
        self.classifier = heads[options["network"]](options, self.backbone.low,
                                                    self.backbone.high)
        self.scales = options["scales"] or [1]

    def forward(self, x):
        size = x.shape[-2:]
        each = []
        for scale in self.scales:
            part = x if scale == 1 else resized(x, [max(1, round(scale * n)) for n in size])
            each.append(self.classifier(*self.backbone(part)))
        fused = resized(each[0], size)
        for logits in each[1:]:
            fused = torch.maximum(fused, resized(logits, size))
        return [fused] if len(each) == 1 else [fused] + each


def loss_of(outputs, labels, weight):
    total = 0
    for logits in outputs:
        target = labels
        if logits.shape[-2:] != labels.shape[-2:]:
            target = F.interpolate(labels[:, None].float(), logits.shape[-2:])[:, 0].long()
        total = total + F.cross_entropy(logits.float(), target, weight=weight)
    return total


def main():
    options = json.loads(sys.argv[1])
    torch.set_num_threads(options["threads"])
    torch.manual_seed(1)
    network = Network(options).to(memory_format=torch.channels_last).train()
    optimiser = torch.optim.SGD(
        [{"params": network.backbone.parameters()},
         {"params": network.classifier.parameters(), "lr": 2.5e-3}],
        lr=2.5e-4, momentum=0.9, weight_decay=5e-4)
    shape = (options["batch"], 1, options["crop"], options["crop"])
    images = torch.randn(shape).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, 2, shape)[:, 0]
    weight = torch.tensor(options["class_weights"])
    bfloat16 = options["precision"] == "bf16"

    def step():
        start, busy = time.perf_counter(), time.process_time()
        optimiser.zero_grad(set_to_none=True)
        with torch.cpu.amp.autocast(enabled=bfloat16, dtype=torch.bfloat16):
            outputs = network(images)
        loss = loss_of(outputs, labels, weight)
        loss.backward()
        optimiser.step()
        loss.item()
        return time.perf_counter() - start, time.process_time() - busy

    print(f"ready torch {torch.__version__}", flush=True)
    for line in sys.stdin:
        print(" ".join("{:.6f} {:.6f}".format(*step()) for _ in range(int(line))), flush=True)


if __name__ == "__main__":
    main()
