"""Trains the small CLIP pair on this world: pictures against their captions, wrong neighbours of every caption included.

A wrong neighbour is the caption of the same scene with one attribute changed, or with the colours of two objects exchanged: without
them the pair would tell scenes apart without learning what belongs to what.  While it trains, every patch also has to say which object
covers it: pictures of few pixels teach a transformer little by their captions alone.
"""
import argparse, json, math, os, time
import numpy as np
import cv2
import torch
import torch.nn.functional as F
import checkpoints
import world as W
from eval_nets import augment
from models import CLIPModel, clip_config, CLIP_MEAN, CLIP_STD
from tokenizer import Tokenizer

ap = argparse.ArgumentParser()
ap.add_argument("--pool", required=True, help="comma-separated"); ap.add_argument("--val", required=True); ap.add_argument("--out", default="clip.pt")
ap.add_argument("--minutes", type=float, default=20); ap.add_argument("--batch", type=int, default=96); ap.add_argument("--lr", type=float, default=1.5e-3)
ap.add_argument("--device", default="cpu"); ap.add_argument("--seed", type=int, default=11)
a = ap.parse_args()
torch.set_num_threads(1); torch.manual_seed(a.seed)
rng = np.random.default_rng(a.seed)
tok = Tokenizer()
config = clip_config(len(tok.vocab))
SIDE = config["vision_config"]["image_size"]
PATCHES = SIDE // config["vision_config"]["patch_size"]
HEADS = (1 + len(W.SHAPES), 1 + len(W.COLOURS), 1 + len(W.PARTS))
PATCH_WEIGHT = .5
mean, std = (torch.tensor(v, device=a.device)[None, :, None, None] for v in (CLIP_MEAN, CLIP_STD))


