using System.Text.RegularExpressions;
using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests.Images;

public sealed partial class DockerfileTests
{
    public static TheoryData<string> Targets => new(Dockerfile.Current.Targets.Select(stage => stage.Name));

    public static TheoryData<string> ServiceTargets => new(Dockerfile.Current.Targets.Select(stage => stage.Name).Where(name => name != "models"));

    [Fact]
    public async Task Dockerfile_PassesTheLinter() => Assert.Equal("", await LintAsync(Dockerfile.Current.Text));

    [Fact]
    public async Task Linter_FindsWhatIsWrong()
    {
        var problems = await LintAsync("FROM debian:12\nRUNS true\nHEALTHCHECK --intervall=1s CMD x\nCMD a\nCMD b\n");

        Assert.Contains("line 2: ", problems, StringComparison.Ordinal);
        Assert.Contains("line 3: ", problems, StringComparison.Ordinal);
        Assert.Contains("line 4: ", problems, StringComparison.Ordinal);
    }

    [Fact]
    public void Targets_AreTheServicesAndTheirModels() =>
        Assert.Equal(
            ["denoiser", "denoiser-cpu", "inversion", "inversion-cpu", "models", "orchestrator", "segmentation"],
            Dockerfile.Current.Targets.Select(stage => stage.Name).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Manifests_UseTheTargetsImages()
    {
        var used = new HashSet<string>();
        foreach (var overlay in Overlay.Names)
            used.UnionWith((await Overlay.RenderAsync(overlay.Data)).Workloads.SelectMany(workload => workload.AllContainers).Select(container => container.Text("image").Split('/', ':')[1]));

        Assert.Equal(Dockerfile.Current.Targets.Select(stage => stage.Name).Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Bases_AreStagesAboveOrPinnedImages()
    {
        var seen = new HashSet<string>();
        foreach (var stage in Dockerfile.Current.Stages)
        {
            Assert.True(seen.Contains(stage.Base) || (stage.Base.Contains(':', StringComparison.Ordinal) && !stage.Base.EndsWith(":latest", StringComparison.Ordinal)), stage.Base);
            Assert.All(stage.All("COPY").Select(copy => CopyFrom().Match(copy)).Where(match => match.Success), match => Assert.Contains(match.Groups[1].Value, seen));
            Assert.True(seen.Add(stage.Name));
        }
    }

    [Fact]
    public void CopiedFiles_AreInTheRepository_AndInTheBuildContext()
    {
        var admitted = File.ReadAllLines(Path.Combine(Tools.Root, "docker", "Dockerfile.dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();
        var copies = Dockerfile.Current.Stages.SelectMany(stage => stage.All("COPY")).Where(copy => !copy.Contains("--from=", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(copies);
        foreach (var source in copies.SelectMany(copy => copy.Split(' ')[..^1]))
        {
            var path = Path.Combine(Tools.Root, source);
            Assert.True(File.Exists(path) || Directory.Exists(path), $"there is no {source}");
            Assert.True(admitted.Any(entry => source == entry || source.StartsWith(entry + "/", StringComparison.Ordinal)), $"{source} is kept out of the build context");
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void FinalStage_HasNoCompilerAndNoRootProcess(string name)
    {
        for (var stage = Dockerfile.Current.Get(name); stage is not null; stage = Dockerfile.Current.Stages.FirstOrDefault(above => above.Name == stage.Base))
        {
            Assert.DoesNotContain("sdk", stage.Base, StringComparison.Ordinal);
            Assert.DoesNotContain("devel", stage.Base, StringComparison.Ordinal);
            Assert.All(stage.All("RUN"), step => Assert.DoesNotMatch(@"\b(gcc|g\+\+|build-essential|clang|make|dotnet-sdk\S*)\b", step));
        }

        var user = Dockerfile.Current.Get(name).One("USER");
        Assert.Matches(@"^[1-9]\d*:[1-9]\d*$", user);

        // The last word on the user comes after every step that needs more rights.
        var words = Dockerfile.Current.Get(name).Instructions.ConvertAll(instruction => instruction.Word);
        Assert.True(words.IndexOf("USER") > words.LastIndexOf("RUN") && words.IndexOf("USER") > words.LastIndexOf("COPY"));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task FinalStage_RunsAsTheUserOfTheManifests(string name)
    {
        var user = Dockerfile.Current.Get(name).One("USER").Split(':').Select(int.Parse).ToArray();
        foreach (var pod in (await Overlay.RenderAsync("gpu")).Workloads)
            Assert.Equal((user[0], user[1]), (pod.Pod.Number("securityContext.runAsUser"), pod.Pod.Number("securityContext.runAsGroup")));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void FinalStage_SaysWhatItIs(string name)
    {
        var label = Dockerfile.Current.Get(name).One("LABEL");
        foreach (var key in (string[])["title", "description", "version", "revision", "licenses"])
            Assert.Contains($"org.opencontainers.image.{key}=\"", label, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ServiceTargets))]
    public void ServiceStage_AgreesWithTheService(string name)
    {
        var stage = Dockerfile.Current.Get(name);
        var service = Service.All.Single(service => service.Name == name.Replace("-cpu", "", StringComparison.Ordinal));
        var assembly = service.Build.Method.DeclaringType!.Assembly.GetName().Name!;

        Assert.Equal($"{service.Description.GrpcPort} {service.Description.HttpPort}", stage.One("EXPOSE"));
        Assert.Contains($"\"http://127.0.0.1:{service.Description.HttpPort}/readyz\"", stage.One("HEALTHCHECK"), StringComparison.Ordinal);
        Assert.Contains(assembly, stage.One("ENTRYPOINT"), StringComparison.Ordinal);
        Assert.Contains(stage.All("COPY"), copy => copy.Contains($"/publish/{service.Name} /app", StringComparison.Ordinal));
        Assert.Equal("SIGTERM", stage.One("STOPSIGNAL"));
    }

    [Theory]
    [InlineData("inversion")]
    [InlineData("denoiser")]
    public void GpuStage_IsBuiltForCudaOnACudaBase(string name)
    {
        var stage = Dockerfile.Current.Get(name);
        Assert.StartsWith("nvidia/cuda:", Dockerfile.Current.Get(stage.Base).Base, StringComparison.Ordinal);
        Assert.Contains(stage.All("COPY"), copy => copy.StartsWith("--from=build-cuda ", StringComparison.Ordinal));
        Assert.Contains(Dockerfile.Current.Get("build-cuda").All("RUN"), step => step.Contains($"/publish/{name} ", StringComparison.Ordinal) && step.EndsWith("-p:Cuda=true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunSteps_DoWhatTheyCanDoHere()
    {
        using var folder = new TempFolder();
        await PublishesEvaluateAsync();
        foreach (var step in Dockerfile.Current.Stages.SelectMany(stage => stage.All("RUN")))
        {
            if (Install().Match(step) is { Success: true } install)
                await SucceedsAsync("apt-get", ["install", "--simulate", "--no-install-recommends", .. install.Groups[1].Value.Split(' ')]);
            else if (Publish().IsMatch(step))
                continue;
            else if (step.StartsWith("mkdir -p ", StringComparison.Ordinal))
                await SucceedsAsync("bash", ["-euc", step.Replace(" /", $" {folder.Path}/", StringComparison.Ordinal)]);
            else if (step.StartsWith("collect-program /collected ", StringComparison.Ordinal))
                await CollectsAsync(Path.Combine(folder.Path, "collected"), step.Split(' ')[2..]);
            else if (step == "videograin-models sum /opt/videograin/models")
                await SumsAsync(Path.Combine(folder.Path, "models"));
            else
                Assert.Fail($"nothing here tries the step: {step}");
        }

        Assert.True(Directory.Exists(Path.Combine(folder.Path, "folders", "data")));
    }

    private static async Task<string> LintAsync(string text)
    {
        var (exitCode, output, errors) = await Tools.NodeAsync("lint.mjs", text);
        Assert.True(exitCode == 0, errors);
        return output;
    }

    private static async Task<string> SucceedsAsync(string program, IEnumerable<string> arguments)
    {
        var (exitCode, output, errors) = await Tools.RunAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{errors}");
        return output;
    }

    // The packages of the image's build cannot be restored everywhere; what the build would take can be asked, of all projects in one go.
    private static async Task PublishesEvaluateAsync()
    {
        var steps = Dockerfile.Current.Stages.SelectMany(stage => stage.All("RUN")).Select(step => Publish().Match(step)).Where(match => match.Success)
            .Select(match => (Project: Path.Combine(Tools.Root, match.Groups[1].Value), Properties: (IReadOnlyList<string>)[.. Property().Matches(match.Groups[2].Value).Select(property => property.Groups[1].Value)]))
            .ToList();
        var evaluated = await ProjectEvaluation.EvaluateAsync(
            steps, "$(MSBuildProjectFullPath)", "$(OutputType)", "$(StandIns)", "$(Cuda)", "@(PackageReference, ',')", "@(ProjectReference, ',')", "$(RestoreLockedMode)");
        foreach (var (step, fields) in steps.Zip(evaluated))
        {
            Assert.Equal((Path.GetFullPath(step.Project), "Exe"), (fields[0], fields[1]));
            if (step.Properties.Count == 0)
                continue;

            Assert.Equal(("false", step.Properties.Contains("Cuda=true") ? "true" : "false"), (fields[2], fields[3]));
            Assert.Contains("Grpc.AspNetCore", fields[4].Split(','));
            Assert.DoesNotContain("portable", fields[5], StringComparison.Ordinal);
            Assert.Equal(step.Properties.Contains("Cuda=true") ? "" : "true", fields[6]);
        }
    }

    private static async Task CollectsAsync(string root, string[] programs)
    {
        await SucceedsAsync("bash", [Path.Combine(Tools.Root, "docker", "steps", "collect-program.sh"), root, .. programs]);

        // Found by the collected loader alone, in the collected folders alone.
        var loader = Directory.EnumerateFiles(root, "ld-linux-*", SearchOption.AllDirectories).First();
        var folders = Directory.EnumerateFiles(root, "*.so*", SearchOption.AllDirectories).Select(file => Path.GetDirectoryName(file)!).Distinct();
        foreach (var program in programs)
        {
            var path = Directory.EnumerateFiles(root, program, SearchOption.AllDirectories).Single();
            var libraries = await SucceedsAsync(loader, ["--inhibit-cache", "--library-path", string.Join(':', folders), "--list", path]);
            Assert.DoesNotContain("not found", libraries, StringComparison.Ordinal);
            Assert.All(libraries.Split('\n').Where(line => line.Contains("=> /", StringComparison.Ordinal)), line => Assert.Contains($"=> {root}/", line, StringComparison.Ordinal));
            Assert.StartsWith($"{program} version", await SucceedsAsync(loader, ["--inhibit-cache", "--library-path", string.Join(':', folders), path, "-version"]), StringComparison.Ordinal);
        }
    }

    private static async Task SumsAsync(string folder)
    {
        // The files that the stage copies, in the places where it puts them.
        const string target = "/opt/videograin/models/";
        foreach (var copy in Dockerfile.Current.Get("models").All("COPY").Where(copy => copy.Contains(target, StringComparison.Ordinal)))
        {
            var (source, place) = (Path.Combine(Tools.Root, copy.Split(' ')[0]), Path.Combine(folder, copy.Split(target)[1]));
            Directory.CreateDirectory(File.Exists(source) ? place : Path.GetDirectoryName(place)!);
            await SucceedsAsync("cp", ["-r", source, place]);
        }

        await SucceedsAsync("bash", [Path.Combine(Tools.Root, "docker", "steps", "models.sh"), "sum", folder]);
        var listed = (await File.ReadAllLinesAsync(Path.Combine(folder, "SHA256SUMS"), TestContext.Current.CancellationToken)).Select(line => line[66..]).ToHashSet();

        // Every file that the model needs, by the words of its own index.
        Assert.Contains("toybox/model_index.json", listed);
        foreach (var part in (string[])["unet", "vae", "text_encoder", "tokenizer", "scheduler", "segmenter"])
            Assert.Contains(listed, file => file.StartsWith($"toybox/{part}/", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^apt-get update && apt-get install -y --no-install-recommends ([a-z0-9 .+-]+) && rm -rf /var/lib/apt/lists/\*$")]
    private static partial Regex Install();

    [GeneratedRegex(@"^dotnet publish (\S+\.csproj) -c Release -o /publish/\S+ (.*)$")]
    private static partial Regex Publish();

    [GeneratedRegex(@"-p:(\S+)")]
    private static partial Regex Property();

    [GeneratedRegex(@"--from=(\S+)")]
    private static partial Regex CopyFrom();
}
