using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests.Images;

/// <summary>The job that fills the model volume, and the pods that wait for it.</summary>
public sealed class ModelsScriptTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Source => Path.Combine(_folder.Path, "source");

    private string Volume => Path.Combine(_folder.Path, "volume");

    private string Sums => Path.Combine(Source, "SHA256SUMS");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fill_BringsEveryFile_AndDoesNothingTheSecondTime()
    {
        await PrepareAsync();
        var (first, _, fetched) = await RunAsync("fill");
        var (second, _, again) = await RunAsync("fill");

        Assert.Equal((0, 0), (first, second));
        Assert.Equal("weights", await ReadAsync("sd/unet/weights.bin"));
        Assert.Contains("fetching sd/unet/weights.bin", fetched, StringComparison.Ordinal);
        Assert.DoesNotContain("fetching", again, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("await")).ExitCode);
    }

    [Fact]
    public async Task Fill_RepairsADamagedFile()
    {
        await PrepareAsync();
        await RunAsync("fill");
        await File.WriteAllTextAsync(Path.Combine(Volume, "sd/unet/weights.bin"), "rotten!", TestContext.Current.CancellationToken);

        var (exitCode, _, said) = await RunAsync("fill");

        Assert.Equal((0, "weights"), (exitCode, await ReadAsync("sd/unet/weights.bin")));
        Assert.DoesNotContain("fetching sd/model_index.json", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fill_WithAFileOfAnotherChecksum_FailsAndLeavesTheVolumeIncomplete()
    {
        await PrepareAsync();
        await File.WriteAllTextAsync(Path.Combine(Source, "sd/unet/weights.bin"), "others", TestContext.Current.CancellationToken);

        var (exitCode, _, said) = await RunAsync("fill");

        Assert.Equal(1, exitCode);
        Assert.Contains("sd/unet/weights.bin does not have the checksum", said, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Volume, "sd/unet/weights.bin")));
        Assert.Equal(1, (await RunAsync("await")).ExitCode);
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("sd/../../outside")]
    [InlineData("sd//weights.bin")]
    [InlineData("sd/./weights.bin")]
    [InlineData("sd/")]
    [InlineData("-rf")]
    [InlineData("$(touch outside)")]
    public async Task Fill_WithAPathThatLeavesTheVolume_Refuses(string path)
    {
        await PrepareAsync();
        await File.WriteAllTextAsync(Sums, $"{new string('0', 64)}  {path}\n", TestContext.Current.CancellationToken);

        var (exitCode, _, said) = await RunAsync("fill");

        Assert.Equal(2, exitCode);
        Assert.Contains("no list of checksums and plain relative paths", said, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Volume));
    }

    [Fact]
    public async Task Fill_ByAListThatAModelLeft_RemovesIt()
    {
        await PrepareAsync();
        _folder.Write("source/old/deep/weights.bin", "former");
        await SumAsync();
        await RunAsync("fill");
        Assert.Equal("former", await ReadAsync("old/deep/weights.bin"));
        Directory.Delete(Path.Combine(Source, "old"), recursive: true);
        await SumAsync();
        _folder.Write("volume/sd/unet/weights.bin.part", "half");
        Directory.CreateDirectory(Path.Combine(Volume, "sd", "vae"));

        var (exitCode, _, said) = await RunAsync("fill");

        Assert.True(exitCode == 0, said);
        Assert.Contains("removing old/deep/weights.bin", said, StringComparison.Ordinal);
        Assert.Equal(["sd", "sd/model_index.json", "sd/unet", "sd/unet/weights.bin"], Entries());
        Assert.Equal(0, (await RunAsync("await")).ExitCode);
    }

    [Fact]
    public async Task Fill_OfACompleteVolume_RemovesWhatWasAdded()
    {
        await PrepareAsync();
        await RunAsync("fill");
        _folder.Write("volume/old/model_index.json", "{}");

        var (exitCode, _, said) = await RunAsync("fill");

        Assert.True(exitCode == 0, said);
        Assert.Equal(["sd", "sd/model_index.json", "sd/unet", "sd/unet/weights.bin"], Entries());
    }

    [Fact]
    public async Task Fill_FollowsNoLink_AndLeavesWhatIsTheVolumesOwn()
    {
        await PrepareAsync();
        await RunAsync("fill");
        _folder.Write("elsewhere/precious.bin", "precious");
        Directory.CreateSymbolicLink(Path.Combine(Volume, "link"), Path.Combine(_folder.Path, "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(Volume, "sd", "link.bin"), Path.Combine(_folder.Path, "elsewhere", "precious.bin"));
        _folder.Write("volume/lost+found/inode", "found");
        _folder.Write("volume/.snapshot/old/model_index.json", "{}");

        var (exitCode, _, said) = await RunAsync("fill");

        Assert.True(exitCode == 0, said);
        Assert.Equal("precious", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "elsewhere", "precious.bin"), TestContext.Current.CancellationToken));
        Assert.Equal(
            [".complete", ".snapshot", ".snapshot/old", ".snapshot/old/model_index.json", "lost+found", "lost+found/inode", "sd", "sd/model_index.json", "sd/unet", "sd/unet/weights.bin"],
            Entries(hidden: true));
    }

    [Fact]
    public async Task Fill_WithItsListInTheVolume_LeavesTheList()
    {
        await PrepareAsync();
        await RunAsync("fill");
        var list = _folder.Write("volume/lists/SHA256SUMS", await File.ReadAllTextAsync(Sums, TestContext.Current.CancellationToken));

        var (exitCode, _, said) = await RunAsync("fill", sums: list);

        Assert.True(exitCode == 0, said);
        Assert.True(File.Exists(list));
    }

    [Fact]
    public async Task Fill_OfAFolderThatWasNeverFilled_RemovesNothing()
    {
        await PrepareAsync();
        _folder.Write("volume/letters/mine.txt", "dear");

        var (exitCode, _, said) = await RunAsync("fill");

        Assert.Equal(2, exitCode);
        Assert.Contains("was never filled", said, StringComparison.Ordinal);
        Assert.Equal(["letters", "letters/mine.txt"], Entries(hidden: true));
    }

    [Fact]
    public async Task Fill_ThatWasInterrupted_GoesOn()
    {
        await PrepareAsync();
        var weights = Path.Combine(Source, "sd/unet/weights.bin");
        File.Move(weights, weights + ".away");
        Assert.NotEqual(0, (await RunAsync("fill")).ExitCode);
        File.Move(weights + ".away", weights);
        _folder.Write("volume/old.bin", "former");

        var (exitCode, _, said) = await RunAsync("fill");

        Assert.True(exitCode == 0, said);
        Assert.Equal([".complete", "sd", "sd/model_index.json", "sd/unet", "sd/unet/weights.bin"], Entries(hidden: true));
    }

    [Fact]
    public async Task Fill_OfFilesThatAreThereAlready_FetchesOnlyTheOthers()
    {
        await PrepareAsync();
        _folder.Write("volume/sd/unet/weights.bin", "weights");
        _folder.Write("volume/sd/model_index.json.part", "half of one");

        var (exitCode, _, said) = await RunAsync("fill");

        Assert.True(exitCode == 0, said);
        Assert.DoesNotContain("fetching sd/unet/weights.bin", said, StringComparison.Ordinal);
        Assert.Equal("{}", await ReadAsync("sd/model_index.json"));
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(true, "")]
    public async Task Await_ByNoList_GoesOnWaiting(bool isFilled, string? list)
    {
        await PrepareAsync();
        if (isFilled)
            await RunAsync("fill");
        File.Delete(Sums);
        if (list is not null)
            await File.WriteAllTextAsync(Sums, list, TestContext.Current.CancellationToken);

        var (exitCode, _, said) = await RunAsync("await");

        Assert.Equal(1, exitCode);
        Assert.Contains("was not filled within 0 s", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Await_ForAnotherList_GoesOnWaiting()
    {
        await PrepareAsync();
        await RunAsync("fill");
        await File.AppendAllTextAsync(Sums, $"{new string('1', 64)}  sd/more.bin\n", TestContext.Current.CancellationToken);

        var (exitCode, _, said) = await RunAsync("await");

        Assert.Equal(1, exitCode);
        Assert.Contains("was not filled within 0 s", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fill_OverHttp_TriesAgainAfterABusyAnswer()
    {
        await PrepareAsync();
        var refusals = 1;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var server = builder.Build();
        server.Run(async context =>
        {
            if (Interlocked.Decrement(ref refusals) >= 0)
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            else
                await context.Response.SendFileAsync(Source + context.Request.Path, context.RequestAborted);
        });
        await server.StartAsync(TestContext.Current.CancellationToken);

        var (exitCode, _, said) = await RunAsync("fill", server.Urls.First());

        Assert.True(exitCode == 0, said);
        Assert.Equal("weights", await ReadAsync("sd/unet/weights.bin"));
    }

    private async Task PrepareAsync()
    {
        _folder.Write("source/sd/unet/weights.bin", "weights");
        _folder.Write("source/sd/model_index.json", "{}");
        Directory.CreateDirectory(Volume);
        await SumAsync();
    }

    private async Task SumAsync()
    {
        var (exitCode, _, said) = await Tools.RunAsync("bash", [Script, "sum", Source]);
        Assert.True(exitCode == 0, said);
    }

    private IEnumerable<string> Entries(bool hidden = false) => Directory.EnumerateFileSystemEntries(Volume, "*", SearchOption.AllDirectories)
        .Select(entry => Path.GetRelativePath(Volume, entry)).Where(entry => hidden || !entry.StartsWith('.')).Order(StringComparer.Ordinal);

    private static string Script => Path.Combine(Tools.Root, "docker", "steps", "models.sh");

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(string verb, string? source = null, string? sums = null) => Tools.RunAsync(
        "bash", [Script, verb, Volume], "", new Dictionary<string, string> { ["MODELS_SOURCE"] = source ?? $"file://{Source}", ["MODELS_SUMS"] = sums ?? Sums, ["MODELS_PATIENCE"] = "0" });

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(Path.Combine(Volume, name), TestContext.Current.CancellationToken);
}
