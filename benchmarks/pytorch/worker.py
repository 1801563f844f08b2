"""PyTorch's side of ./videograin bench: reads one JSON request a line, writes one JSON reply a line.

python3 worker.py THREADS
"""
import json
import resource
import sys
import time

import numpy as np
import torch

import kernels
import networks

THREADS = int(sys.argv[1])


def process_cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_bytes():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return 0


def libraries():
    """File names of the BLAS and the oneDNN that this process has mapped."""
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if ".so" in line}
    names = sorted({path.rsplit("/", 1)[-1] for path in paths})
    return ", ".join(name for name in names if any(part in name for part in ("openblas", "libblas", "dnnl", "mkl")))


class Worker:
    def __init__(self):
        torch.set_num_threads(THREADS)
        torch.set_grad_enabled(False)
        torch.manual_seed(1)
        self.call = None

    def answer(self, request):
        command = request["command"]
        if command == "hello":
            torch.ones(64, 64) @ torch.ones(64, 64)
            return {"name": f"PyTorch {torch.__version__} ({libraries()}), {torch.get_num_threads()} threads"}
        if command == "prepare":
            case = request["case"]
            self.call = None
            self.call = networks.prepare(case) if case.get("folder") else kernels.prepare(case)
            self.call()
            return {}
        if command == "time":
            return self.time(request["seconds"])
        if command == "output":
            self.call().detach().contiguous().numpy().astype(np.float32).tofile(request["path"])
            return {}
        if command == "memory":
            return {"value": peak_bytes()}
        if command == "reset-memory":
            with open("/proc/self/clear_refs", "w") as clear:
                clear.write("5")
            return {}
        raise ValueError(f"unknown command {command}")

    def time(self, seconds):
        began, began_cpu, calls = time.perf_counter(), process_cpu(), 0
        while True:
            self.call()
            calls += 1
            if time.perf_counter() - began >= seconds:
                break
        return {"wall": (time.perf_counter() - began) / calls, "cpu": (process_cpu() - began_cpu) / calls}


def main():
    worker = Worker()
    for line in sys.stdin:
        try:
            reply = worker.answer(json.loads(line))
        except Exception as failure:
            reply = {"error": f"{type(failure).__name__}: {failure}"}
        reply["processCpu"] = process_cpu()
        print(json.dumps(reply), flush=True)


main()
