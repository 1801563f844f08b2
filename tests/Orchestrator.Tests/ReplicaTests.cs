using Grpc.Core;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Tests;

/// <summary>Several orchestrators on one PostgreSQL database and one artifact store.</summary>
public sealed class ReplicaTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly string[] QuickLeases = ["--Worker:LeaseDuration=00:00:02", "--Worker:HeartbeatInterval=00:00:00.400"];
    private readonly TempFolder _data = new();
    private readonly List<RunningOrchestrator> _replicas = [];
    private TestDatabase _database = null!;
    private FakeStages _stages = null!;

    private StageScript Script => _stages.Script;

    public async ValueTask InitializeAsync()
    {
        _stages = await FakeStages.StartAsync();
        _database = await postgres.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
            await replica.DisposeAsync();

        await _stages.DisposeAsync();
        _database.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task ThreeReplicas_RunEveryJobOnce()
    {
        const int jobs = 15;
        for (var i = 0; i < 3; i++)
            await StartAsync("--Worker:Parallelism=2");

        var submitted = await Task.WhenAll(Enumerable.Range(0, jobs).Select(i => _replicas[i % 3].SubmitAsync(Edits.Specification(), (byte)i))).InTime();
        var ids = submitted.Select(response => response.Edit.Id).ToList();
        var histories = await Task.WhenAll(ids.Select((id, i) => _replicas[(i + 1) % 3].WatchAsync(id))).InTime();

        Assert.Equal(jobs, ids.Distinct().Count());
        Assert.All(histories, history => Assert.Equal(EditState.Succeeded, history[^1].Finished.State));
        Assert.All(histories, history => Assert.Equal(Enumerable.Range(1, history.Count).Select(i => (ulong)i), history.Select(entry => entry.Sequence)));
        Assert.All(histories, history => Assert.Single(history, entry => entry.EventCase == EditEvent.EventOneofCase.State && entry.State == EditState.Preparing));
        Assert.All(ids, id => Assert.Equal(Enumerable.Range(1, 8), Script.Computed.Where(step => step.JobId == id && step.Stage == FakeDenoiser.Name).Select(step => step.Step)));
    }

    [Fact]
    public async Task ReplicaThatIsKilled_LosesItsJobToAnother_WithTheSameResult()
    {
        var calm = await StartAsync(QuickLeases);
        var expected = await calm.FinishAsync((await calm.SubmitAsync(WithFrames(), 1)).Edit.Id);
        await calm.StopAsync();
        var held = true;
        var reached = new TaskCompletionSource();
        Script.BeforeStep = async (stage, step, context) =>
        {
            if (stage != FakeDenoiser.Name || step != 6 || !held)
                return;

            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        string id;
        using (var process = await OrchestratorProcess.StartAsync(_data, _stages.Address, [.. _database.Settings(_data), .. QuickLeases]))
        {
            id = await Edits.SubmitToAsync(process.Client, WithFrames(), 1);
            await reached.Task.InTime();
            process.Kill();
        }

        held = false;
        var heir = await StartAsync(QuickLeases);
        var events = await heir.WatchAsync(id);

        Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
        Assert.Equal(Frames(expected), Frames(events[^1].Finished));
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (ulong)i), events.Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task ReplicaThatStarts_LeavesTheJobsOfLivingOnes()
    {
        var first = await StartAsync();
        var gate = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        Script.BeforeStep = async (stage, step, _) =>
        {
            if (stage != FakeDenoiser.Name || step != 2)
                return;

            reached.TrySetResult();
            await gate.Task;
        };
        var id = (await first.SubmitAsync(Edits.Specification())).Edit.Id;
        await reached.Task.InTime();
        var second = await StartAsync();
        Assert.Equal(EditState.Denoising, (await second.Client.GetEditAsync(new GetEditRequest { EditId = id }, cancellationToken: Bounded.Token)).Edit.State);
        gate.SetResult();
        var events = await second.WatchAsync(id);

        Assert.Single(events, entry => entry.EventCase == EditEvent.EventOneofCase.State && entry.State == EditState.Queued);
        Assert.Equal(8, Script.StepsOf(FakeDenoiser.Name));
    }

    [Fact]
    public async Task CancelAtOneReplica_ReachesTheStageThatAnotherWorksWith()
    {
        var caller = await StartAsync("--Worker:Parallelism=0");
        await StartAsync();
        var reached = new TaskCompletionSource();
        Script.BeforeStep = async (stage, step, context) =>
        {
            if (stage != FakeDenoiser.Name || step != 3)
                return;

            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        var id = (await caller.SubmitAsync(Edits.Specification())).Edit.Id;
        await reached.Task.InTime();
        var cancelled = await caller.Client.CancelEditAsync(new CancelEditRequest { EditId = id }, cancellationToken: Bounded.Token);

        Assert.Equal(EditState.Cancelled, cancelled.Edit.State);
        await Eventually.TrueAsync(() => Script.Abandoned.Contains((FakeDenoiser.Name, 3)), "the stage goes on");
    }

    [Fact]
    public async Task WhatOneReplicaComputed_TheNextPromptTakesAtAnother()
    {
        var first = await StartAsync();
        await first.FinishAsync((await first.SubmitAsync(Edits.Specification())).Edit.Id);
        await first.StopAsync();
        var second = await StartAsync();
        var edit = await second.FinishAsync((await second.SubmitAsync(Edits.Specification("a brown bear in the snow", "brown bear"))).Edit.Id);

        Assert.Equal([true, true, false, false], edit.Timings.Select(timing => timing.Cached));
        Assert.Equal((1, 6), (Script.StepsOf(FakeSegmentation.Name), Script.StepsOf(FakeInversion.Name)));
    }

    [Fact]
    public async Task ConnectionsThatAreCut_LoseNothing_AndRepeatNothing()
    {
        await StartAsync();
        await StartAsync();
        var cuts = 3;
        Script.BeforeStep = async (stage, _, _) =>
        {
            if (stage == FakeDenoiser.Name && Interlocked.Decrement(ref cuts) >= 0)
                await postgres.CutConnectionsAsync(_database);
        };
        var ids = new List<string>();
        for (byte i = 0; i < 4; i++)
            ids.Add((await _replicas[i % 2].SubmitAsync(Edits.Specification(), i)).Edit.Id);

        foreach (var id in ids)
        {
            var events = await _replicas[1].WatchAsync(id);
            Assert.Equal(EditState.Succeeded, events[^1].Finished.State);
            Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (ulong)i), events.Select(entry => entry.Sequence));
        }

        Assert.True(cuts < 0, "nothing was cut");
    }

    [Fact]
    public async Task EditsThatShareTheirClip_AreDeletedAtOneReplica_WhileAnotherTakesThemIn()
    {
        await StartAsync("--Worker:Parallelism=0");
        await StartAsync("--Worker:Parallelism=0");
        string? previous = null;
        for (var i = 0; i < 10; i++)
        {
            var submit = _replicas[0].SubmitAsync(Edits.Specification());
            var clear = previous is null ? Task.CompletedTask : RemoveAsync(_replicas[1], previous);
            try
            {
                previous = (await submit).Edit.Id;
            }
            catch (RpcException exception)
            {
                // The one other honest answer: the bytes went at that moment, try again.
                Assert.Equal((StatusCode.Aborted, "STORAGE_CONFLICT"), (exception.StatusCode, Errors.Reason(exception)));
                previous = null;
            }

            await clear;
        }

        var worker = await StartAsync();
        previous ??= (await worker.SubmitAsync(Edits.Specification())).Edit.Id;
        Assert.Equal(EditState.Succeeded, (await worker.FinishAsync(previous)).State);
    }

    [Fact]
    public async Task JanitorsOfThreeReplicas_RemoveEveryByteTogether_AndNothingThatIsStillNeeded()
    {
        const int jobs = 9;
        for (var i = 0; i < 3; i++)
        {
            await StartAsync(
                "--Retention:KeepEndedJobs=00:00:00.100", "--Retention:SweepInterval=00:00:00.100", "--Retention:OrphanInterval=00:00:00.300");
        }

        // Few clips, so that jobs come for bytes which the janitors are about to remove.
        for (var i = 0; i < jobs; i++)
            await SubmitPatientlyAsync(_replicas[i % 3], (byte)(i % 2));

        await Eventually.TrueAsync(
            async () => (await _replicas[0].Client.ListEditsAsync(new ListEditsRequest(), cancellationToken: Bounded.Token)).Edits.Count == 0
                && _data.Files("artifacts/objects").Length == 0,
            "something is left");
        var steps = Script.Computed.Where(step => step.Stage == FakeDenoiser.Name).ToLookup(step => step.JobId, step => step.Step);
        Assert.Equal(jobs, steps.Count);

        // A job whose bytes were cleared away just before it named them goes on from its last checkpoint.
        Assert.All(steps, run => Assert.Equal(Enumerable.Range(1, 8), run.Distinct()));
    }

    [Fact]
    public async Task ConnectionString_IsReadWhereTheConfigurationSays_AndNeverRepeated()
    {
        var file = Path.Combine(_data.Path, "secret");
        await File.WriteAllTextAsync(file, "Host=127.0.0.1;Pasword=hunter2;hunter2=x", Bounded.Token);
        var error = Assert.ThrowsAny<Exception>(() => OrchestratorHost.Build([$"--Data:Root={_data.Path}", "--Data:Database=Postgres", $"--Data:ConnectionStringFile={file}"])
            .Services.GetRequiredService<JobsDatabase>());
        var missing = Assert.ThrowsAny<Exception>(() => OrchestratorHost.Build([$"--Data:Root={_data.Path}", "--Data:Database=Postgres", "--Data:ConnectionStringVariable=VIDEOGRAIN_TEST_UNSET"])
            .Services.GetRequiredService<JobsDatabase>());

        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(file, error.ToString(), StringComparison.Ordinal);
        Assert.Contains("VIDEOGRAIN_TEST_UNSET", missing.Message, StringComparison.Ordinal);
    }

    private static EditSpecification WithFrames()
    {
        var specification = Edits.Specification();
        specification.Output = new OutputOptions { Frames = true };
        return specification;
    }

    // Bytes that were cleared away at that moment are sent again, as a caller does.
    private static async Task SubmitPatientlyAsync(RunningOrchestrator replica, byte seed)
    {
        while (true)
        {
            try
            {
                await replica.SubmitAsync(Edits.Specification(), seed);
                return;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Aborted)
            {
                Assert.Equal("STORAGE_CONFLICT", Errors.Reason(exception));
            }
        }
    }

    private static IEnumerable<string> Frames(Edit edit) => edit.Artifacts.Where(artifact => artifact.Kind == ArtifactKind.Frame).Select(artifact => artifact.Sha256);

    private static async Task RemoveAsync(RunningOrchestrator replica, string id)
    {
        await replica.Client.CancelEditAsync(new CancelEditRequest { EditId = id }, cancellationToken: Bounded.Token);
        await replica.Client.DeleteEditAsync(new DeleteEditRequest { EditId = id }, cancellationToken: Bounded.Token);
    }

    private async Task<RunningOrchestrator> StartAsync(params string[] settings)
    {
        var replica = await RunningOrchestrator.StartAsync(_data, _stages.Address, [.. _database.Settings(_data), .. settings]);
        _replicas.Add(replica);
        return replica;
    }
}
