"""Writes a trained ControlNet in diffusers layout (fp16 safetensors, config.json), unless a better one is there."""
import argparse, json, os, sys
import checkpoints
import safetensors_io as st

ap = argparse.ArgumentParser()
ap.add_argument("--controlnet", required=True); ap.add_argument("--out", required=True)
a = ap.parse_args()
content = checkpoints.load(a.controlnet, "controlnet")
if "score" not in content:
    sys.exit(f"{a.controlnet} was never evaluated: its training was cut off; run it to its end first")
checkpoints.refuse_worse(a.out, content["score"], "gain")
os.makedirs(a.out, exist_ok=True)
with open(os.path.join(a.out, "config.json"), "w") as f:
    json.dump(content["config"], f, indent=2)
    f.write("\n")
st.save(os.path.join(a.out, "diffusion_pytorch_model.safetensors"), {k: v.half() for k, v in content["model"].items()})
checkpoints.write_card(a.out, content["steps"], content["score"])
