using System.Reflection;

namespace VideoGrain.Cli.Tests;

/// <summary>The bundled clips.</summary>
internal static class Samples
{
    public static string Folder { get; } = typeof(Samples).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Samples").Value!;
}
