"""Whole networks from a model folder in diffusers layout, on the inputs that the engine gets."""
import json
import os

import numpy as np
import torch
import torch.nn as nn

import safetensors
from text import TextModel
from unet import UNet
from vae import Autoencoder


def prepare(case):
    return {"unet": unet, "text": text, "encode": encode, "decode": decode}[case["kind"]](case)


def load(make, folder, part, stem):
    with open(os.path.join(folder, part, "config.json")) as file:
        config = json.load(file)
    with skip_initialisation():
        network = make(config)
    return safetensors.load_into(network, safetensors.find(os.path.join(folder, part), stem)).eval(), config


class skip_initialisation:
    """Leaves the memory of new parameters untouched."""

    KINDS = (nn.Linear, nn.Conv2d, nn.GroupNorm, nn.LayerNorm, nn.Embedding)

    def __enter__(self):
        self.before = [kind.reset_parameters for kind in self.KINDS]
        for kind in self.KINDS:
            kind.reset_parameters = lambda module: None

    def __exit__(self, *failure):
        for kind, reset in zip(self.KINDS, self.before):
            kind.reset_parameters = reset


def values(case):
    return np.fromfile(case["input"], np.float32)


def images_first(values, count, side, channels):
    """[count, side, side, channels] as PyTorch's [count, channels, side, side]."""
    return torch.from_numpy(values[:count * side * side * channels].reshape(count, side, side, channels)).permute(0, 3, 1, 2).contiguous()


def channels_last(x):
    return x.permute(0, 2, 3, 1).contiguous()


def unet(case):
    sizes = case["sizes"]
    branches, frames, side, tokens, width = (sizes[name] for name in ("branches", "frames", "side", "tokens", "textWidth"))
    published = case["variant"] == "published"
    network, _ = load(lambda config: UNet(config, frames, published), case["folder"], "unet", "diffusion_pytorch_model")
    network.make_identities()
    every = values(case)
    latents = images_first(every, branches * frames, side, 4).view(branches, frames, 4, side, side).transpose(1, 2).contiguous()
    prompts = torch.from_numpy(every[latents.numel():latents.numel() + branches * tokens * width].reshape(branches, tokens, width))

    def call():
        noise = network(latents, sizes["timestep"], prompts)
        return channels_last(noise.transpose(1, 2).reshape(branches * frames, 4, side, side))

    return call


def text(case):
    network, config = load(TextModel, case["folder"], "text_encoder", "model")
    texts, tokens = case["sizes"]["texts"], case["sizes"]["tokens"]
    ids = (torch.arange(texts * tokens) * 31 % config["vocab_size"]).view(texts, tokens)
    return lambda: network(ids)


def autoencoder(case):
    return load(Autoencoder, case["folder"], "vae", "diffusion_pytorch_model")[0]


def encode(case):
    network = autoencoder(case)
    del network.decoder, network.post_quant_conv  # the engine holds one half, too
    images = images_first(values(case), case["sizes"]["frames"], case["sizes"]["side"], 3)
    return lambda: channels_last(network.encode(images))


def decode(case):
    network = autoencoder(case)
    del network.encoder, network.quant_conv
    latents = images_first(values(case), case["sizes"]["frames"], case["sizes"]["side"] // 8, 4)
    return lambda: channels_last(network.decode(latents))
