using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests.Images;

/// <summary>docker/build.sh with a docker and a git that only tell what they are told.</summary>
public sealed class BuildScriptTests : IDisposable
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TempFolder _folder = new();

    public BuildScriptTests()
    {
        foreach (var file in (string[])["build.sh", "Dockerfile"])
            _folder.Write($"checkout/docker/{file}", File.ReadAllText(Path.Combine(Tools.Root, "docker", file)));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Build_MakesEveryImageOfTheDockerfile()
    {
        var builds = await RunAsync(["registry.example.com/videograin", "1.2.3"]);

        Assert.Equal(
            Dockerfile.Current.Targets.Select(stage => $"--target {stage.Name} --tag registry.example.com/videograin/{stage.Name}:1.2.3 --build-arg VERSION=1.2.3 "),
            builds.Select(build => build[build.IndexOf("--target", StringComparison.Ordinal)..(build.IndexOf("VERSION=1.2.3", StringComparison.Ordinal) + "VERSION=1.2.3 ".Length)]));
    }

    [Theory]
    [InlineData("--push")]
    [InlineData("--load", "--sbom=false", "--provenance=false")]
    public async Task Build_PassesOnWhereImagesGo_AfterItsOwnArguments(params string[] arguments)
    {
        var builds = await RunAsync(["videograin", "0.1.0", .. arguments]);

        Assert.All(builds, build => Assert.EndsWith($" --sbom=true --provenance=mode=max {string.Join(' ', arguments)} .", build, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_OfACommit_StatesIt()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "checkout", ".git"));

        Assert.All(await RunAsync([]), build => Assert.Contains($" --build-arg REVISION={Commit} ", build, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, " M libs/A.cs")]
    [InlineData(false, "")]
    public async Task Build_OfChangedFilesOrNoCheckout_LeavesTheRevisionToTheSources(bool isCheckout, string changes)
    {
        if (isCheckout)
            Directory.CreateDirectory(Path.Combine(_folder.Path, "checkout", ".git"));

        Assert.All(await RunAsync([], changes), build => Assert.DoesNotContain("REVISION=", build, StringComparison.Ordinal));
    }

    private async Task<string[]> RunAsync(string[] arguments, string changes = "")
    {
        var script = $$"""
            docker() { echo "$*"; }
            git() { case $1 in status) printf %s "$CHANGES" ;; rev-parse) echo {{Commit}} ;; esac; }
            export -f docker git
            exec bash "$@"
            """;
        var (exitCode, output, errors) = await Tools.RunAsync(
            "bash", ["-c", script, "bash", Path.Combine(_folder.Path, "checkout", "docker", "build.sh"), .. arguments], "", new Dictionary<string, string> { ["CHANGES"] = changes });
        Assert.True(exitCode == 0, errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
