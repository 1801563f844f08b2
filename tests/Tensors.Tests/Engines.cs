using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Tensors.Tests;

/// <summary>The engines that the conformance suite runs on: every one this machine can make. Another engine joins by a line here.</summary>
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
    public static IEngine Create(string name) => Present().Single(engine => engine.Name == name).Make();

    private static IEnumerable<(string Name, Func<IEngine> Make)> Present()
    {
        foreach (var set in new[] { CpuInstructionSet.Avx512, CpuInstructionSet.Avx2, CpuInstructionSet.Portable })
        {
            if (!CpuEngine.Supports(set)) continue;
            yield return ($"cpu-{set.ToString().ToLowerInvariant()}", () => new CpuEngine(new CpuEngineOptions { InstructionSet = set, Threads = 2 }));
        }
    }
}
