using System.Text.Json;
using VideoGrain.Cli;
using VideoGrain.Cli.Chaos;
using VideoGrain.Cli.Chaos.Checking;
using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Chaos.Tests;

/// <summary>The whole of it, small: four real processes, every one of them killed under load.</summary>
public sealed class ChaosRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EveryServiceKilled_AndEveryPromiseHolds()
    {
        using StringWriter output = new(), error = new();
        int code = await new App(output, error, interactive: false, TimeProvider.System).RunAsync(
            ["chaos", "--kills", "4", "--seed", "1", "--callers", "2", "--out", _folder["run"], "--json", _folder["report.json"]], _cancellation);

        Assert.True(code == ExitCodes.Success, output.ToString() + error);
        JsonElement report = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["report.json"], _cancellation)).RootElement;
        Assert.Equal((1, 4), (report.GetProperty("seed").GetInt32(), report.GetProperty("kills").GetInt32()));
        Assert.Contains("seed 1: held", output.ToString(), StringComparison.Ordinal);

        // The judgement can be repeated from the file alone, and is not a judgement over nothing.
        IReadOnlyList<CallRecord> history = await HistoryFile.ReadAsync(Path.Combine(_folder["run"], ChaosRun.HistoryName), _cancellation);
        Assert.Empty(HistoryChecker.Check(history, new Expectations(["STORAGE_FULL"])));
        Assert.Contains(history, call => call.Outcome == CallOutcome.Unknown);
        Assert.Contains(history, call => call.Client != "reference" && call.Edit?.State == EditState.Succeeded);
    }

    [Theory]
    [InlineData("--kills", "-1")]
    [InlineData("--callers", "0")]
    [InlineData("--seed", "x")]
    public async Task WrongArguments_AreRefusedBeforeAnythingStarts(params string[] arguments)
    {
        using StringWriter output = new(), error = new();

        Assert.Equal(ExitCodes.Usage, await new App(output, error, interactive: false, TimeProvider.System).RunAsync(["chaos", .. arguments], _cancellation));
        Assert.Contains(arguments[0].TrimStart('-'), error.ToString(), StringComparison.Ordinal);
    }
}
