"""Writes the trained CLIP pair in Hugging Face layout (fp16 safetensors, config.json, tokenizer), and its image tower as ONNX."""
import argparse, json, os, sys
import torch
import torch.nn as nn
import torch.nn.functional as F
import checkpoints
import onnx_io
import safetensors_io as st
from models import CLIPModel, CLIP_MEAN, CLIP_STD
from tokenizer import Tokenizer


class ImageTower(nn.Module):
    """Pixels in 0..1 to a normalised embedding."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, image):
        mean, std = (torch.tensor(v)[None, :, None, None] for v in (CLIP_MEAN, CLIP_STD))
        return F.normalize(self.net.embed_image((image - mean) / std), dim=-1)


def export(state, config, folder):
    """config: models.clip_config; the folder is made."""
    tok = Tokenizer()
    os.makedirs(folder, exist_ok=True)
    st.save(os.path.join(folder, "model.safetensors"), {k: v.half() for k, v in state.items()})
    side = config["vision_config"]["image_size"]
    processor = {"crop_size": {"height": side, "width": side}, "do_center_crop": True, "do_convert_rgb": True, "do_normalize": True, "do_rescale": True,
                 "do_resize": True, "image_mean": CLIP_MEAN, "image_std": CLIP_STD, "image_processor_type": "CLIPImageProcessor", "resample": 3,
                 "rescale_factor": 1 / 255, "size": {"shortest_edge": side}}
    for name, content in (("config.json", config), ("preprocessor_config.json", processor)):
        with open(os.path.join(folder, name), "w") as f:
            json.dump(content, f, indent=2)
            f.write("\n")
    tok.save(folder)
    net = CLIPModel(config)
    net.load_state_dict({k: v.half().float() for k, v in state.items()})
    onnx_io.save(ImageTower(net), os.path.join(folder, "image_encoder.onnx"), (3, side, side), ["image"], ["embedding"])
    return net.eval()


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--clip", default="clip.pt"); ap.add_argument("--out", default="clip")
    a = ap.parse_args()
    content = checkpoints.load(a.clip, "clip")
    if "score" not in content:
        sys.exit(f"{a.clip} was never evaluated: its training was cut off; run it to its end first")
    checkpoints.refuse_worse(a.out, content["score"], "retrieval_64")
    export(content["model"], content["config"], a.out)
    checkpoints.write_card(a.out, content["steps"], content["score"])
