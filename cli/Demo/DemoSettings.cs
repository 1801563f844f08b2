namespace VideoGrain.Cli.Demo;

/// <summary>What the demo does.</summary>
/// <param name="Sample">Folder of a bundled clip: clip, masks, case.json, a specification per level.</param>
/// <param name="Levels">Names of the specifications, without <c>.yaml</c>.</param>
/// <param name="Output">Folder for results.</param>
/// <param name="Judges">Folder of the classifiers that score results.</param>
/// <param name="Steps">Denoising and inversion steps; null for what the specifications say.</param>
/// <param name="Processes">Processes whose peak memory is reported, by name.</param>
internal sealed record DemoSettings(
    string Sample, IReadOnlyList<string> Levels, string Output, string Judges, uint? Steps, IReadOnlyDictionary<string, int> Processes)
{
    /// <summary>The edits that bundled clips may have; the last names nouns in place of masks.</summary>
    public static IReadOnlyList<string> AllLevels { get; } = ["instance", "class", "part", "nouns"];
}
