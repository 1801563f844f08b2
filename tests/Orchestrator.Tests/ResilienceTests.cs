using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Tests;

/// <summary>Whatever dies meanwhile, the caller gets its clip, once, and identical.</summary>
public sealed class ResilienceTests : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private FakeStages _stages = null!;
    private RunningOrchestrator? _orchestrator;

    private StageScript Script => _stages.Script;

    private RunningOrchestrator Orchestrator => _orchestrator ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync() => _stages = await FakeStages.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_orchestrator is not null)
            await _orchestrator.DisposeAsync();

        await _stages.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [InlineData(FakeSegmentation.Name, StatusCode.Unavailable, ErrorReasons.StageDraining)]
    [InlineData(FakeInversion.Name, StatusCode.Unavailable, ErrorReasons.StageUnavailable)]
    [InlineData(FakeDenoiser.Name, StatusCode.ResourceExhausted, ErrorReasons.GpuOutOfMemory)]
    [InlineData(FakeInversion.Name, StatusCode.DeadlineExceeded, ErrorReasons.StreamIdle)]
    public async Task StageThatRefusesAtFirst_IsAskedAgain_AndTheHistorySaysSo(string stage, StatusCode code, string reason)
    {
        await StartAsync();
        Script.RefuseNext(stage, () => new VideoGrainException(code, reason, "not now").ToRpcException());
        Script.RefuseNext(stage, () => new VideoGrainException(code, reason, "still not").ToRpcException());
        var events = await Orchestrator.WatchAsync((await Orchestrator.SubmitAsync(Edits.Specification())).Edit.Id);

        Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
        Assert.Equal([(1u, reason), (2u, reason)], events.Where(entry => entry.Retry is not null).Select(entry => (entry.Retry.Attempt, entry.Retry.Reason)));
        Assert.Equal(2u, events[^1].Finished.Timings.Aggregate(0u, (sum, timing) => sum + timing.Retries));
    }

    [Fact]
    public async Task BusyStage_IsAskedAgainWhenItSaid()
    {
        await StartAsync("--Stages:MaxRetries=0");
        var delay = TimeSpan.FromMilliseconds(150);
        for (var i = 0; i < 3; i++)
            Script.RefuseNext(FakeDenoiser.Name, () => VideoGrainException.Busy("one job at a time", delay).ToRpcException());

        var events = await Orchestrator.WatchAsync((await Orchestrator.SubmitAsync(Edits.Specification())).Edit.Id);
        var retries = events.Where(entry => entry.Retry is not null).Select(entry => entry.Time.ToDateTimeOffset()).ToList();

        Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
        Assert.Equal(3, retries.Count);
        Assert.True(retries[2] - retries[0] >= delay * 1.8, $"the retries came after {retries[2] - retries[0]}");
    }

    [Theory]
    [InlineData(FakeInversion.Name, 5)]
    [InlineData(FakeDenoiser.Name, 6)]
    public async Task StageThatDiesMidStream_IsResumedAtTheStepItReached_WithTheSameResult(string stage, int dyingStep)
    {
        var expected = await UninterruptedFramesAsync();
        await StartAsync();
        var dead = false;
        Script.BeforeStep = async (name, step, context) =>
        {
            if (name != stage || step != dyingStep || dead)
                return;

            // A reset stream loses what is still on its way: die when everything has arrived.
            await Eventually.TrueAsync(async () => (await OnlyEditAsync()).Progress?.StepsDone == dyingStep - 1);
            dead = true;
            context.GetHttpContext().Abort();
            throw new OperationCanceledException();
        };
        var id = (await Orchestrator.SubmitAsync(WithFrames())).Edit.Id;
        var events = await Orchestrator.WatchAsync(id);

        Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
        Assert.Equal(expected, FrameDigests(events[^1].Finished));
        Assert.Equal([(uint)dyingStep - 1], events.Where(entry => entry.Retry is not null).Select(entry => entry.Retry.ResumedSteps));
        Assert.Equal(Enumerable.Range(1, stage == FakeInversion.Name ? 6 : 8), StepsOf(stage, id));
    }

    [Theory]
    [InlineData(FakeInversion.Name, 5)]
    [InlineData(FakeSegmentation.Clustering, 1)]
    [InlineData(FakeDenoiser.Name, 6)]
    public async Task EditThatNamesANoun_InterruptedAnywhere_IsResumedWithTheSameResult(string stage, int dyingStep)
    {
        var expected = await UninterruptedNounEditAsync();
        await StartAsync();
        var dead = false;
        Script.BeforeStep = async (name, step, context) =>
        {
            if (name != stage || step != dyingStep || dead)
                return;

            if (stage != FakeSegmentation.Clustering)
                await Eventually.TrueAsync(async () => (await OnlyEditAsync()).Progress?.StepsDone == dyingStep - 1);

            dead = true;
            context.GetHttpContext().Abort();
            throw new OperationCanceledException();
        };
        var id = (await Orchestrator.SubmitAsync(NounEdit())).Edit.Id;
        var edit = await Orchestrator.FinishAsync(id);

        Assert.True(dead);
        Assert.Equal(EditState.Succeeded, edit.State);
        Assert.Equal(expected, Digests(edit));
        Assert.Equal(Enumerable.Range(1, 6), StepsOf(FakeInversion.Name, id));
    }

    [Fact]
    public async Task Denoiser_IsCalledWhileTheInversionRuns_AndEndsWithTheSameResult()
    {
        var expected = await UninterruptedFramesAsync();
        await StartAsync();
        Script.Remaining = TimeSpan.FromSeconds(1);
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.OnHeader = (stage, header) =>
        {
            if (stage == FakeDenoiser.Name && ((DenoiseHeader)header).JobId.Length > 0)
                called.TrySetResult();
        };
        Script.BeforeStep = (stage, step, _) => stage == FakeInversion.Name && step == 6 ? called.Task.InTime() : Task.CompletedTask;
        var id = (await Orchestrator.SubmitAsync(WithFrames())).Edit.Id;
        var edit = await Orchestrator.FinishAsync(id);

        Assert.Equal(EditState.Succeeded, edit.State);
        Assert.Equal(expected, FrameDigests(edit));
        Assert.Single(Script.Calls, call => call.Stage == FakeDenoiser.Name && call.JobId == id);
    }

    [Fact]
    public async Task DenoiserThatIsBusyWhileTheInversionRuns_IsCalledInItsTurn_WithTheSameResult()
    {
        var expected = await UninterruptedFramesAsync();
        await StartAsync();
        Script.Remaining = TimeSpan.FromSeconds(1);
        Script.RefuseNext(FakeDenoiser.Name, () => VideoGrainException.Busy("one job at a time", TimeSpan.FromSeconds(1)).ToRpcException());
        var events = await Orchestrator.WatchAsync((await Orchestrator.SubmitAsync(WithFrames())).Edit.Id);

        // All that is heard of it is that the stage was busy, and only if it still is by its own account.
        Assert.Equal(expected, FrameDigests(events[^1].Finished));
        Assert.All(events.Where(entry => entry.Retry is not null), entry => Assert.Equal(ErrorReasons.StageBusy, entry.Retry.Reason));
        Assert.Single(Script.Calls, call => call.Stage == FakeDenoiser.Name && call.JobId == events[^1].Finished.Id);
    }

    [Fact]
    public async Task StageThatFallsSilent_IsLeft_AndAskedAgain()
    {
        await StartAsync("--Stages:StepTimeout=00:00:00.500");
        var silent = true;
        Script.BeforeStep = async (stage, step, context) =>
        {
            if (stage == FakeDenoiser.Name && step == 2 && silent)
            {
                silent = false;
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }
        };
        var events = await Orchestrator.WatchAsync((await Orchestrator.SubmitAsync(Edits.Specification())).Edit.Id);

        Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
        Assert.Equal("STAGE_STALLED", Assert.Single(events, entry => entry.Retry is not null).Retry.Reason);
    }

    [Fact]
    public async Task CallThatTakesTooLong_IsMadeAgain_FromTheStepItReached()
    {
        var expected = await UninterruptedFramesAsync();
        await StartAsync("--Stages:CallTimeout=00:00:03");
        var slow = true;
        Script.BeforeStep = async (stage, step, context) =>
        {
            if (stage == FakeDenoiser.Name && step == 5 && slow)
            {
                slow = false;
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }
        };
        var events = await Orchestrator.WatchAsync((await Orchestrator.SubmitAsync(WithFrames())).Edit.Id);

        Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
        Assert.Equal(expected, FrameDigests(events[^1].Finished));
        Assert.Contains(events, entry => entry.Retry is { Stage: Stage.Denoising, Reason: ErrorReasons.DeadlineExceeded, ResumedSteps: > 0 });
    }

    [Fact]
    public async Task InversionThatIsBusyWhenAskedWhereNounsStand_IsAskedAgainWhenItSaid()
    {
        const int refusals = 2;
        await StartAsync("--Stages:MaxRetries=0");
        var left = refusals;
        Script.OnHeader = (_, header) =>
        {
            if (IsQuestion(header) && Interlocked.Decrement(ref left) >= 0)
                throw VideoGrainException.Busy("one job at a time", TimeSpan.FromMilliseconds(150)).ToRpcException();
        };
        var events = await Orchestrator.WatchAsync((await Orchestrator.SubmitAsync(NounEdit())).Edit.Id);

        Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
        Assert.Equal(Enumerable.Repeat((Stage.Inverting, ErrorReasons.StageBusy), refusals), events.Where(entry => entry.Retry is not null).Select(entry => (entry.Retry.Stage, entry.Retry.Reason)));
    }

    [Fact]
    public async Task QuestionWhereNounsStand_HasTheTimeOfACall_NotThatOfCapabilities()
    {
        await StartAsync("--Stages:CapabilitiesTimeout=00:00:00");
        var events = await Orchestrator.WatchAsync((await Orchestrator.SubmitAsync(NounEdit())).Edit.Id);

        Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
        Assert.DoesNotContain(events, entry => entry.Retry is not null);
    }

    [Fact]
    public async Task InversionThatFallsSilentWhenAskedWhereNounsStand_IsAskedAgain()
    {
        await StartAsync("--Stages:StepTimeout=00:00:00.500");
        using var end = new ManualResetEventSlim();
        var silent = 1;
        Script.OnHeader = (_, header) =>
        {
            if (IsQuestion(header) && Interlocked.Exchange(ref silent, 0) == 1)
                end.Wait(Bounded.Patience);
        };
        var events = await Orchestrator.WatchAsync((await Orchestrator.SubmitAsync(NounEdit())).Edit.Id);
        end.Set();

        Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
        Assert.Contains(events, entry => entry.Retry is { Stage: Stage.Inverting, Reason: "STAGE_STALLED" });
    }

    [Fact]
    public async Task StageThatStaysAway_FailsTheJob_WithTheTrueReason()
    {
        await StartAsync("--Stages:MaxRetries=3", "--Stages:BreakDuration=00:00:00.600");
        Script.BeforeStep = (_, _, context) =>
        {
            context.GetHttpContext().Abort();
            throw new OperationCanceledException();
        };
        var edit = await Orchestrator.FinishAsync((await Orchestrator.SubmitAsync(Edits.Specification())).Edit.Id);

        Assert.Equal(EditState.Failed, edit.State);
        Assert.Equal((ErrorReasons.StageUnavailable, (int)StatusCode.Unavailable, Stage.Preparing), (edit.Failure.Reason, edit.Failure.Code, edit.Failure.Stage));
    }

    [Fact]
    public async Task ErrorThatTryingAgainCannotHelp_FailsTheJobAtOnce_WithFieldsOfTheSpecification()
    {
        await StartAsync();
        Script.RefuseNext(FakeDenoiser.Name, () => VideoGrainException.Invalid("header.regions[0].phrase", "has 80 tokens, at most 75", ErrorReasons.TokensExceedLimit).ToRpcException());
        var edit = await Orchestrator.FinishAsync((await Orchestrator.SubmitAsync(Edits.Specification())).Edit.Id);

        Assert.Equal((EditState.Failed, ErrorReasons.TokensExceedLimit, Stage.Denoising), (edit.State, edit.Failure.Reason, edit.Failure.Stage));
        Assert.Equal("specification.regions[0].phrase", Assert.Single(edit.Failure.Violations).Field);
        Assert.Equal(0, Script.StepsOf(FakeDenoiser.Name));
        await Eventually.TrueAsync(() => _data.Files("artifacts/objects").Length <= 5, "only what is cached is left: three of the inversion, two of the masks");
    }

    [Fact]
    public async Task Shutdown_HandsTheJobBack_AndTheNextProcessGoesOnWithoutRepeatingAStep()
    {
        var expected = await UninterruptedFramesAsync();
        await StartAsync();
        var (id, release) = await HoldAtAsync(FakeDenoiser.Name, 5);
        var watch = Orchestrator.WatchAsync(id);
        await Orchestrator.StopAsync();
        var interrupted = await Assert.ThrowsAsync<RpcException>(() => watch);
        release();
        await RestartAsync();
        var events = await Orchestrator.WatchAsync(id);

        Assert.Equal(StatusCode.Unavailable, interrupted.StatusCode);
        Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
        Assert.Equal(expected, FrameDigests(events[^1].Finished));
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (ulong)i), events.Select(entry => entry.Sequence));
        Assert.Equal(2, events.Count(entry => entry.EventCase == EditEvent.EventOneofCase.State && entry.State == EditState.Queued));
        Assert.Equal(Enumerable.Range(1, 6), StepsOf(FakeInversion.Name, id));
        Assert.Equal(Enumerable.Range(1, 8), StepsOf(FakeDenoiser.Name, id));
    }

    [Theory]
    [InlineData(FakeDenoiser.Name, "checkpoint/denoising/000005")]
    [InlineData(FakeInversion.Name, "checkpoint/inverting/000005")]
    public async Task DamagedCheckpoint_IsNoticed_AndTheOneBeforeIsUsed(string stage, string checkpoint)
    {
        var expected = await UninterruptedFramesAsync();
        await StartAsync("--Worker:CheckpointEvery=2");
        var (id, release) = await HoldAtAsync(stage, 6);
        await Orchestrator.StopAsync();
        release();
        await DamageAsync(id, checkpoint);
        await RestartAsync();
        var edit = await Orchestrator.FinishAsync(id);

        Assert.Equal(EditState.Succeeded, edit.State);
        Assert.Equal(expected, FrameDigests(edit));
        Assert.Equal(4, Script.Calls.Last(call => call.Stage == stage && call.JobId == id).ResumedFrom);
    }

    // Of six steps of inversion and eight of denoising: all of them where a checkpoint is nothing beside a step; else the first ones, until that is known, and the inversion's last.
    [Theory]
    [InlineData(3600, 6 + 8)]
    [InlineData(0.000001, 2 + 1)]
    public async Task Checkpoints_AreAsManyAsTheirCostAllows(double stepSeconds, int expected)
    {
        await StartAsync("--Worker:CheckpointEvery=0");
        Script.StepDuration = TimeSpan.FromSeconds(stepSeconds);
        var edit = await Orchestrator.FinishAsync((await Orchestrator.SubmitAsync(Edits.Specification())).Edit.Id);
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri(Orchestrator.Http, "/metrics"), Bounded.Token);

        Assert.Equal(EditState.Succeeded, edit.State);
        Assert.EndsWith($" {expected}", metrics.Split('\n').Single(line => line.StartsWith("videograin_checkpoint_seconds_count{", StringComparison.Ordinal) && line.Contains("op=\"save\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task DamagedUpload_FailsTheJob_RatherThanEditAnotherClip()
    {
        await StartAsync("--Worker:Parallelism=0");
        var id = (await Orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        await DamageAsync(id, WorkingNames.Frames);
        await RestartAsync();
        var edit = await Orchestrator.FinishAsync(id);

        Assert.Equal((EditState.Failed, "ARTIFACT_DAMAGED", (int)StatusCode.DataLoss), (edit.State, edit.Failure.Reason, edit.Failure.Code));
        Assert.DoesNotContain(Script.Computed, step => step.JobId == id);
    }

    [Fact]
    public async Task DamagedInversion_IsComputedAgain()
    {
        var expected = await UninterruptedFramesAsync();
        await StartAsync();
        var (id, release) = await HoldAtAsync(FakeDenoiser.Name, 1);
        await Orchestrator.StopAsync();
        release();
        await DamageAsync(id, WorkingNames.Trajectory);
        await RestartAsync();
        var edit = await Orchestrator.FinishAsync(id);

        Assert.Equal(EditState.Succeeded, edit.State);
        Assert.Equal(expected, FrameDigests(edit));
        Assert.Equal(12, StepsOf(FakeInversion.Name, id).Count);
    }

    [Theory]
    [InlineData(FakeInversion.Name, 4)]
    [InlineData(FakeDenoiser.Name, 6)]
    public async Task KilledProcess_LosesNoJob_AndRepeatsAtMostTheStepsSinceTheLastCheckpoint(string stage, int step)
    {
        var expected = await UninterruptedFramesAsync();
        string id;
        Action release;
        using (var process = await OrchestratorProcess.StartAsync(_data, _stages.Address))
        {
            (id, release) = await HoldAtAsync(stage, step, process.Client);
            process.Kill();
        }

        release();
        await StartAsync();
        var events = await Orchestrator.WatchAsync(id);
        var steps = StepsOf(stage, id);

        Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
        Assert.Equal(expected, FrameDigests(events[^1].Finished));
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (ulong)i), events.Select(entry => entry.Sequence));
        Assert.True(steps.Count <= steps.Distinct().Count() + 2, $"steps {string.Join(' ', steps)}");
        await Orchestrator.Client.DeleteEditAsync(new DeleteEditRequest { EditId = id }, cancellationToken: Bounded.Token);
        await Eventually.TrueAsync(() => _data.Files("artifacts").Concat(_data.Files("scratch")).All(file => file.EndsWith(".lock", StringComparison.Ordinal)), "nothing is left behind");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ManyJobs_UnderRandomFailures_EachEndOnce_AndEqualOnesEqually(int seed)
    {
        const int jobs = 10;
        const int failures = 15;
        await StartAsync("--Worker:Parallelism=4", "--Stages:MaxRetries=50");
        var random = new Random(seed);
        var left = failures;
        Script.BeforeStep = (stage, _, context) =>
        {
            int choice;
            lock (random)
                choice = left > 0 ? random.Next(12) : int.MaxValue;

            if (choice > 2)
                return Task.CompletedTask;

            Interlocked.Decrement(ref left);
            if (choice == 0)
                context.GetHttpContext().Abort();

            throw choice switch
            {
                1 => VideoGrainException.Busy($"{stage} is busy", TimeSpan.FromMilliseconds(5)).ToRpcException(),
                2 => new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageDraining, "shutting down").ToRpcException(),
                _ => new OperationCanceledException(),
            };
        };
        var ids = new List<string>();
        for (var i = 0; i < jobs; i++)
            ids.Add((await Orchestrator.SubmitAsync(WithFrames(), (byte)(i % 2))).Edit.Id);

        var histories = await Task.WhenAll(ids.Select(id => Orchestrator.WatchAsync(id))).InTime();

        Assert.All(histories, history => Assert.Equal(EditState.Succeeded, history[^1].Finished.State));
        Assert.All(histories, history => Assert.Equal(Enumerable.Range(1, history.Count).Select(i => (ulong)i), history.Select(entry => entry.Sequence)));
        Assert.All(histories, history => Assert.Single(history, entry => entry.Finished is not null));
        Assert.Equal(2, histories.Select(history => string.Join(' ', FrameDigests(history[^1].Finished))).Distinct().Count());
    }

    [Fact]
    public async Task DataFolderInUse_IsNotOpenedByASecondProcess()
    {
        await StartAsync();
        await using var second = await RunningOrchestrator.StartAsync(_data, _stages.Address);
        second.ExpectsErrors = true;
        using var http = new HttpClient();
        var answer = await http.GetAsync(new Uri(second.Http, "/readyz"), Bounded.Token);
        var refused = await Assert.ThrowsAsync<RpcException>(() => second.SubmitAsync(Edits.Specification()));

        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal((StatusCode.Unavailable, "SERVICE_NOT_STARTED"), (refused.StatusCode, Errors.Reason(refused)));
    }

    [Fact]
    public async Task ProcessKilledWhileItMigrated_DoesNotKeepTheNextOneFromStarting()
    {
        await using (var context = new JobsDbContext(new DbContextOptionsBuilder<JobsDbContext>().UseOrchestratorSqlite(Path.Combine(_data.Path, "orchestrator.db")).Options))
        {
            // Migrating takes this row and gives it back; a process that dies in between does not.
            await context.Database.MigrateAsync(Bounded.Token);
            await context.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsLock\" VALUES (1, '2026-01-01')", Bounded.Token);
        }

        await StartAsync();

        Assert.Equal(EditState.Succeeded, (await Orchestrator.FinishAsync((await Orchestrator.SubmitAsync(Edits.Specification())).Edit.Id)).State);
    }

    private static EditSpecification WithFrames()
    {
        var specification = Edits.Specification();
        specification.Output = new OutputOptions { Frames = true };
        return specification;
    }

    private static IReadOnlyList<string> FrameDigests(Edit edit) =>
        [.. edit.Artifacts.Where(artifact => artifact.Kind == ArtifactKind.Frame).Select(artifact => artifact.Sha256)];

    private List<int> StepsOf(string stage, string jobId) =>
        [.. Script.Computed.Where(step => step.Stage == stage && step.JobId == jobId).Select(step => step.Step)];

    private async Task<Edit> OnlyEditAsync() =>
        Assert.Single((await Orchestrator.Client.ListEditsAsync(new ListEditsRequest(), cancellationToken: Bounded.Token)).Edits);

    private async Task StartAsync(params string[] settings) => _orchestrator = await RunningOrchestrator.StartAsync(_data, _stages.Address, settings);

    private async Task RestartAsync()
    {
        await Orchestrator.DisposeAsync();
        await StartAsync();
    }

    // What the edit looks like when nothing goes wrong.
    private async Task<IReadOnlyList<string>> UninterruptedFramesAsync()
    {
        using var folder = new TempFolder();
        await using var calm = await RunningOrchestrator.StartAsync(folder, _stages.Address);
        var edit = await calm.FinishAsync((await calm.SubmitAsync(WithFrames())).Edit.Id);
        Assert.Equal(Edits.Frames, FrameDigests(edit).Count);
        return FrameDigests(edit);
    }

    private async Task<IReadOnlyList<string>> UninterruptedNounEditAsync()
    {
        using var folder = new TempFolder();
        await using var calm = await RunningOrchestrator.StartAsync(folder, _stages.Address);
        return Digests(await calm.FinishAsync((await calm.SubmitAsync(NounEdit())).Edit.Id));
    }

    private static EditSpecification NounEdit()
    {
        var specification = WithFrames();
        specification.Uploads.RemoveAt(1);
        specification.Regions[0].Source = new RegionSource { Noun = new NounQuery { Noun = "man" } };
        specification.Output.Masks = true;
        return specification;
    }

    // Beside the call that inverts, which names no nouns.
    private static bool IsQuestion(object header) => header is InvertHeader { JobId.Length: > 0, Nouns.Count: > 0 };

    private static IReadOnlyList<string> Digests(Edit edit) =>
        [.. edit.Artifacts.OrderBy(artifact => artifact.Name, StringComparer.Ordinal).Select(artifact => $"{artifact.Name} {artifact.Sha256}")];

    // Submits an edit and holds it before a step of a stage; the held step itself is never computed.
    private Task<(string Id, Action Release)> HoldAtAsync(string stage, int heldStep) => HoldAtAsync(stage, heldStep, Orchestrator.Client);

    private async Task<(string Id, Action Release)> HoldAtAsync(string stage, int heldStep, OrchestratorService.OrchestratorServiceClient client)
    {
        var reached = new TaskCompletionSource();
        var held = true;
        Script.BeforeStep = async (name, step, context) =>
        {
            if (name != stage || step != heldStep || !held)
                return;

            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        var id = await Edits.SubmitToAsync(client, WithFrames());
        await reached.Task.InTime();

        // What the stage has sent must have arrived before anything dies.
        var computed = stage == FakeInversion.Name ? Stage.Inverting : Stage.Denoising;
        using var watch = client.WatchEdit(new WatchEditRequest { EditId = id }, cancellationToken: Bounded.Token);
        while (heldStep > 1 && await watch.ResponseStream.MoveNext(Bounded.Token).InTime())
        {
            if (watch.ResponseStream.Current.Event.Progress is { } progress && progress.Stage == computed && progress.StepsDone == heldStep - 1)
                break;
        }

        return (id, () => held = false);
    }

    private async Task DamageAsync(string jobId, string artifact)
    {
        await using var context = new JobsDbContext(new DbContextOptionsBuilder<JobsDbContext>().UseOrchestratorSqlite(Path.Combine(_data.Path, "orchestrator.db")).Options);
        var digest = (await context.Artifacts.SingleAsync(row => row.JobId == jobId && row.Name == artifact, Bounded.Token)).Digest.Hex;
        var path = _data.Files("artifacts/objects").Single(file => file.EndsWith(digest, StringComparison.Ordinal));
        var bytes = await File.ReadAllBytesAsync(path, Bounded.Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Bounded.Token);
    }
}
