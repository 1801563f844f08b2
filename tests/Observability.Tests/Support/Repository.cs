using System.Reflection;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>Files of the repository.</summary>
internal static class Repository
{
    private static readonly string Root = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Root").Value!;

    public static string At(params string[] parts) => Path.GetFullPath(Path.Combine([Root, .. parts]));
}
