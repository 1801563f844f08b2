"""An inflated Stable Diffusion 1.x UNet in plain PyTorch, with the parameter names of its checkpoints.

Clips are [branches, channels, frames, height, width]. 2-D layers run per frame, the norms of resnets see the whole clip, self-attention spans all
frames and materialises its scores, or with fused=True takes the library's fused kernel where nothing is modulated. With published=True the network does what the released program does in a modulated step besides: identity convolutions over
time behind each 3x3 convolution of a resnet or resampler, attention head by head with modulated scores below the finest level, prompts repeated for every frame.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from layout import CROSS_STRENGTH, SELF_STRENGTH, modulate, token_regions, word_regions


def to_frames(x):
    branches, channels, frames, height, width = x.shape
    return x.transpose(1, 2).reshape(branches * frames, channels, height, width)


def to_clip(x, frames):
    return x.view(-1, frames, *x.shape[1:]).transpose(1, 2)


class FrameConv(nn.Conv2d):
    """A 2-D convolution on every frame, and as published an identity over time."""

    def __init__(self, *sizes, temporal=False, **options):
        super().__init__(*sizes, **options)
        self.temporal = temporal
        self.identity = None

    def make_identity(self):
        if self.temporal:
            kernel = torch.zeros(self.out_channels, self.out_channels, 3)
            nn.init.dirac_(kernel)
            self.identity = (kernel, torch.zeros(self.out_channels))

    def forward(self, x):
        frames = x.shape[2]
        y = to_clip(super().forward(to_frames(x)), frames)
        if self.identity is None:
            return y
        branches, channels, _, height, width = y.shape
        series = y.permute(0, 3, 4, 1, 2).reshape(-1, channels, frames)
        series = F.conv1d(series, *self.identity, padding=1)
        return series.view(branches, height, width, channels, frames).permute(0, 3, 4, 1, 2)


class Resnet(nn.Module):
    def __init__(self, inputs, outputs, setting):
        super().__init__()
        self.norm1 = nn.GroupNorm(setting.groups, inputs, setting.epsilon)
        self.conv1 = FrameConv(inputs, outputs, 3, padding=1, temporal=setting.published)
        self.time_emb_proj = nn.Linear(setting.time_width, outputs)
        self.norm2 = nn.GroupNorm(setting.groups, outputs, setting.epsilon)
        self.conv2 = FrameConv(outputs, outputs, 3, padding=1, temporal=setting.published)
        self.conv_shortcut = FrameConv(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x, time):
        hidden = self.conv1(F.silu(self.norm1(x)))
        hidden = hidden + self.time_emb_proj(F.silu(time))[:, :, None, None, None]
        hidden = self.conv2(F.silu(self.norm2(hidden)))
        return hidden + (x if self.conv_shortcut is None else self.conv_shortcut(x))


class Attention(nn.Module):
    def __init__(self, width, key_width, heads, fused):
        super().__init__()
        self.heads, self.fused = heads, fused
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k, self.to_v = (nn.Linear(key_width, width, bias=False) for _ in range(2))
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def split(self, x):
        batch, tokens, width = x.shape
        return x.view(batch, tokens, self.heads, -1).transpose(1, 2).reshape(batch * self.heads, tokens, -1)

    def join(self, x):
        batch = x.shape[0] // self.heads
        return x.view(batch, self.heads, *x.shape[1:]).transpose(1, 2).reshape(batch, x.shape[1], -1)

    def forward(self, x, context, change=None):
        """change(slice, scores) is called for one slice (branch-major, then heads) after the other; None computes all at once."""
        q, k, v = self.split(self.to_q(x)), self.split(self.to_k(context)), self.split(self.to_v(context))
        scale = q.shape[-1] ** -0.5
        if change is None and self.fused:
            attended = F.scaled_dot_product_attention(*(t.view(-1, self.heads, *t.shape[1:]) for t in (q, k, v))).flatten(0, 1)
        elif change is None:
            scores = torch.baddbmm(torch.empty(q.shape[0], q.shape[1], k.shape[1]), q, k.transpose(1, 2), beta=0, alpha=scale)
            attended = torch.bmm(torch.softmax(scores, -1), v)
        else:
            attended = torch.empty_like(q)
            for i in range(q.shape[0]):
                scores = change(i, torch.matmul(q[i], k[i].t()) * scale)
                attended[i] = torch.matmul(torch.softmax(scores, -1), v[i])
        return self.to_out[0](self.join(attended))


class Geglu(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.proj = nn.Linear(width, 2 * hidden)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, -1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.ModuleList([Geglu(width, 4 * width), nn.Identity(), nn.Linear(4 * width, width)])

    def forward(self, x):
        for layer in self.net:
            x = layer(x)
        return x


class Block(nn.Module):
    def __init__(self, width, setting, level):
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.attn1 = Attention(width, width, setting.heads, setting.fused)
        self.attn2 = Attention(width, setting.text_width, setting.heads, setting.fused)
        self.ff = FeedForward(width)
        self.modulated = setting.published and level > 0
        self.published = setting.published
        self.maps = None

    def forward(self, x, text, frames, columns):
        self_change, cross_change = self.changes(x, text, columns)
        x = x + self.attn1(self.norm1(x), self.norm1(x), self_change)
        if self.published:
            # The released program hands every frame its own copy of the prompt.
            branches, tokens, width = x.shape
            per_frame = x.view(branches * frames, tokens // frames, width)
            attended = self.attn2(self.norm2(per_frame), text.repeat_interleave(frames, 0), cross_change and (lambda i, s: cross_change(i // self.attn2.heads // frames, s)))
            x = x + attended.view(branches, tokens, width)
        else:
            x = x + self.attn2(self.norm2(x), text)
        return x + self.ff(self.norm3(x))

    def changes(self, x, text, columns):
        if not self.modulated:
            return None, None
        if self.maps is None:
            regions, words = token_regions(x.shape[1], columns), word_regions(text.shape[1])
            self.maps = (regions[:, None] & regions[None, :]) != 0, (regions[:, None] & words[None, :]) != 0
        self_map, cross_map = self.maps
        heads = self.attn1.heads
        return (
            lambda i, scores: modulate(scores, self_map, SELF_STRENGTH) if i < heads else scores,
            lambda branch, scores: modulate(scores, cross_map[:scores.shape[0]], CROSS_STRENGTH) if branch == 1 else scores)


class Transformer(nn.Module):
    def __init__(self, width, setting, level):
        super().__init__()
        self.norm = nn.GroupNorm(setting.groups, width, 1e-6)
        self.proj_in, self.proj_out = nn.Conv2d(width, width, 1), nn.Conv2d(width, width, 1)
        self.transformer_blocks = nn.ModuleList([Block(width, setting, level)])

    def forward(self, x, text):
        branches, channels, frames, height, width = x.shape
        tokens = self.proj_in(self.norm(to_frames(x))).permute(0, 2, 3, 1).reshape(branches, frames * height * width, channels)
        tokens = self.transformer_blocks[0](tokens, text, frames, width)
        images = tokens.view(branches * frames, height, width, channels).permute(0, 3, 1, 2)
        return to_clip(self.proj_out(images), frames) + x


class Halve(nn.Module):
    def __init__(self, width, setting):
        super().__init__()
        self.conv = FrameConv(width, width, 3, stride=2, padding=1, temporal=setting.published)

    def forward(self, x):
        return self.conv(x)


class Double(nn.Module):
    def __init__(self, width, setting):
        super().__init__()
        self.conv = FrameConv(width, width, 3, padding=1, temporal=setting.published)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=(1, 2, 2), mode="nearest"))


class Level(nn.Module):
    def __init__(self, inputs, width, setting, level, attends, down=False, up=False):
        super().__init__()
        self.resnets = nn.ModuleList(Resnet(count, width, setting) for count in inputs)
        if attends:
            self.attentions = nn.ModuleList(Transformer(width, setting, level) for _ in inputs)
        if down:
            self.downsamplers = nn.ModuleList([Halve(width, setting)])
        if up:
            self.upsamplers = nn.ModuleList([Double(width, setting)])

    def attend(self, i, x, text):
        return self.attentions[i](x, text) if hasattr(self, "attentions") else x


class Middle(nn.Module):
    def __init__(self, width, setting, level):
        super().__init__()
        self.resnets = nn.ModuleList(Resnet(width, width, setting) for _ in range(2))
        self.attentions = nn.ModuleList([Transformer(width, setting, level)])

    def forward(self, x, time, text):
        return self.resnets[1](self.attentions[0](self.resnets[0](x, time), text), time)


class TimeEmbedding(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.linear_1, self.linear_2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, 4 * width)

    def forward(self, timestep):
        half = self.width // 2
        angles = timestep * torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float32) / half)
        waves = torch.cat([angles.cos(), angles.sin()])[None].to(self.linear_1.weight.dtype)
        return self.linear_2(F.silu(self.linear_1(waves)))


class Setting:
    def __init__(self, config, published, fused):
        self.groups, self.epsilon = config["norm_num_groups"], config.get("norm_eps", 1e-5)
        self.heads, self.text_width = config["attention_head_dim"], config["cross_attention_dim"]
        self.time_width = 4 * config["block_out_channels"][0]
        self.published, self.fused = published, fused


class UNet(nn.Module):
    def __init__(self, config, frames, published, fused=False):
        super().__init__()
        setting = Setting(config, published, fused)
        widths, layers, last = config["block_out_channels"], config["layers_per_block"], len(config["block_out_channels"]) - 1
        self.frames = frames
        self.conv_in = FrameConv(4, widths[0], 3, padding=1, temporal=published)
        self.time_embedding = TimeEmbedding(widths[0])
        skips, downs, ups = [widths[0]], [], []
        for level, width in enumerate(widths):
            before = widths[max(level - 1, 0)]
            downs.append(Level([before] + [width] * (layers - 1), width, setting, level, config["down_block_types"][level].startswith("Cross"), down=level < last))
            skips += [width] * (layers + (level < last))
        self.down_blocks = nn.ModuleList(downs)
        self.mid_block = Middle(widths[-1], setting, last)
        running = widths[-1]
        for i, width in enumerate(widths[::-1]):
            inputs = []
            for _ in range(layers + 1):
                inputs.append(running + skips.pop())
                running = width
            ups.append(Level(inputs, width, setting, last - i, config["up_block_types"][i].startswith("Cross"), up=i < last))
        self.up_blocks = nn.ModuleList(ups)
        self.conv_norm_out = nn.GroupNorm(setting.groups, widths[0], setting.epsilon)
        self.conv_out = FrameConv(widths[0], 4, 3, padding=1, temporal=published)

    def make_identities(self):
        for module in self.modules():
            if isinstance(module, FrameConv):
                module.make_identity()

    def forward(self, x, timestep, text):
        time = self.time_embedding(timestep)
        x = self.conv_in(x)
        skips = [x]
        for block in self.down_blocks:
            for i, resnet in enumerate(block.resnets):
                x = block.attend(i, resnet(x, time), text)
                skips.append(x)
            for halve in getattr(block, "downsamplers", ()):
                x = halve(x)
                skips.append(x)
        x = self.mid_block(x, time, text)
        for block in self.up_blocks:
            for i, resnet in enumerate(block.resnets):
                x = block.attend(i, resnet(torch.cat([x, skips.pop()], 1), time), text)
            for double in getattr(block, "upsamplers", ()):
                x = double(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))
