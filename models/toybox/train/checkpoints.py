"""Checkpoints that are written whole or not at all, and whose damage is named."""
import json
import os
import sys
import torch

CARD = "training.json"      # beside exported weights: where they come from


def save(path, kind, **content):
    """Writes a checkpoint beside its place and moves it there."""
    torch.save({"kind": kind, **content}, path + ".tmp")
    os.replace(path + ".tmp", path)


def load(path, kind=None):
    """Reads a checkpoint; one that is missing, damaged or of another kind ends the program with a message that names it."""
    if not os.path.exists(path):
        sys.exit(f"{path} is missing: run the stage that makes it first (recipe.sh)")
    try:
        content = torch.load(path, map_location="cpu")
    except Exception as error:      # torch raises half a dozen kinds, depending on where the file breaks off
        sys.exit(f"{path} is damaged ({type(error).__name__}: {error}); delete it, or restore it from an exported model (import_model.py)")
    if kind and content.get("kind", kind) != kind:
        sys.exit(f"{path} holds a {content['kind']} checkpoint, not {kind}")
    return content


def refuse_worse(folder, scores, key):
    """Ends the program when the weights in folder have a better held-out score than these."""
    try:
        with open(os.path.join(folder, CARD)) as f:
            there = json.load(f)["held_out"][key]
    except FileNotFoundError:
        return
    if there > scores[key]:
        sys.exit(f"{folder} holds better weights: {key} {there}, these have {scores[key]}; nothing was written")


def write_card(folder, steps, scores):
    """Notes the steps of training and the held-out scores of the weights in folder."""
    with open(os.path.join(folder, CARD), "w") as f:
        json.dump({"steps": steps, "held_out": scores}, f, indent=2)
        f.write("\n")
