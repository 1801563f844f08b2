namespace VideoGrain.Cli.Demo;

/// <summary>What <c>summary.json</c> holds.</summary>
/// <param name="Sample">Name of the clip.</param>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Cores">Logical processors that the run could use.</param>
/// <param name="Seconds">Wall time of all edits together.</param>
/// <param name="Edits">The edits.</param>
/// <param name="PeakMemoryBytes">Most memory that each process held; null where it is not known.</param>
/// <param name="Notes">What a reader has to know about the numbers.</param>
internal sealed record DemoSummary(
    string Sample, string Cpu, int Cores, double Seconds, IReadOnlyList<DemoEdit> Edits,
    IReadOnlyDictionary<string, long?> PeakMemoryBytes, IReadOnlyList<string> Notes);
