#!/usr/bin/env python3
"""Writes one row of docs/ablation.md: what changed, the commands, and the Dice of every image.

Reads metrics.json and per_image.csv of `heartlab evaluate`.
"""
import argparse
import csv
import json
import os


def seconds_of(run):
    """Of the training, from the speeds in its log (an interrupted run has several starts)."""
    with open(os.path.join(run, "manifest.json")) as file:
        batch = json.load(file)["options"]["batch"]
    seconds, last = 0, 0
    with open(os.path.join(run, "log.csv"), newline="") as file:
        for line in csv.DictReader(file):
            iteration = int(line["iteration"])
            seconds += (iteration - last) * batch / float(line["images_per_second"])
            last = iteration
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--what", required=True)
    parser.add_argument("--run", required=True, help="the training's folder")
    parser.add_argument("--commands", required=True, help="a file, one a line")
    parser.add_argument("--hide", action="append", default=[],
                        help="PATH=NAME: how the commands name a folder")
    parser.add_argument("--evaluation", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    with open(options.commands) as file:
        text = file.read().replace(" --resume", "")
    for pair in options.hide:
        text = text.replace(*pair.split("=", 1))
    with open(os.path.join(options.evaluation, "metrics.json")) as file:
        metrics = json.load(file)
    dice = {}
    with open(os.path.join(options.evaluation, "per_image.csv"), newline="") as file:
        for line in csv.DictReader(file):
            dice.setdefault(line["patient"], {})[line["stem"]] = float(line["dice"])
    structure = metrics["classes"][0]
    row = {
        "name": options.name,
        "what": options.what,
        "seconds": round(seconds_of(options.run)),
        "commands": text.splitlines(),
        "images": metrics["images"],
        "missed": metrics["missed"],
        "dice_image_mean": structure["dice_image_mean"],
        "dice_patient_mean": structure["dice_patient_mean"],
        "dice_patient_ci95": structure["dice_patient_ci95"],
        "dice_pooled": structure["dice"],
        "iou_pooled": structure["iou"],
        "hd95_mm": structure["hd95_mm"],
        "assd_mm": structure["assd_mm"],
        "dice": dice,
    }
    temporary = options.out + ".tmp"
    with open(temporary, "w") as file:
        json.dump(row, file, indent=1)
        file.write("\n")
    os.rename(temporary, options.out)


if __name__ == "__main__":
    main()
