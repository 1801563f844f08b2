using Grpc.Core;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Tests.S3;

/// <summary>A whole orchestrator over a bucket.</summary>
public sealed class S3OrchestratorTests : IAsyncLifetime
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(61);
    private readonly TempFolder _data = new();
    private StrictS3Server _server = null!;
    private FakeStages _stages = null!;
    private RunningOrchestrator _orchestrator = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await StrictS3Server.StartAsync();
        _stages = await FakeStages.StartAsync();
        _orchestrator = await StartAsync(TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _orchestrator.DisposeAsync();
        await _stages.DisposeAsync();
        await _server.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Edit_LivesInTheBucket_AndLeavesNothingWhenDeleted()
    {
        var id = (await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        var edit = await _orchestrator.FinishAsync(id);
        Assert.Equal(EditState.Succeeded, edit.State);
        var result = edit.Artifacts.Single(artifact => artifact.Kind == ArtifactKind.Video);
        Assert.Equal((long)result.ByteCount, (await _orchestrator.DownloadAsync(id, result.Name)).LongLength);
        Assert.Contains(_server.Objects.Keys, key => key.EndsWith(result.Sha256, StringComparison.Ordinal));
        Assert.Empty(_data.Files("artifacts"));

        await _orchestrator.Client.DeleteEditAsync(new DeleteEditRequest { EditId = id }, cancellationToken: Bounded.Token);
        await Eventually.TrueAsync(() => _server.Objects.IsEmpty, "nothing is left, markers included");
    }

    [Fact]
    public async Task Download_ForACallerThatTakesLinks_IsALink()
    {
        var id = (await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        var result = (await _orchestrator.FinishAsync(id)).Artifacts.Single(artifact => artifact.Kind == ArtifactKind.Video);
        using var call = _orchestrator.Client.DownloadArtifact(
            new DownloadArtifactRequest { EditId = id, ArtifactName = result.Name, AcceptLink = true }, cancellationToken: Bounded.Token);
        var messages = new List<DownloadArtifactResponse>();
        while (await call.ResponseStream.MoveNext(Bounded.Token).InTime())
            messages.Add(call.ResponseStream.Current);

        Assert.Equal([DownloadArtifactResponse.PayloadOneofCase.Artifact, DownloadArtifactResponse.PayloadOneofCase.Link], messages.Select(message => message.PayloadCase));
        Assert.InRange(messages[1].Link.ExpireTime.ToDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(10), DateTimeOffset.UtcNow.AddMinutes(16));
        using var client = new HttpClient();
        Assert.Equal(await _orchestrator.DownloadAsync(id, result.Name), await client.GetByteArrayAsync(new Uri(messages[1].Link.Url), Bounded.Token));
    }

    [Theory]
    [InlineData(503, "SlowDown", "STORAGE_UNAVAILABLE")]
    [InlineData(400, "ExpiredToken", "STORAGE_UNAVAILABLE")]
    [InlineData(507, "InsufficientStorage", "STORAGE_FULL")]
    public async Task StoreThatFails_RefusesASubmit_WithTheTrueReason_AndLeavesNothing(int status, string code, string reason)
    {
        _server.Fault = context => context.Request.Method == "PUT" && context.Request.Path.Value!.Contains("/objects/", StringComparison.Ordinal)
            ? StrictS3Server.AnswerAsync(context, status, code)
            : Task.FromResult(false);
        var error = await Assert.ThrowsAsync<RpcException>(() => _orchestrator.SubmitAsync(Edits.Specification()));

        Assert.Equal(reason, Errors.Reason(error));
        Assert.NotNull(Errors.RetryDelay(error));
        await Eventually.TrueAsync(() => _server.Objects.IsEmpty);
    }

    // In the preparation nothing is computed yet; later there is something to resume from.
    [Theory]
    [InlineData(FakeSegmentation.Name, 1)]
    [InlineData(FakeInversion.Name, 2)]
    [InlineData(FakeDenoiser.Name, 5)]
    public async Task StoreThatGoesAway_FailsNoJob_AndAllEndWhenItIsBack(string stage, int step)
    {
        const int handBacks = 5;
        var clock = new SkippingClock(Pause);
        await RestartAsync(clock);
        var (first, second, _) = await SubmitTwoAsync(stage, step);
        var queued = 0;
        await _orchestrator.WaitForAsync(first, entry => entry is { EventCase: EditEvent.EventOneofCase.State, State: EditState.Queued } && ++queued > handBacks);
        var pauses = clock.Skipped;
        ComesBack();
        var edits = new[] { await _orchestrator.FinishAsync(first), await _orchestrator.FinishAsync(second) };

        Assert.All(edits, edit => Assert.Equal(EditState.Succeeded, edit.State));
        Assert.True(pauses >= handBacks, $"{pauses} pauses before {handBacks} returns to the queue");
    }

    // What only this job asks for may never be answered otherwise, and its work is not to be done for ever.
    [Fact]
    public async Task StoreThatRefusesOneRequestForEver_EndsTheJob()
    {
        await RestartAsync(new SkippingClock(Pause));
        _ = FailsAt(FakeDenoiser.Name, 8, 400, "InvalidRequest");
        var edit = await _orchestrator.FinishAsync((await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id);

        Assert.Equal((EditState.Failed, "JOB_ATTEMPTS_EXHAUSTED", true), (edit.State, edit.Failure.Reason, edit.Failure.DeadLetter));
    }

    [Fact]
    public async Task StoreThatRefusesTheCredentials_FailsTheJob_WithTheTrueReason()
    {
        await RestartAsync(new SkippingClock(Pause));
        _ = FailsAt(FakeDenoiser.Name, 2, 403, "AccessDenied");
        var edit = await _orchestrator.FinishAsync((await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id);

        Assert.Equal((EditState.Failed, "STORAGE_UNAVAILABLE", Stage.Denoising), (edit.State, edit.Failure.Reason, edit.Failure.Stage));
    }

    [Fact]
    public async Task CancelledJob_FreesItsWorkerAtOnce_WhileThatWaitsForTheStore()
    {
        await RestartAsync(TimeProvider.System);
        var (first, second, refused) = await SubmitTwoAsync(FakeDenoiser.Name, 2);
        await refused.InTime();
        ComesBack();
        await _orchestrator.Client.CancelEditAsync(new CancelEditRequest { EditId = first }, cancellationToken: Bounded.Token);

        Assert.Equal(EditState.Cancelled, (await _orchestrator.FinishAsync(first)).State);
        Assert.Equal(EditState.Succeeded, (await _orchestrator.FinishAsync(second)).State);
    }

    private Task<RunningOrchestrator> StartAsync(TimeProvider clock, params string[] settings) => RunningOrchestrator.StartAsync(
        _data, _stages.Address, services => services.AddSingleton(clock),
        [
            "--Store:Kind=S3", $"--Store:S3:Endpoint={_server.Endpoint}", $"--Store:S3:Bucket={StrictS3Server.Bucket}",
            $"--Store:S3:AccessKeyId={StrictS3Server.AccessKey}", $"--Store:S3:SecretAccessKey={StrictS3Server.Secret}", "--Store:S3:MaxRetries=0", .. settings,
        ]);

    private async Task RestartAsync(TimeProvider clock)
    {
        await _orchestrator.DisposeAsync();
        _orchestrator = await StartAsync(clock, $"--Worker:StorePause={Pause}", "--Worker:MaxFruitlessAttempts=2");

        // Whoever tidies meets the store as well, and says so.
        _orchestrator.ExpectsErrors = true;
    }

    // Two edits of which the first meets a store that has gone away when a stage comes to a step. The task ends when it was refused.
    private async Task<(string First, string Second, Task Refused)> SubmitTwoAsync(string stage, int step)
    {
        var submitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var refused = FailsAt(stage, step, 503, "SlowDown", submitted.Task);
        var first = (await _orchestrator.SubmitAsync(Edits.Specification(), 1)).Edit.Id;
        var second = (await _orchestrator.SubmitAsync(Edits.Specification(), 2)).Edit.Id;
        submitted.SetResult();
        return (first, second, refused);
    }

    // What the store answers from then on: everything is refused for want of service, else what is put.
    private Task FailsAt(string stage, int step, int status, string code, Task? after = null)
    {
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _stages.Script.BeforeStep = async (name, number, _) =>
        {
            if (name != stage || number != step)
                return;

            await (after ?? Task.CompletedTask).InTime();
            _server.Fault = async context =>
            {
                var isPut = HttpMethods.IsPut(context.Request.Method);
                if (!isPut && status < 500)
                    return false;

                await StrictS3Server.AnswerAsync(context, status, code);
                if (isPut)
                    refused.TrySetResult();

                return true;
            };
        };
        return refused.Task;
    }

    private void ComesBack()
    {
        _stages.Script.BeforeStep = (_, _, _) => Task.CompletedTask;
        _server.Fault = _ => Task.FromResult(false);
    }
}
