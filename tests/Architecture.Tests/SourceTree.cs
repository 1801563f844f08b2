using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace VideoGrain.Architecture.Tests;

/// <summary>The checkout as the tests see it: its projects and what each refers to.</summary>
internal sealed class SourceTree
{
    private SourceTree(string root, IReadOnlyList<ProjectFile> projects)
    {
        Root = root;
        Projects = projects;
    }

    public static SourceTree Current { get; } = Read();

    public string Root { get; }

    public IReadOnlyList<ProjectFile> Projects { get; }

    private static SourceTree Read([CallerFilePath] string thisFile = "")
    {
        var directory = new FileInfo(thisFile).Directory;
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "VideoGrain.sln"))) directory = directory.Parent;
        Assert.NotNull(directory);
        string[] folders = ["protos", "libs", "services", "cli", "portable", "tests", "benchmarks"];
        var projects = folders
            .Select(folder => Path.Combine(directory.FullName, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories))
            .Select(path => ProjectFile.Read(directory.FullName, path))
            .OrderBy(project => project.Path, StringComparer.Ordinal)
            .ToList();
        return new SourceTree(directory.FullName, projects);
    }
}

/// <summary>One project file.</summary>
/// <param name="Path">Path below the checkout's root, with forward slashes.</param>
/// <param name="Name">File name without extension.</param>
/// <param name="References">Paths below the root of the projects it refers to.</param>
/// <param name="Packages">Names of the packages it refers to.</param>
/// <param name="Uses">The Uses... properties it sets to true.</param>
internal sealed record ProjectFile(
    string Path, string Name, IReadOnlyList<string> References, IReadOnlyList<string> Packages, IReadOnlyList<string> Uses)
{
    public string Area => Path.Split('/')[0];

    public static ProjectFile Read(string root, string path)
    {
        var document = XDocument.Load(path);
        string Relative(string target) => System.IO.Path.GetRelativePath(root, target).Replace('\\', '/');
        var folder = System.IO.Path.GetDirectoryName(path)!;
        IReadOnlyList<string> Included(string element) =>
            [.. document.Descendants(element).Select(node => node.Attribute("Include")?.Value).OfType<string>()];
        return new ProjectFile(
            Relative(path),
            System.IO.Path.GetFileNameWithoutExtension(path),
            [.. Included("ProjectReference").Select(target => Relative(System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, target.Replace('\\', '/')))))],
            Included("PackageReference"),
            [.. document.Descendants().Where(node => node.Name.LocalName.StartsWith("Uses", StringComparison.Ordinal) && node.Value.Trim() == "true").Select(node => node.Name.LocalName)]);
    }
}
