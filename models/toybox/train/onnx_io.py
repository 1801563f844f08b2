"""Exports networks as ONNX with their weights in half precision, widened when a runtime loads them: half the bytes, fp32 arithmetic."""
import copy
import io
import os
import torch
import torch.nn as nn
from torch.nn.utils import parametrize
from torch.nn.utils.fusion import fuse_conv_bn_eval


class Widen(nn.Module):
    def forward(self, half):
        return half.float()


def fuse(net):
    """Folds every batch norm that follows a convolution in a Sequential into it."""
    for m in net.modules():
        if isinstance(m, nn.Sequential):
            for i in range(len(m) - 1):
                if isinstance(m[i], nn.Conv2d) and isinstance(m[i + 1], nn.BatchNorm2d):
                    m[i], m[i + 1] = fuse_conv_bn_eval(m[i], m[i + 1]), nn.Identity()


def save(net, path, shape, inputs, outputs, opset=13):
    """Writes path whole or not at all; the first dimension of all tensors is free."""
    net = copy.deepcopy(net).cpu().eval().float()
    fuse(net)
    for m in list(net.modules()):
        for name, p in list(m.named_parameters(recurse=False)):
            p.data = p.data.half()
            p.requires_grad_(False)
            parametrize.register_parametrization(m, name, Widen(), unsafe=True)
    buffer = io.BytesIO()
    torch.onnx.export(net, torch.zeros(2, *shape), buffer, input_names=inputs, output_names=outputs, opset_version=opset, do_constant_folding=False,
                      dynamic_axes={k: {0: "batch"} for k in inputs + outputs})
    with open(path + ".tmp", "wb") as f:
        f.write(buffer.getvalue())
    os.replace(path + ".tmp", path)
