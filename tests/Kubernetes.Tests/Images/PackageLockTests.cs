using System.Text.Json;
using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests.Images;

/// <summary>What images are built of cannot be restored everywhere; that its lock files say what the projects say can be told anywhere.</summary>
public sealed class PackageLockTests
{
    [Fact]
    public async Task EveryProjectOfAnImage_IsRestoredByALockFileThatAgreesWithIt()
    {
        var projects = Projects();
        var evaluated = await ProjectEvaluation.EvaluateAsync(
            projects.ConvertAll(project => (project, (IReadOnlyList<string>)["StandIns=false"])),
            "$(RestoreLockedMode)", "$(NuGetLockFilePath)", "@(PackageReference, ',')", "@(ProjectReference->'%(Filename)', ',')", "@(PackageVersion->'%(Identity) %(Version)', ',')");

        foreach (var (project, fields) in projects.Zip(evaluated))
        {
            Assert.Equal("true", fields[0]);
            var packages = Packages(fields[1]);
            var versions = fields[4].Split(',').Select(version => version.Split(' ')).ToDictionary(version => version[0], version => version[1], StringComparer.OrdinalIgnoreCase);

            // What the project asks for itself, no more and no less; what it gets by others in the versions that hold for all.
            Assert.Equal(
                fields[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => $"{name} {versions[name]}").Order(StringComparer.OrdinalIgnoreCase),
                packages.Where(package => package.Type == "Direct").Select(package => $"{package.Name} {package.Resolved}").Order(StringComparer.OrdinalIgnoreCase));
            Assert.All(packages.Where(package => versions.ContainsKey(package.Name)), package => Assert.Equal(versions[package.Name], package.Resolved));
            Assert.Superset(
                fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.OrdinalIgnoreCase),
                packages.Where(package => package.Type == "Project").Select(package => package.Name).ToHashSet(StringComparer.OrdinalIgnoreCase));
            Assert.All(packages.Where(package => package.Type != "Project"), package => Assert.Equal(64, Convert.FromBase64String(package.ContentHash).Length));
            Assert.Equal($"{Path.GetFileNameWithoutExtension(project)}.json", Path.GetFileName(fields[1]));
        }
    }

    [Fact]
    public void LockFiles_AreThoseOfTheProjects() =>
        Assert.Equal(
            Projects().Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Path.Combine(Tools.Root, "eng", "locks")).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    // Services and what they are built of, but for the engine that takes TorchSharp.
    private static List<string> Projects() =>
        [.. ((string[])["libs", "protos", "services"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Tools.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Where(project => !project.EndsWith("VideoGrain.Tensors.Torch.csproj", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    private static List<(string Name, string Type, string Resolved, string ContentHash)> Packages(string lockFile)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(lockFile));
        // A package with files for one operating system comes again under that.
        return [.. document.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject()).Select(package =>
            (package.Name, Text(package.Value, "type"), Text(package.Value, "resolved"), Text(package.Value, "contentHash"))).Distinct()];

        static string Text(JsonElement package, string key) => package.TryGetProperty(key, out var value) ? value.GetString()! : "";
    }
}
