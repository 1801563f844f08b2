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
        var (exitCode, _, said) = await Tools.RunAsync("bash", [Script, "sum", Source]);
        Assert.True(exitCode == 0, said);
    }

    private static string Script => Path.Combine(Tools.Root, "docker", "steps", "models.sh");

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(string verb, string? source = null) => Tools.RunAsync(
        "bash", [Script, verb, Volume], "", new Dictionary<string, string> { ["MODELS_SOURCE"] = source ?? $"file://{Source}", ["MODELS_SUMS"] = Sums, ["MODELS_PATIENCE"] = "0" });

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(Path.Combine(Volume, name), TestContext.Current.CancellationToken);
}
