"""Trains a ControlNet with the UNet and the text encoder frozen: the UNet's own encoder once more, its outputs through zero convolutions.

It has no transformers but the middle one: an edge or height map says where things are, the UNet itself reads the prompt.  That makes it
a third smaller than a full copy.  Residual blocks start from the UNet's weights, and only what reaches the UNet's decoder is learned from.
"""
import argparse, json, math, os, time
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import captions
import checkpoints
import ops
from clips import edges
from models import AutoencoderKL, CLIPTextModel, ControlNetModel, UNet2DConditionModel, VAE_CONFIG, UNET_CONFIG, controlnet_config, text_config, alphas_cumprod
from tokenizer import Tokenizer

ap = argparse.ArgumentParser()
ap.add_argument("--kind", choices=["canny", "depth"], required=True)
ap.add_argument("--pool", required=True); ap.add_argument("--val", required=True); ap.add_argument("--vae", default="vae.pt"); ap.add_argument("--ldm", default="ldm.pt")
ap.add_argument("--out", required=True); ap.add_argument("--minutes", type=float, default=30); ap.add_argument("--batch", type=int, default=12)
ap.add_argument("--lr", type=float, default=1e-3); ap.add_argument("--scenes", type=int, default=4000, help="of each pool; their latents stay in memory")
ap.add_argument("--device", default="cpu"); ap.add_argument("--seed", type=int, default=13)
a = ap.parse_args()
torch.set_num_threads(1); torch.manual_seed(a.seed)
torch.set_float32_matmul_precision("high")
rng = np.random.default_rng(a.seed)
tok = Tokenizer()
ldm = checkpoints.load(a.ldm)
old = ldm["ema"]
vae, text, unet = AutoencoderKL(VAE_CONFIG), CLIPTextModel(text_config(len(tok.vocab))), UNet2DConditionModel(UNET_CONFIG)
vae.load_state_dict(checkpoints.load(a.vae)["ema"])
unet.load_state_dict({k[5:]: v for k, v in old.items() if k.startswith("unet.")})
text.load_state_dict({k[5:]: v for k, v in old.items() if k.startswith("text.")})
config = controlnet_config()
net = ControlNetModel(config)
net.start_from(unet)
for m in (vae, text, unet, net):
    m.to(a.device).requires_grad_(m is net)
optimiser = torch.optim.AdamW(net.parameters(), lr=a.lr, betas=(.9, .99), weight_decay=1e-4)
done = 0
if os.path.exists(a.out):
    state = checkpoints.load(a.out, "controlnet")
    net.load_state_dict(state["model"]), optimiser.load_state_dict(state["optimiser"])
    done = state["steps"]
ac = alphas_cumprod().to(a.device)
scale = ldm["scale"]
names = lambda what: [np.load(f"{p}_{what}.npy", mmap_mode="r") for p in a.pool.split(",")]
images, heights, metas = names("images"), names("heights"), names("meta")
val_images, val_heights, val_meta = (np.load(f"{a.val}_{what}.npy", mmap_mode="r") for what in ("images", "heights", "meta"))


latents = {}       # (pool, scene) -> mean and log-variance, encoded when first met


def batch(images, heights, meta, pick, rng):
    x = np.stack([images[i] for i in pick])
    maps = np.stack([edges(i) for i in x]) if a.kind == "canny" else np.stack([heights[i] for i in pick])
    told = [captions.describe(meta[i], rng, tok)["ids"] for i in pick]
    t = lambda v: torch.from_numpy(v).to(a.device)
    with torch.no_grad():
        new = [k for k, i in enumerate(pick) if (id(images), int(i)) not in latents]
        if new:
            for k, *z in zip(new, *vae.encode(t(x[new]).permute(0, 3, 1, 2).float().div(127.5).sub(1).contiguous(memory_format=torch.channels_last))):
                latents[id(images), int(pick[k])] = z
        mean, logvar = (torch.stack(v) for v in zip(*(latents[id(images), int(i)] for i in pick)))
        z = (mean + (.5 * logvar).exp() * torch.randn_like(mean)) * scale
        h = text(t(np.stack(told)).long())
    return z, h, t(maps)[:, None].float().div(255).expand(-1, 3, -1, -1)


def loss_of(z, h, control, level, noise, factor=1.0):
    k = ac[level][:, None, None, None]
    noisy = k.sqrt() * z + (1 - k).sqrt() * noise
    if factor == 0:
        y = unet(noisy, level, h)
    else:
        y = unet(noisy, level, h, net(noisy, level, h, control))
    return (y - noise).pow(2).mean((1, 2, 3))


@torch.no_grad()
def test():
    """Held-out noise prediction error with and without the ControlNet, same noise, high noise levels, where layout is decided."""
    keep, held = torch.get_rng_state(), np.random.default_rng(3)
    torch.manual_seed(4)
    sums = np.zeros(2)
    for i in range(0, 32, 16):
        z, h, control = batch(val_images, val_heights, val_meta, range(i, i + 16), held)
        level = torch.linspace(300, 900, 16, device=a.device).long()
        noise = torch.randn_like(z)
        sums += [float(loss_of(z, h, control, level, noise, f).sum()) for f in (0, 1)]
    torch.set_rng_state(keep)
    without, with_it = sums / 32
    return {"error_without": round(float(without), 5), "error_with": round(float(with_it), 5), "gain": round(float(1 - with_it / without), 4)}


start, last, losses, step = time.time(), time.time(), [], 0
while (p := (time.time() - start) / (60 * a.minutes)) < 1:
    for g in optimiser.param_groups:
        g["lr"] = a.lr * min(1, (step + 1) / 50) * (.04 + .96 * .5 * (1 + math.cos(math.pi * p)))
    which = int(rng.integers(len(images)))
    z, h, control = batch(images[which], heights[which], metas[which], rng.integers(0, min(a.scenes, len(metas[which])), a.batch), rng)
    level = (torch.cat([torch.rand(a.batch // 4) * 1000, 250 + 700 * torch.rand(a.batch - a.batch // 4)])).long().to(a.device)
    weight = (1 / ac[level]).clamp(max=20.0)
    loss = (loss_of(z, h, control, level, torch.randn_like(z)) * weight).mean()
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    step += 1
    losses.append(loss.item())
    if time.time() - last > 400:
        last = time.time()
        print(f"{a.kind} step {done + step} {last - start:.0f}s loss {np.mean(losses):.4f} {test()}", flush=True)
        losses = []
        checkpoints.save(a.out, "controlnet", model=net.state_dict(), optimiser=optimiser.state_dict(), steps=done + step, config=config)
score = test()
checkpoints.save(a.out, "controlnet", model=net.state_dict(), optimiser=optimiser.state_dict(), steps=done + step, config=config, score=score)
print(a.kind, json.dumps(score), flush=True)
