using TorchSharp;
using VideoGrain.Tensors.Torch;

namespace VideoGrain.Tensors.Tests;

/// <summary>The engines that the conformance suite runs on: TorchSharp in fp32 on the processor, and on a CUDA device where there is one.</summary>
public static class Engines
{
    /// <summary>Names of the engines present, for theories.</summary>
    public static TheoryData<string> Names
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (var (name, _) in Present()) names.Add(name);
            return names;
        }
    }

    /// <summary>Makes the engine of that name.</summary>
    public static IEngine Create(string name) => new TorchEngine(Present().Single(engine => engine.Name == name).Options);

    private static IEnumerable<(string Name, TorchEngineOptions Options)> Present()
    {
        // Small blocks, so that the suite's sizes need several of them.
        yield return ("torch-cpu-fp32", new TorchEngineOptions { Device = TorchEngineOptions.Cpu, Precision = TorchPrecision.Float32, ScoreBytes = 1 << 20 });
        if (torch.cuda.is_available()) yield return ("torch-cuda:0-fp32", new TorchEngineOptions { Precision = TorchPrecision.Float32 });
    }
}
