#!/usr/bin/env python3
"""ablation_table.py ROWS PAGE COMMANDS: puts the rows (JSON of ablation_row.py) as a table into PAGE
and their commands into COMMANDS.

Both stand between two marks. Differences to the row `base` are paired by patient; their
interval is the bootstrap's over patients (2.5 and 97.5 %, 10,000 draws, one fixed seed).
"""
import glob
import json
import os
import random
import sys

BEGIN, END = "<!-- table -->", "<!-- end of table -->"


def patient_means(row):
    return {patient: sum(images.values()) / len(images) for patient, images in row["dice"].items()}


def difference(row, base):
    ours, theirs = patient_means(row), patient_means(base)
    patients = sorted(set(ours) & set(theirs))
    deltas = [ours[patient] - theirs[patient] for patient in patients]
    draw = random.Random(1)
    means = sorted(
        sum(draw.choices(deltas, k=len(deltas))) / len(deltas) for _ in range(10000))
    return sum(deltas) / len(deltas), means[249], means[9749]


def line(row, base):
    low, high = row["dice_patient_ci95"]
    cells = [
        f"`{row['name']}`", row["what"], str(row["missed"]), f"{row['dice_image_mean']:.3f}",
        f"{row['dice_patient_mean']:.3f} ({low:.3f} to {high:.3f})"
    ]
    if row is base or base is None:
        cells.append("")
    else:
        mean, least, most = difference(row, base)
        text = f"{mean:+.3f} ({least:+.3f} to {most:+.3f})"
        cells.append(f"**{text}**" if least > 0 or most < 0 else text)
    cells += [f"{row['dice_pooled']:.3f}", f"{row['seconds'] / 60:.0f}"]
    return "| " + " | ".join(cells) + " |"


def commands(row):
    return f"**{row['name']}**\n\n```\n" + "\n".join(row["commands"]) + "\n```\n"


def put(page, text):
    with open(page) as file:
        old = file.read()
    before, rest = old.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    temporary = page + ".tmp"
    with open(temporary, "w") as file:
        file.write("\n\n".join([before + BEGIN, text, END + after]))
    os.rename(temporary, page)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder, page, commands_page = sys.argv[1:]
    rows = []
    for name in glob.glob(os.path.join(folder, "*.json")):
        with open(name) as file:
            rows.append(json.load(file))
    base = next((row for row in rows if row["name"] == "base"), None)
    rows.sort(key=lambda row: (row is not base, -row["dice_patient_mean"]))
    head = ("| row | what is changed | missed | Dice 0, mean over images | mean over patients "
            "(95 % interval) | against the base, paired by patient (95 % interval) | pooled | "
            "minutes |\n|---|---|---:|---:|---:|---:|---:|---:|")
    put(page, "\n".join([head] + [line(row, base) for row in rows]))
    put(commands_page, "\n".join(commands(row) for row in rows))


if __name__ == "__main__":
    main()
