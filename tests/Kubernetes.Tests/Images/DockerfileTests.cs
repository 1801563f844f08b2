using System.Text.RegularExpressions;
using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests.Images;

public sealed partial class DockerfileTests
{
    private const string SourceRevision = "50facade";

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
    [MemberData(nameof(ServiceTargets))]
    public async Task ServiceStage_IsBuiltOfTheVersionAndRevisionThatItsLabelsTell(string name)
    {
        var label = Dockerfile.Current.Get(name).One("LABEL");
        Assert.Contains("image.version=\"${VERSION}\"", label, StringComparison.Ordinal);
        Assert.Contains("image.revision=\"${REVISION}\"", label, StringComparison.Ordinal);

        Assert.Equal(("7.8.9", "c0ffee"), await BuiltAsAsync(name, new() { ["VERSION"] = "7.8.9", ["REVISION"] = "c0ffee" }));
    }

    [Theory]
    [MemberData(nameof(ServiceTargets))]
    public async Task ServiceStage_OfNoStatedRevision_IsBuiltOfThatOfItsSources(string name)
    {
        Assert.Equal(("0.1.0", SourceRevision), await BuiltAsAsync(name, []));
        Assert.Equal(("0.1.0", SourceRevision), await BuiltAsAsync(name, new() { ["REVISION"] = "" }));
    }

    [Fact]
    public void SourceRevision_IsTakenOfEverythingThatIsBuilt_BeforeAnythingIs()
    {
        var steps = Dockerfile.Current.Get("source").Instructions;
        var taken = steps.FindIndex(step => step.Text == "source-revision /source >/source-revision");

        Assert.InRange(taken, 0, steps.FindIndex(step => Publish().IsMatch(step.Text)));
        Assert.All(steps.Skip(taken), step => Assert.NotEqual("COPY", step.Word));
        foreach (var stage in ((string[])["build-cpu", "build-cuda"]).Select(Dockerfile.Current.Get))
        {
            Assert.Equal("source", stage.Base);
            Assert.Empty(stage.All("COPY"));
        }
    }

    [Fact]
    public async Task SourceRevision_TellsSourcesApart_ByNothingButPathsAndBytes()
    {
        using var folder = new TempFolder();
        foreach (var copy in (string[])["first", "second", "other bytes", "other path", "one more"])
        {
            folder.Write($"{copy}/libs/A.cs", copy == "other bytes" ? "class B;" : "class A;");
            folder.Write($"{copy}/{(copy == "other path" ? "libs" : "services")}/B.cs", "class B;");
        }

        folder.Write("one more/libs/C.cs", "");
        File.SetLastWriteTimeUtc(Path.Combine(folder.Path, "second", "libs", "A.cs"), DateTime.UnixEpoch);
        var revisions = new Dictionary<string, string>();
        foreach (var copy in Directory.EnumerateDirectories(folder.Path))
            revisions[Path.GetFileName(copy)] = await SucceedsAsync("bash", [Path.Combine(Tools.Root, "docker", "steps", "source-revision.sh"), copy]);

        Assert.All(revisions.Values, revision => Assert.Matches("^[0-9a-f]{40}\n$", revision));
        Assert.Equal(revisions["first"], revisions["second"]);
        Assert.Equal(4, revisions.Values.Distinct().Count());
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
            else if (step == "source-revision /source >/source-revision")
                await SucceedsAsync("bash", [Path.Combine(Tools.Root, "docker", "steps", "source-revision.sh"), Path.Combine(Tools.Root, "protos")]);
            else if (step.StartsWith("collect-program /collected ", StringComparison.Ordinal))
                await CollectsAsync(Path.Combine(folder.Path, "collected"), step.Split(' ')[2..]);
            else if (step == "videograin-models sum /opt/videograin/models")
                await SumsAsync(Path.Combine(folder.Path, "models"));
            else
                Assert.Fail($"nothing here tries the step: {step}");
        }

        Assert.True(Directory.Exists(Path.Combine(folder.Path, "folders", "data")));
    }

    // The step runs with a dotnet that tells what it was told, and of the build's arguments with those that the stage declares, as in an image's build.
    private static async Task<(string? Version, string? Revision)> BuiltAsAsync(string target, Dictionary<string, string> arguments)
    {
        using var folder = new TempFolder();
        var source = folder.Write("source-revision", SourceRevision + "\n");
        var copy = Dockerfile.Current.Get(target).All("COPY").Single(copy => copy.EndsWith(" /app", StringComparison.Ordinal));
        var stage = Dockerfile.Current.Get(CopyFrom().Match(copy).Groups[1].Value);
        var step = stage.All("RUN").Single(step => step.Contains($" -o {copy.Split(' ')[1]} ", StringComparison.Ordinal));
        var declared = stage.All("ARG").Select(argument => argument.Split('=')).ToDictionary(argument => argument[0], argument => argument.ElementAtOrDefault(1) ?? "");
        foreach (var (name, value) in arguments.Where(argument => declared.ContainsKey(argument.Key)))
            declared[name] = value;

        var script = $$"""
            unset VERSION REVISION
            {{string.Join('\n', declared.Select(argument => $"{argument.Key}='{argument.Value}'"))}}
            dotnet() { printf '%s\n' "$@"; }
            {{step.Replace("/source-revision", source, StringComparison.Ordinal)}}
            """;
        var words = (await SucceedsAsync("sh", ["-ec", script])).Split('\n');
        return (Value("-p:Version="), Value("-p:SourceRevisionId="));

        string? Value(string option) => words.SingleOrDefault(word => word.StartsWith(option, StringComparison.Ordinal))?[option.Length..];
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

    // Of those that say which packages are taken; the others hold the shell's variables.
    [GeneratedRegex(@"-p:(\w+=\w+)(?=\s|$)")]
    private static partial Regex Property();

    [GeneratedRegex(@"--from=(\S+)")]
    private static partial Regex CopyFrom();
}
