using VideoGrain.Cli.Chaos.Checking;
using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Chaos.Tests;

/// <summary>A history that was written down can be judged again.</summary>
public sealed class HistoryFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task History_ComesBackAsItWasWritten()
    {
        IReadOnlyList<CallRecord> written = new ModelSystem(seed: 4).Run(steps: 200);
        await HistoryFile.WriteAsync(_folder["history.jsonl"], written, [new FaultRecord(1, 0.5, "kill -9 denoiser")], _cancellation);

        IReadOnlyList<CallRecord> read = await HistoryFile.ReadAsync(_folder["history.jsonl"], _cancellation);

        Assert.Equivalent(written, read, strict: true);
        Assert.Empty(HistoryChecker.Check(read, new Expectations([], Complete: false)));
    }

    [Fact]
    public void Recorder_OrdersWhatHappensSideBySide()
    {
        HistoryRecorder recorder = new(TimeProvider.System);
        OpenCall first = recorder.Begin("a", CallKind.Watch, call => call with { EditId = "e1" });
        OpenCall second = recorder.Begin("b", CallKind.Get, call => call with { EditId = "e1" });
        SeenEvent seen = first.Saw(new EditEvent { Sequence = 1, State = EditState.Queued });
        second.End(call => call);
        first.End(call => call);

        CallRecord watch = recorder.Calls[0], get = recorder.Calls[1];
        Assert.Equal([CallKind.Watch, CallKind.Get], recorder.Calls.Select(call => call.Kind));
        Assert.True(watch.Invoked < get.Invoked && get.Invoked < seen.At && seen.At < get.Returned && get.Returned < watch.Returned);
        Assert.Equal(seen, Assert.Single(watch.Events));
    }
}
