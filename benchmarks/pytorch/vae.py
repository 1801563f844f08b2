"""Stable Diffusion's autoencoder in plain PyTorch, with the parameter names of its checkpoints."""
import torch
import torch.nn as nn
import torch.nn.functional as F

EPSILON = 1e-6


class Resnet(nn.Module):
    def __init__(self, inputs, outputs, groups):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(groups, inputs, EPSILON), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(groups, outputs, EPSILON), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x):
        hidden = self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))
        return hidden + (x if self.conv_shortcut is None else self.conv_shortcut(x))


class Attention(nn.Module):
    def __init__(self, width, groups):
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, width, EPSILON)
        self.to_q, self.to_k, self.to_v = (nn.Linear(width, width) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x):
        batch, width, height, columns = x.shape
        tokens = self.group_norm(x).view(batch, width, height * columns).transpose(1, 2)
        q, k, v = self.to_q(tokens), self.to_k(tokens), self.to_v(tokens)
        attended = torch.bmm(torch.softmax(torch.bmm(q, k.transpose(1, 2)) * width ** -0.5, -1), v)
        return x + self.to_out[0](attended).transpose(1, 2).reshape(x.shape)


class Middle(nn.Module):
    def __init__(self, width, groups):
        super().__init__()
        self.resnets = nn.ModuleList(Resnet(width, width, groups) for _ in range(2))
        self.attentions = nn.ModuleList([Attention(width, groups)])

    def forward(self, x):
        return self.resnets[1](self.attentions[0](self.resnets[0](x)))


class Halve(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, stride=2)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Double(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2, mode="nearest"))


class Level(nn.Module):
    def __init__(self, inputs, width, layers, groups, down=None, up=None):
        super().__init__()
        self.resnets = nn.ModuleList(Resnet(inputs if i == 0 else width, width, groups) for i in range(layers))
        if down is not None:
            self.downsamplers = nn.ModuleList([down])
        if up is not None:
            self.upsamplers = nn.ModuleList([up])

    def forward(self, x):
        for resnet in self.resnets:
            x = resnet(x)
        for resample in (*getattr(self, "downsamplers", ()), *getattr(self, "upsamplers", ())):
            x = resample(x)
        return x


class Encoder(nn.Module):
    def __init__(self, widths, layers, groups, latents):
        super().__init__()
        last = len(widths) - 1
        self.conv_in = nn.Conv2d(3, widths[0], 3, padding=1)
        self.down_blocks = nn.ModuleList(
            Level(widths[max(level - 1, 0)], width, layers, groups, down=Halve(width) if level < last else None) for level, width in enumerate(widths))
        self.mid_block = Middle(widths[-1], groups)
        self.conv_norm_out = nn.GroupNorm(groups, widths[-1], EPSILON)
        self.conv_out = nn.Conv2d(widths[-1], 2 * latents, 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for block in self.down_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.conv_norm_out(self.mid_block(x))))


class Decoder(nn.Module):
    def __init__(self, widths, layers, groups, latents):
        super().__init__()
        coarsest_first = widths[::-1]
        last = len(widths) - 1
        self.conv_in = nn.Conv2d(latents, coarsest_first[0], 3, padding=1)
        self.mid_block = Middle(coarsest_first[0], groups)
        self.up_blocks = nn.ModuleList(
            Level(coarsest_first[max(i - 1, 0)], width, layers + 1, groups, up=Double(width) if i < last else None) for i, width in enumerate(coarsest_first))
        self.conv_norm_out = nn.GroupNorm(groups, widths[0], EPSILON)
        self.conv_out = nn.Conv2d(widths[0], 3, 3, padding=1)

    def forward(self, x):
        x = self.mid_block(self.conv_in(x))
        for block in self.up_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class Autoencoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        widths, layers, groups, latents = (config[name] for name in ("block_out_channels", "layers_per_block", "norm_num_groups", "latent_channels"))
        self.scaling_factor = config["scaling_factor"]
        self.latents = latents
        self.encoder, self.decoder = Encoder(widths, layers, groups, latents), Decoder(widths, layers, groups, latents)
        self.quant_conv, self.post_quant_conv = nn.Conv2d(2 * latents, 2 * latents, 1), nn.Conv2d(latents, latents, 1)

    def encode(self, images):
        """Means of the latents, not scaled."""
        return self.quant_conv(self.encoder(images))[:, :self.latents]

    def decode(self, latents):
        return self.decoder(self.post_quant_conv(latents / self.scaling_factor))
