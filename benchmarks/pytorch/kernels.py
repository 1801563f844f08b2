"""Single kernels, each with what PyTorch 1.13 offers for it."""
import time

import torch
import torch.nn.functional as F

from layout import modulate, token_regions

# More scores than this are worked on head by head, as the published implementation does.
MOST_SCORES = 2 << 28
LAYOUT_WIDTH = 64
SELF_STRENGTH = 0.27


def prepare(case):
    return {"linear": linear, "geglu": geglu, "conv": conv, "attention": attention, "layout": layout_attention}[case["kind"]](**case["sizes"])


def linear(rows, inputs, outputs):
    x, weight, bias = torch.rand(rows, inputs), torch.rand(outputs, inputs), torch.rand(outputs)
    return lambda: F.linear(x, weight, bias)


def geglu(rows, inputs, outputs):
    x, weight, bias = torch.rand(rows, inputs), torch.rand(2 * outputs, inputs), torch.rand(2 * outputs)

    def call():
        value, gate = F.linear(x, weight, bias).chunk(2, -1)
        return value * F.gelu(gate)

    return call


def conv(images, side, channels):
    """The faster of the two memory layouts that PyTorch knows."""
    x, weight, bias = torch.rand(images, channels, side, side), torch.rand(channels, channels, 3, 3), torch.rand(channels)
    last = torch.channels_last
    layouts = [(x, weight), (x.contiguous(memory_format=last), weight.contiguous(memory_format=last))]
    calls = [lambda pair=pair: F.conv2d(*pair, bias, padding=1) for pair in layouts]
    return min(calls, key=seconds)


def seconds(call):
    call()
    began = time.process_time()
    call()
    call()
    return time.process_time() - began


def random_tokens(heads, size, queries, keys):
    return tuple(2 * torch.rand(heads, count, size) - 1 for count in (queries, keys, keys))


def attention(heads, size, queries, keys):
    q, k, v = random_tokens(heads, size, queries, keys)
    return by_heads(q, k, v, lambda scores: scores)


def layout_attention(heads, size, queries, keys):
    q, k, v = random_tokens(heads, size, queries, keys)
    regions = token_regions(queries, LAYOUT_WIDTH)
    shared = (regions[:, None] & regions[None, :]) != 0
    return by_heads(q, k, v, lambda scores: modulate(scores, shared, SELF_STRENGTH))


def by_heads(q, k, v, change):
    scale = q.shape[-1] ** -0.5
    step = q.shape[0] if q.shape[0] * q.shape[1] * k.shape[1] <= MOST_SCORES else 1

    def call():
        parts = []
        for start in range(0, q.shape[0], step):
            part = slice(start, start + step)
            scores = change(torch.bmm(q[part], k[part].transpose(1, 2)) * scale)
            parts.append(torch.bmm(torch.softmax(scores, -1), v[part]))
        return torch.cat(parts)

    return call