def load(pool):
    """Pictures reduced to the tower's size, and their scenes."""
    small = pool + "_clip.npy"
    meta = np.load(pool + "_meta.npy")
    if not os.path.exists(small):
        images = np.load(pool + "_images.npy", mmap_mode="r")
        np.save(small + ".tmp.npy", np.stack([cv2.resize(i, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for i in images]))
        os.replace(small + ".tmp.npy", small)
    return np.load(small), [W.meta_specs(row) for row in meta], patch_targets(meta)


def patch_targets(meta):
    """[scenes, patches, 3]: shape, colour and part (each + 1) of the object that covers a patch's middle, 0 for none."""
    middles = (np.arange(PATCHES) + .5) * W.SIZE / PATCHES
    x, y = np.tile(middles, PATCHES), np.repeat(middles, PATCHES)
    out = np.zeros((len(meta), PATCHES ** 2, 3), np.int64)
    for row, target in zip(meta, out):
        for k in range(int(row[0])):
            shape, colour, part, cx, cy, size = row[2 + 6 * k:8 + 6 * k]
            target[np.maximum(abs(x - cx), abs(y - cy)) < .45 * size] = (shape + 1, colour + 1, part + 1)
    return out


def wrong(specs, bg):
    """A scene that differs in one thing that a caption says."""
    specs, k = [list(s) for s in specs], int(rng.integers(len(specs)))
    u, (i, j) = rng.random(), (k, (k + 1) % len(specs))
    if u < .35 and specs[i][1] != specs[j][1]:
        specs[i][1], specs[j][1] = specs[j][1], specs[i][1]
    elif u < .9:
        what = int(rng.integers(3))
        specs[k][what] = (specs[k][what] + int(rng.integers(1, (8, 8, 4)[what]))) % (8, 8, 4)[what]
    else:
        bg = (bg + int(rng.integers(1, 6))) % 6
    return [tuple(s) for s in specs], bg


def ids(captions):
    """Token ids up to the longest caption's end: what follows an end token does not reach it, attention being causal."""
    rows = [tok(c) for c in captions]
    return torch.tensor([r[:max(r.index(tok.eos) for r in rows) + 1] for r in rows], device=a.device)


def pixels(images, jitter):
    x = np.stack([augment(i.astype(np.float32), rng) if jitter else i.astype(np.float32) / 255 for i in images]).astype(np.float32)
    return (torch.from_numpy(x).permute(0, 3, 1, 2).to(a.device) - mean) / std


@torch.no_grad()
def test(net, images, scenes):
    """Share of held-out pictures that find their caption among 64 others, and that prefer it to a wrong neighbour."""
    keep, net = rng.bit_generator.state, net.eval()
    rng.bit_generator.state = np.random.default_rng(5).bit_generator.state
    n = len(images) // 64 * 64
    unit = lambda f, xs: F.normalize(torch.cat([f(x) for x in xs]), dim=-1)
    picture = unit(net.embed_image, pixels(images[:n], False).split(64))
    right = unit(net.embed_text, ids([W.full_caption(*s) for s in scenes[:n]]).split(64))
    near = unit(net.embed_text, ids([W.full_caption(*wrong(*s)) for s in scenes[:n]]).split(64))
    own = (picture * right).sum(1)
    found = torch.cat([(p @ t.T).argmax(1) == torch.arange(64, device=p.device) for p, t in zip(picture.split(64), right.split(64))]).float().mean()
    prefers = (own > (picture * near).sum(1)).float().mean()
    rng.bit_generator.state = keep
    net.train()
    return {"retrieval_64": round(float(found), 4), "prefers_caption": round(float(prefers), 4), "similarity": round(float(own.mean()), 4)}


pools = [load(p) for p in a.pool.split(",")]
images, scenes, targets = np.concatenate([p[0] for p in pools]), sum((p[1] for p in pools), []), np.concatenate([p[2] for p in pools])
val_images, val_scenes, _ = load(a.val)
net = CLIPModel(config).to(a.device)
head = torch.nn.Linear(config["vision_config"]["hidden_size"], sum(HEADS)).to(a.device)     # not exported
optimiser = torch.optim.AdamW([*net.parameters(), *head.parameters()], lr=a.lr, betas=(.9, .98), weight_decay=1e-3)
done = 0
if os.path.exists(a.out):
    state = checkpoints.load(a.out, "clip")
    net.load_state_dict(state["model"]), head.load_state_dict(state["head"]), optimiser.load_state_dict(state["optimiser"])
    done = state["steps"]
start, last, losses, step = time.time(), time.time(), [], 0
while (p := (time.time() - start) / (60 * a.minutes)) < 1:
    for g in optimiser.param_groups:
        g["lr"] = a.lr * min(1, (step + 1) / 100) * (.03 + .97 * .5 * (1 + math.cos(math.pi * p)))
    pick = rng.integers(0, len(images), a.batch)
    captions = [W.caption(*scenes[i], rng, drop_all=0) if rng.random() < .6 else W.full_caption(*scenes[i]) for i in pick]
    captions += [W.full_caption(*wrong(*scenes[i])) for i in pick]
    text = F.normalize(net.embed_text(ids(captions)), dim=-1)
    states = net.vision_model.states(pixels(images[pick], True))
    picture = F.normalize(net.visual_projection(net.vision_model.pool(states)), dim=-1)
    scale = net.logit_scale.clamp(max=math.log(100)).exp()
    logits, own = scale * picture @ text.T, torch.arange(a.batch, device=a.device)
    loss = (F.cross_entropy(logits, own) + F.cross_entropy(logits[:, :a.batch].T, own)) / 2
    told, covered = head(states[:, 1:]).flatten(0, 1).split(HEADS, 1), torch.from_numpy(targets[pick]).to(a.device).flatten(0, 1)
    patches = sum(F.cross_entropy(t, covered[:, k]) for k, t in enumerate(told))
    optimiser.zero_grad(set_to_none=True)
    (loss + PATCH_WEIGHT * patches).backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    step += 1
    losses.append((loss.item(), patches.item()))
    if time.time() - last > 240:
        last = time.time()
        print(f"step {done + step} {last - start:.0f}s loss {np.mean(losses, 0).round(3)} scale {float(scale):.1f} {test(net, val_images, val_scenes)}", flush=True)
        losses = []
        checkpoints.save(a.out, "clip", model=net.state_dict(), head=head.state_dict(), optimiser=optimiser.state_dict(), steps=done + step, config=config)
score = test(net, val_images, val_scenes)
checkpoints.save(a.out, "clip", model=net.state_dict(), head=head.state_dict(), optimiser=optimiser.state_dict(), steps=done + step, config=config, score=score)
print("clip", json.dumps(score), flush=True)
