"""The kernels of Workloads.cs in PyTorch on one thread, in CPU time: python3 torch_kernels.py"""
import time
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_grad_enabled(False)


def report(name, operations, call):
    call()
    best = float("inf")
    for _ in range(3):
        calls, start = 0, time.process_time()
        while time.process_time() - start < 0.15:
            call()
            calls += 1
        best = min(best, (time.process_time() - start) / calls)
    print(f"| {name} | {best * 1e3:.2f} | {operations / best / 1e9:.1f} |")


def linear(rows, inputs, outputs):
    x, w, b = torch.randn(rows, inputs), torch.randn(outputs, inputs), torch.randn(outputs)
    return 2 * rows * inputs * outputs, lambda: F.linear(x, w, b)


def conv(images, side, inputs, outputs):
    x = torch.randn(images, inputs, side, side).contiguous(memory_format=torch.channels_last)
    w = torch.randn(outputs, inputs, 3, 3).contiguous(memory_format=torch.channels_last)
    b = torch.randn(outputs)
    return 18 * images * side * side * inputs * outputs, lambda: F.conv2d(x, w, b, padding=1)


def attention(batch, tokens, heads, size):
    q, k, v = (torch.randn(batch * heads, tokens, size) for _ in range(3))
    return 4 * batch * heads * tokens * tokens * size, lambda: torch.bmm(torch.softmax(torch.bmm(q, k.transpose(1, 2)) * size ** -0.5, -1), v)


def norm(images, side, channels, groups):
    x, w, b = torch.randn(1, channels, images * side * side), torch.randn(channels), torch.randn(channels)
    return 8 * images * side * side * channels, lambda: F.silu(F.group_norm(x, groups, w, b))


print(f"PyTorch {torch.__version__}, one thread\n| kernel | ms | GFLOP/s |\n| --- | ---: | ---: |")
report("GEMM 2048^3", *linear(2048, 2048, 2048))
report("linear 4096x320 -> 320", *linear(4096, 320, 320))
report("linear 256x1280 -> 1280", *linear(256, 1280, 1280))
report("linear 8192x48 -> 48", *linear(8192, 48, 48))
report("conv 3x3 320 @ 64x64", *conv(1, 64, 320, 320))
report("conv 3x3 640 @ 32x32", *conv(1, 32, 640, 640))
report("conv 3x3 1280 @ 16x16", *conv(1, 16, 1280, 1280))
report("conv 3x3 1280 @ 8x8", *conv(1, 8, 1280, 1280))
report("conv 3x3 48 @ 32 x 16x16", *conv(32, 16, 48, 48))
report("attention 8x40, 4096", *attention(1, 4096, 8, 40))
report("attention 8x6, 4096", *attention(1, 4096, 8, 6))
report("attention 8x8, 1024 (2 branches)", *attention(2, 1024, 8, 8))
report("group norm + SiLU 320 @ 16 x 32x32", *norm(16, 32, 320, 32))
