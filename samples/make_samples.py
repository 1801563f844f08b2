#!/usr/bin/env python3
"""Draws the bundled clips with the toybox generator: mp4, masks, optical flow, ground truth, and an edit specification per level.

    python3 samples/make_samples.py            # needs numpy, OpenCV and ffmpeg; rewrites samples/*/
"""
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "models", "toybox", "train"))
sys.dont_write_bytecode = True

import numpy as np  # noqa: E402

import clips  # noqa: E402
import world  # noqa: E402

# Seeds outside the training pools and the model's own clips. What a seed would draw otherwise is named: frames, size (width, height),
# cast (shape, colour, part), crossing paths.
BLUE_SQUARE, RED_MOON, GREEN_CIRCLE = ((world.SHAPES.index(s), world.COLOURS.index(c), 0)
                                       for s, c in (("square", "blue"), ("moon", "red"), ("circle", "green")))
SAMPLES = {
    "snow": (7047, {}),
    "wall": (7065, {}),
    "sand": (7103, {}),
    "wide": (7209, {"frames": 16, "size": (192, 128)}),
    "long": (7201, {"frames": 96}),
    "crossing": (7206, {"frames": 16, "cast": [RED_MOON, GREEN_CIRCLE], "crossing": True}),
    "twins": (7223, {"frames": 16, "cast": [BLUE_SQUARE, BLUE_SQUARE]}),
    "eyes": (7228, {"frames": 16}),
}
FPS = 8
ROOM = 4     # pixels around the old outline in which a new shape may grow
# Edges of the source hold objects in their place; at half strength they leave a new one its own shape (docs/quality.md).
CONTROL = ["control:", "  type: canny", "  conditioning_scale: 0.5"]
LEVELS = ("instance", "class", "part")
# What the background is called in these clips, which also have an edit that names nouns in place of masks.
NOUNS = {"wall": "brick wall"}


def write_mp4(path, frames):
    """Visually lossless H.264, 4:2:0, so that every player shows it."""
    size = f"{frames[0].shape[1]}x{frames[0].shape[0]}"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-framerate", str(FPS), "-i", "pipe:0",
               "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-c:v", "libx264", "-preset", "veryslow", "-crf", "12",
               "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
               "-movflags", "+faststart", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", path]
    subprocess.run(command, input=np.stack(frames).tobytes(), check=True)


def specification(info, edit):
    lines = [f"# {edit['level'].capitalize()} level; docs/edit-specification.md explains every key.",
             "clip: clip.mp4", f"source_prompt: {info['caption']}", f"prompt: {edit['prompt']}", "regions:"]
    for region in edit["regions"]:
        # Without a region of its own the background is kept from the source.
        if region["masks"] == ["background"]:
            continue
        lines.append(f"  - phrase: {region['phrase']}")
        if len(region["masks"]) == 1:
            lines.append(f"    masks: masks/{region['masks'][0]}")
        else:
            lines.append("    masks: [" + ", ".join("masks/" + m for m in region["masks"]) + "]")
        if edit["level"] != "part":
            lines.append(f"    grow: {ROOM}")
    return "\n".join(lines + CONTROL + ["seed: 7", ""])


def noun_specification(info, edit, background):
    lines = ["# The instance edit without masks, in few frames and steps, with pictures of how it comes about; docs/edit-specification.md explains every key.",
             "clip:", "  path: clip.mp4", "  frame_count: 8", f"source_prompt: {info['caption']}", f"prompt: {edit['prompt']}", "regions:"]
    nouns = {thing["mask"]: f"{thing['colour']} {thing['shape']}" for thing in info["objects"]}
    for region, target in zip(edit["regions"], edit["targets"]):
        lines += [f"  - id: {target['shape']}", f"    phrase: {region['phrase']}", f"    noun: {nouns[region['masks'][0]]}", f"    grow: {ROOM}"]
    lines += [*CONTROL, "clustering:", f"  nouns: [{background}]", "options:", "  steps: 20", "output:"]
    lines += [f"  {picture}: true" for picture in ("heat_maps", "features", "clusters", "masked_input", "comparison")]
    return "\n".join(lines + ["seed: 7", ""])


def write_sample(name, seed, changes):
    clip, info = clips.make_case(seed, **changes)
    folder = os.path.join(HERE, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    write_mp4(os.path.join(folder, "clip.mp4"), clip.frames)
    clips.write_masks(folder, clip)
    clips.write_flow(folder, clip)
    with open(os.path.join(folder, "case.json"), "w") as file:
        json.dump(info, file, indent=1)
        file.write("\n")
    for edit in info["edits"]:
        if edit["level"] in LEVELS:
            with open(os.path.join(folder, edit["level"] + ".yaml"), "w") as file:
                file.write(specification(info, edit))
        if edit["level"] == "instance" and name in NOUNS:
            with open(os.path.join(folder, "nouns.yaml"), "w") as file:
                file.write(noun_specification(info, edit, NOUNS[name]))
    print(name, seed, clip.n, f"{clip.width}x{clip.height}", info["caption"], "|", [e["prompt"] for e in info["edits"]])


if __name__ == "__main__":
    for sample_name, (sample_seed, sample_changes) in SAMPLES.items():
        write_sample(sample_name, sample_seed, sample_changes)
