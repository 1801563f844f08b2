using System.Text.RegularExpressions;

namespace VideoGrain.Architecture.Tests;

/// <summary>A folder's name, its assembly and its namespace agree; the solution holds every project.</summary>
public partial class NamingTests
{
    // They take TorchSharp, whose libraries are some 600 MB: for CUDA nodes, and for whoever asks.
    private static readonly string[] BuiltOnRequest =
        ["benchmarks/Gpu/VideoGrain.Gpu.Benchmarks.csproj", "libs/Tensors.Torch/VideoGrain.Tensors.Torch.csproj", "tests/Tensors.Torch.Tests/VideoGrain.Tensors.Torch.Tests.csproj"];

    public static TheoryData<string> OwnProjects() =>
        new(SourceTree.Current.Projects.Where(project => project.Area is "libs" or "services").Select(project => project.Path));

    [Theory]
    [MemberData(nameof(OwnProjects))]
    public void Project_IsNamedAfterItsFolder(string path)
    {
        var folder = path.Split('/')[^2];
        Assert.EndsWith($"/{folder}/VideoGrain.{folder}.csproj", $"/{path}", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OwnProjects))]
    public void SourceFile_DeclaresTheNamespaceOfItsFolder(string path)
    {
        var project = path[..path.LastIndexOf('/')];
        var root = "VideoGrain." + project.Split('/')[^1];
        var wrong = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(SourceTree.Current.Root, project), "*.cs", SearchOption.AllDirectories))
        {
            var declared = NamespaceDeclaration().Match(File.ReadAllText(file));
            if (!declared.Success) continue;
            var name = declared.Groups[1].Value;
            if (name != root && !name.StartsWith(root + ".", StringComparison.Ordinal)) wrong.Add($"{file}: {name}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Solution_HoldsEveryProjectButThoseBuiltOnRequest()
    {
        var solution = File.ReadAllText(Path.Combine(SourceTree.Current.Root, "VideoGrain.sln")).Replace('\\', '/');
        var missing = SourceTree.Current.Projects.Select(project => project.Path).ToList();
        missing.RemoveAll(path => solution.Contains($"\"{path}\"", StringComparison.Ordinal));
        Assert.Equal(BuiltOnRequest, missing.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();
}
