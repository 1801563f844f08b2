"""The steps of an edit of Stable Diffusion 1.5's size in PyTorch on a CUDA device: the yardstick of benchmarks/Gpu.

python3 gpu.py --frames 16 --side 512 --steps 50 [--json FILE]

Random weights, fp16, attention by the library's fused kernel. Three steps are timed: one branch (inversion), two branches, and two branches as the released program
runs its modulated steps (unet.py). An edit is counted up from them: all steps of the inversion, 0.3 of the denoising steps modulated.
"""
import argparse
import json
import statistics

import torch

from unet import UNet

STABLE_DIFFUSION = {
    "block_out_channels": [320, 640, 1280, 1280], "layers_per_block": 2, "cross_attention_dim": 768, "attention_head_dim": 8, "norm_num_groups": 32,
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"], "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
}
PIXELS_PER_CELL, WORDS, MODULATED = 8, 77, 0.3


def seconds(run, repeats):
    """The median over repeats, by the device's own clock, after one call to warm up."""
    run()
    times = []
    for _ in range(repeats):
        began, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        began.record()
        run()
        ended.record()
        torch.cuda.synchronize()
        times.append(began.elapsed_time(ended) / 1000)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json")
    options = parser.parse_args()
    torch.set_grad_enabled(False)
    torch.set_default_device("cuda")
    torch.set_default_dtype(torch.float16)
    torch.backends.cudnn.benchmark = True
    cells = options.side // PIXELS_PER_CELL
    clip = torch.randn(2, 4, options.frames, cells, cells)
    text = torch.randn(2, WORDS, STABLE_DIFFUSION["cross_attention_dim"])
    timestep = torch.tensor(500.0, dtype=torch.float32)
    result = {"device": torch.cuda.get_device_name(), "torch": torch.__version__, "frames": options.frames, "side": options.side}
    for published in (False, True):
        network = UNet(STABLE_DIFFUSION, options.frames, published, fused=True).eval()
        if published:
            network.make_identities()
        torch.cuda.reset_peak_memory_stats()
        if not published:
            result["inversion step"] = seconds(lambda: network(clip[:1], timestep, text[:1]), options.repeats)
        result["published step" if published else "step"] = seconds(lambda: network(clip, timestep, text), options.repeats if not published else 2)
        result[f"peak bytes, {'published' if published else 'plain'}"] = torch.cuda.max_memory_allocated()
        del network
        torch.cuda.empty_cache()
        print(json.dumps(result), flush=True)
    plain = options.steps * (result["inversion step"] + result["step"])
    result["edit, nothing modulated"] = plain
    result["edit as released"] = plain + options.steps * MODULATED * (result["published step"] - result["step"])
    print(json.dumps(result))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file)


main()
