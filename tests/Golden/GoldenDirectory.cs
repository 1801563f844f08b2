using System.Reflection;

namespace VideoGrain.Golden;

/// <summary>Where the cases are: VIDEOGRAIN_GOLDEN_DIR, or the subset committed with the tests.</summary>
internal static class GoldenDirectory
{
    public const string Variable = "VIDEOGRAIN_GOLDEN_DIR";

    public static string Root { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen ? Path.GetFullPath(chosen) : Committed();

    /// <summary>Every folder below the root that holds a case, relative to the root.</summary>
    public static IEnumerable<string> Cases() =>
        Directory.EnumerateFiles(Root, GoldenCase.CaseFile, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, Path.GetDirectoryName(file)!))
            .Order(StringComparer.Ordinal);

    private static string Committed() =>
        typeof(GoldenDirectory).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "GoldenData").Value!;
}
