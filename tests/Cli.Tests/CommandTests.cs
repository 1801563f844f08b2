using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VideoGrain.Media.Png;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Cli.Tests;

public sealed class CommandTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestFolder _folder = new();
    private readonly FakeOrchestrator _server = new();
    private readonly StringWriter _output = new(), _error = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private WebApplication? _host;

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(_server);
        _host = builder.Build();
        _host.MapGrpcService<FakeOrchestrator>();
        await _host.StartAsync(_cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Submit_SendsTheSpecificationWithItsBytesAndPrintsTheId()
    {
        int code = await RunAsync("submit", Specification());

        Assert.Equal((ExitCodes.Success, FakeOrchestrator.Id), (code, _output.ToString().Trim()));
        Assert.Equal("a bear", _server.Submitted!.TargetPrompt);
        Assert.Equal(await File.ReadAllBytesAsync(_folder["clip.mp4"], _cancellation), _server.Received["clip/0"]);
        Assert.Equal(["clip/0", "masks-region1/0", "masks-region1/1"], _server.Received.Keys.Order());
    }

    [Fact]
    public async Task Submit_RefusedByTheServer_NamesLineAndFieldOfTheFile()
    {
        _server.Refusal = VideoGrainException.Invalid(
        [
            new Violation("specification.regions[0].phrase", "does not occur in the target prompt", ErrorReasons.RegionPromptNotFound),
            new Violation("specification.options.steps", "lies between 1 and 1000", ErrorReasons.OptionOutOfRange),
        ]);
        string file = Specification();

        int code = await RunAsync("submit", file);

        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains($"{file}:4:13: error: regions[0].phrase: does not occur", _error.ToString());
        Assert.Contains($"{file}:6:18: error: options.steps: lies between", _error.ToString());
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Failure_AsJson_IsOneDocumentOnStandardError()
    {
        _server.Refusal = new VideoGrainException(StatusCode.ResourceExhausted, "QUEUE_FULL", "full") { RetryAfter = TimeSpan.FromSeconds(10) };

        int code = await RunAsync("submit", Specification(), "--json");

        Assert.Equal(ExitCodes.Unavailable, code);
        JsonElement error = JsonDocument.Parse(_error.ToString()).RootElement.GetProperty("error");
        Assert.Equal(("QUEUE_FULL", ExitCodes.Unavailable, 10.0),
            (error.GetProperty("reason").GetString(), error.GetProperty("exit_code").GetInt32(), error.GetProperty("retry_after_seconds").GetDouble()));
    }

    [Theory]
    [InlineData(EditState.Succeeded, ExitCodes.Success)]
    [InlineData(EditState.Failed, ExitCodes.EditFailed)]
    [InlineData(EditState.Cancelled, ExitCodes.EditCancelled)]
    public async Task Watch_EndsWithTheEditsOutcome(EditState ending, int expected)
    {
        _server.Ending = ending;

        Assert.Equal(expected, await RunAsync("watch", FakeOrchestrator.Id));
        Assert.Contains("denoising step 5/50", _error.ToString());
    }

    [Fact]
    public async Task Watch_AcrossABrokenConnection_ShowsEveryEventOnce()
    {
        _server.BrokenWatches = 1;

        Assert.Equal(ExitCodes.Success, await RunAsync("watch", FakeOrchestrator.Id, "--json"));

        Assert.Equal(["1", "2", "3", "4", "5", "6"], Documents().Select(d => d.GetProperty("sequence").GetString()));
    }

    [Fact]
    public async Task Watch_WithPreviews_FetchesThemUnderAHarmlessName()
    {
        Assert.Equal(ExitCodes.Success, await RunAsync("watch", FakeOrchestrator.Id, "--previews", _folder["previews"]));

        Assert.Equal(["preview.png"], Directory.GetFiles(_folder["previews"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Edit_AgainstAServer_LeavesTheResult()
    {
        int code = await RunAsync("edit", Specification(), "--out", _folder["out"]);

        Assert.Equal(ExitCodes.Success, code);
        Assert.Equal(_server.Video, await File.ReadAllBytesAsync(Path.Combine(_folder["out"], "result.mp4"), _cancellation));
        Assert.Equal(Path.Combine(_folder["out"], "result.mp4"), _output.ToString().Trim());
    }

    [Fact]
    public async Task Edit_ThatFails_SaysWhyAtItsLine()
    {
        _server.Ending = EditState.Failed;

        Assert.Equal(ExitCodes.EditFailed, await RunAsync("edit", Specification(), "--out", _folder["out"]));

        Assert.Contains("options: too strong", _error.ToString());
    }

    [Fact]
    public async Task Edit_Interrupted_CancelsTheEditAtTheServer()
    {
        _server.Hangs = true;
        using CancellationTokenSource ctrlC = new();
        Task<int> run = RunAsync(ctrlC.Token, "edit", Specification(), "--out", _folder["out"]);
        await WaitForAsync(() => _error.ToString().Contains("step 5/50", StringComparison.Ordinal));

        await ctrlC.CancelAsync();

        Assert.Equal(ExitCodes.Interrupted, await run.WaitAsync(Patience, _cancellation));
        Assert.True(_server.Cancelled.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Watch_Interrupted_LeavesTheEditAlone()
    {
        _server.Hangs = true;
        using CancellationTokenSource ctrlC = new();
        Task<int> run = RunAsync(ctrlC.Token, "watch", FakeOrchestrator.Id);
        await WaitForAsync(() => _error.ToString().Contains("step 5/50", StringComparison.Ordinal));

        await ctrlC.CancelAsync();

        Assert.Equal(ExitCodes.Interrupted, await run.WaitAsync(Patience, _cancellation));
        Assert.False(_server.Cancelled.Task.IsCompleted);
    }

    [Fact]
    public async Task Download_Damaged_LeavesNoFile()
    {
        _server.Damaged = true;

        Assert.Equal(ExitCodes.Unavailable, await RunAsync("download", FakeOrchestrator.Id, "--out", _folder["out"]));

        Assert.Empty(Directory.GetFiles(_folder["out"]));
        Assert.Contains("damaged", _error.ToString());
    }

    [Fact]
    public async Task Download_OfAFileThatIsNotThere_IsRefused() =>
        Assert.Equal(ExitCodes.Refused, await RunAsync("download", FakeOrchestrator.Id, "absent.mp4", "--out", _folder["out"]));

    [Theory]
    [InlineData("get")]
    [InlineData("watch")]
    [InlineData("cancel")]
    [InlineData("delete")]
    [InlineData("download")]
    public async Task UnknownEdit_IsRefusedWithItsReason(string command)
    {
        Assert.Equal(ExitCodes.Refused, await RunAsync(command, "no-such-edit"));
        Assert.Contains("EDIT_NOT_FOUND", _error.ToString());
    }

    [Fact]
    public async Task List_GoesThroughAllPages()
    {
        Assert.Equal(ExitCodes.Success, await RunAsync("list", "--json", "--state", "failed"));

        Assert.Equal(["edit-1", "edit-2", "edit-3"], Documents().Select(d => d.GetProperty("id").GetString()));
        Assert.All(Documents(), d => Assert.Equal("EDIT_STATE_FAILED", d.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task GetCancelDeleteModels_Succeed()
    {
        Assert.Equal(ExitCodes.Success, await RunAsync("get", FakeOrchestrator.Id));
        Assert.Contains("succeeded", _output.ToString());
        Assert.Equal(ExitCodes.Success, await RunAsync("cancel", FakeOrchestrator.Id));
        Assert.Contains("cancelled", _output.ToString());
        Assert.Equal(ExitCodes.Success, await RunAsync("delete", FakeOrchestrator.Id));
        Assert.Equal(ExitCodes.Success, await RunAsync("models"));
        Assert.Contains("toybox (default)", _output.ToString());
    }

    [Fact]
    public async Task Demo_LeavesClipStripScoresAndSummary()
    {
        string sample = Path.Combine(Samples.Folder, "snow");
        _server.Video = await File.ReadAllBytesAsync(Path.Combine(sample, "clip.mp4"), _cancellation);

        int code = await RunAsync("demo", "--sample", sample, "--out", _folder["demo"], "--level", "part", "--steps", "2", "--process", $"me={Environment.ProcessId}");

        Assert.Equal(ExitCodes.Success, code);
        Assert.Equal((2u, 2u), (_server.Submitted!.Options.Steps, _server.Submitted.Options.InversionSteps));
        Assert.True(File.Exists(Path.Combine(_folder["demo"], "part.mp4")));
        PngImage strip = PngReader.ReadFile(Path.Combine(_folder["demo"], "part-strip.png"));
        Assert.True(strip is { Width: > 3 * 256, Height: > 4 * 256 }, $"{strip.Width} x {strip.Height}");
        JsonElement summary = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder["demo"], "summary.json"), _cancellation)).RootElement;
        Assert.Equal(("snow", "succeeded"), (summary.GetProperty("sample").GetString(), summary.GetProperty("edits")[0].GetProperty("state").GetString()));
        Assert.True(summary.GetProperty("peak_memory_bytes").GetProperty("me").GetInt64() > 1 << 20);
        Assert.Contains("| part | succeeded |", await File.ReadAllTextAsync(Path.Combine(_folder["demo"], "scores.md"), _cancellation));
    }

    [Fact]
    public async Task Demo_WhoseEditFails_FailsButStillReports()
    {
        _server.Ending = EditState.Failed;

        int code = await RunAsync("demo", "--sample", Path.Combine(Samples.Folder, "snow"), "--out", _folder["demo"], "--level", "class");

        Assert.Equal(ExitCodes.EditFailed, code);
        Assert.Contains("not finite", await File.ReadAllTextAsync(Path.Combine(_folder["demo"], "scores.md"), _cancellation));
    }

    private string Specification() => _folder.Write("""
        clip: clip.mp4
        prompt: a bear
        regions:
          - phrase: a bear
            masks: left
        options: {steps: 5000}
        """);

    private IEnumerable<JsonElement> Documents() =>
        _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement);

    private Task<int> RunAsync(params string[] arguments) => RunAsync(_cancellation, arguments);

    private Task<int> RunAsync(CancellationToken cancellation, params string[] arguments)
    {
        string address = _host!.Urls.Single();
        App app = new(TextWriter.Synchronized(_output), TextWriter.Synchronized(_error), interactive: false, TimeProvider.System);
        return app.RunAsync([.. arguments, "--address", address], cancellation).WaitAsync(Patience, _cancellation);
    }

    private async Task WaitForAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        patience.CancelAfter(Patience);
        while (!condition())
            await Task.Delay(10, patience.Token);
    }
}
