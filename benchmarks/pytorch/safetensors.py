"""Reads safetensors files one tensor at a time, widening to fp32."""
import json
import os

import numpy as np
import torch

TYPES = {"F16": np.float16, "F32": np.float32}


def load_into(module, path):
    """Fills a module's parameters by name; every tensor must be used and every parameter found."""
    parameters = dict(module.named_parameters())
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        unknown, missing = set(header) - set(parameters) - {"text_model.embeddings.position_ids"}, set(parameters) - set(header)
        if unknown or missing:
            raise ValueError(f"unknown {sorted(unknown)[:4]}, missing {sorted(missing)[:4]}")
        for name, parameter in parameters.items():
            entry = header[name]
            start, end = entry["data_offsets"]
            file.seek(8 + length + start)
            values = np.frombuffer(file.read(end - start), TYPES[entry["dtype"]]).astype(np.float32)
            parameter.data = torch.from_numpy(values.reshape(parameter.shape))
    return module


def find(folder, stem):
    return os.path.join(folder, stem + ".safetensors")
