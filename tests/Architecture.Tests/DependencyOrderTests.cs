namespace VideoGrain.Architecture.Tests;

/// <summary>Dependencies run one way: services -> ServiceDefaults -> Editing -> Diffusion -> Tensors; Media and Quality beside them.</summary>
public class DependencyOrderTests
{
    /// <summary>What each project of the product may refer to; nothing else is allowed.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["protos"] = [],
        ["libs/Tensors"] = [],
        ["libs/Tensors.Torch"] = ["libs/Tensors"],
        ["libs/Diffusion"] = ["libs/Tensors"],
        ["libs/Media"] = [],
        ["libs/Editing"] = ["libs/Diffusion", "libs/Tensors"],
        ["libs/Quality"] = ["libs/Media", "libs/Diffusion", "libs/Tensors"],
        ["libs/ServiceDefaults"] = ["protos", "libs/Editing", "libs/Diffusion", "libs/Tensors"],
        ["libs/Engines"] = ["libs/ServiceDefaults", "libs/Tensors", "libs/Tensors.Torch"],
        ["services/*"] = ["protos", "libs/ServiceDefaults", "libs/Engines", "libs/Editing", "libs/Media", "libs/Diffusion", "libs/Tensors"],
        ["cli"] = ["protos", "libs/*", "services/*"],
        ["portable/*"] = ["portable/*"],
    };

    public static TheoryData<string> ProductProjects() =>
        new(SourceTree.Current.Projects.Where(project => project.Area is not ("tests" or "benchmarks")).Select(project => project.Path));

    [Fact]
    public void Tree_HasTheProjectsOfTheDesign()
    {
        string[] expected =
        [
            "protos/VideoGrain.Protos.csproj",
            "libs/Tensors/VideoGrain.Tensors.csproj",
            "libs/Diffusion/VideoGrain.Diffusion.csproj",
            "libs/Editing/VideoGrain.Editing.csproj",
            "libs/Media/VideoGrain.Media.csproj",
            "libs/Quality/VideoGrain.Quality.csproj",
            "libs/ServiceDefaults/VideoGrain.ServiceDefaults.csproj",
            "services/Inversion/VideoGrain.Inversion.csproj",
            "services/Segmentation/VideoGrain.Segmentation.csproj",
            "services/Denoiser/VideoGrain.Denoiser.csproj",
            "services/Orchestrator/VideoGrain.Orchestrator.csproj",
            "cli/VideoGrain.Cli.csproj",
        ];
        Assert.Empty(expected.Except(SourceTree.Current.Projects.Select(project => project.Path)));
    }

    [Theory]
    [MemberData(nameof(ProductProjects))]
    public void Project_RefersOnlyDownwards(string path)
    {
        var project = SourceTree.Current.Projects.Single(candidate => candidate.Path == path);
        var folder = Folder(path);
        var rule = Allowed.FirstOrDefault(entry => Matches(entry.Key, folder));
        Assert.True(rule.Key is not null, $"{path} has no place in the dependency order: give it one here and in docs/architecture.md");
        var forbidden = project.References.Where(reference => !rule.Value.Any(pattern => Matches(pattern, Folder(reference))));
        Assert.Empty(forbidden);
    }

    [Theory]
    [InlineData("libs/Tensors")]
    [InlineData("libs/Diffusion")]
    [InlineData("libs/Editing")]
    [InlineData("libs/Media")]
    [InlineData("libs/Quality")]
    public void Library_KnowsNoGrpc(string folder)
    {
        var project = SourceTree.Current.Projects.Single(candidate => Folder(candidate.Path) == folder);
        Assert.DoesNotContain(project.Uses, use => use.Contains("Grpc", StringComparison.Ordinal));
        Assert.DoesNotContain(project.Packages, package => package.StartsWith("Grpc.", StringComparison.Ordinal));
    }

    [Fact]
    public void Service_IsReachedOnlyByTheCommandLineAndTests()
    {
        var offenders = SourceTree.Current.Projects
            .Where(project => project.Area is not ("cli" or "tests" or "benchmarks"))
            .Where(project => project.References.Any(reference => reference.StartsWith("services/", StringComparison.Ordinal)))
            .Select(project => project.Path);
        Assert.Empty(offenders);
    }

    private static string Folder(string path) => path[..path.LastIndexOf('/')];

    private static bool Matches(string pattern, string folder) =>
        pattern.EndsWith("/*", StringComparison.Ordinal) ? folder.StartsWith(pattern[..^1], StringComparison.Ordinal) : folder == pattern;
}
