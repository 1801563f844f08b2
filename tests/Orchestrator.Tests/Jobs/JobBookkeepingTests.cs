using Microsoft.EntityFrameworkCore;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Tests.Jobs;

/// <summary>Queue, journal, catalogue, intake, leases and cache; the same on every database.</summary>
public abstract class JobBookkeepingTests : IAsyncLifetime
{
    private JobsFixture _jobs = null!;

    public async ValueTask InitializeAsync() => _jobs = await JobsFixture.CreateAsync(DatabaseAsync);

    private protected abstract Task<TestDatabase> DatabaseAsync(TempFolder folder);

    public ValueTask DisposeAsync() => _jobs.DisposeAsync();

    [Fact]
    public async Task SameRequestId_WithTheSameContent_GivesTheFirstJob()
    {
        var (_, first) = await _jobs.Intake.SubmitAsync(_jobs.NewJob(requestId: "r", fingerprint: "x"), Bounded.Token);
        var (outcome, second) = await _jobs.Intake.SubmitAsync(_jobs.NewJob(requestId: "r", fingerprint: "x"), Bounded.Token);

        Assert.Equal((SubmitOutcome.AlreadyExisted, first!.Id), (outcome, second!.Id));
    }

    [Fact]
    public async Task SameRequestId_WithOtherContent_IsRefused_ButNotOfAnotherCaller()
    {
        await _jobs.Intake.SubmitAsync(_jobs.NewJob(requestId: "r", fingerprint: "x"), Bounded.Token);
        var (reused, _) = await _jobs.Intake.SubmitAsync(_jobs.NewJob(requestId: "r", fingerprint: "y"), Bounded.Token);
        var (other, _) = await _jobs.Intake.SubmitAsync(_jobs.NewJob("bob", "r", "y"), Bounded.Token);

        Assert.Equal((SubmitOutcome.RequestIdReused, SubmitOutcome.Accepted), (reused, other));
    }

    [Fact]
    public async Task ConcurrentSubmits_OfOneRequestId_MakeOneJob()
    {
        var submissions = Enumerable.Range(0, 16).Select(_ => _jobs.NewJob(requestId: "r")).ToList();
        var results = await Task.WhenAll(submissions.Select(job => Task.Run(() => _jobs.Intake.SubmitAsync(job, Bounded.Token)))).InTime();

        Assert.Single(results, result => result.Outcome == SubmitOutcome.Accepted);
        Assert.Single(results.Select(result => result.Job!.Id).Distinct());
    }

    [Fact]
    public async Task ConcurrentSubmits_NeverOverrunTheQueue()
    {
        _jobs.QueueOptions.MaxQueued = 5;
        var submissions = Enumerable.Range(0, 20).Select(_ => _jobs.NewJob()).ToList();
        var results = await Task.WhenAll(submissions.Select(job => Task.Run(() => _jobs.Intake.SubmitAsync(job, Bounded.Token)))).InTime();

        Assert.Equal(5, results.Count(result => result.Outcome == SubmitOutcome.Accepted));
        Assert.Equal(15, results.Count(result => result.Outcome == SubmitOutcome.QueueFull));
    }

    [Fact]
    public async Task CallersTakeTurns_HoweverManyJobsOneHasQueued()
    {
        for (var i = 0; i < 3; i++)
            await _jobs.SubmitAsync("greedy");

        await _jobs.SubmitAsync("modest");
        string[] order = [(await _jobs.ClaimAsync()).Caller, (await _jobs.ClaimAsync()).Caller, (await _jobs.ClaimAsync()).Caller, (await _jobs.ClaimAsync()).Caller];

        Assert.Equal(["greedy", "modest", "greedy", "greedy"], order);
    }

    [Theory]
    [InlineData(0.5, "greedy modest greedy greedy modest")]
    [InlineData(2, "greedy modest modest greedy modest")]
    public async Task CallersTakeTurns_InProportionToTheirWeights(double weight, string expected)
    {
        _jobs.QueueOptions.Weights["modest"] = weight;
        for (var i = 0; i < 4; i++)
            await _jobs.SubmitAsync("greedy");
        for (var i = 0; i < 4; i++)
            await _jobs.SubmitAsync("modest");

        var order = new List<string>();
        for (var i = 0; i < 5; i++)
            order.Add((await _jobs.ClaimAsync()).Caller);

        Assert.Equal(expected, string.Join(' ', order));
    }

    [Fact]
    public async Task CallerThatSubmitsOneJobAtATime_HasNoMoreThanItsShare()
    {
        _jobs.QueueOptions.Weights["modest"] = 0.5;
        for (var i = 0; i < 6; i++)
            await _jobs.SubmitAsync("greedy");

        var order = new List<string>();
        await _jobs.SubmitAsync("modest");
        while (order.Count < 8)
        {
            order.Add((await _jobs.ClaimAsync()).Caller);
            if (order[^1] == "modest")
                await _jobs.SubmitAsync("modest");
        }

        Assert.Equal("greedy modest greedy greedy modest greedy greedy modest", string.Join(' ', order));
    }

    [Fact]
    public async Task UrgentJob_GoesBeforeItsCallersOthers_ButNotBeforeOtherCallers()
    {
        var first = await _jobs.SubmitAsync("alice");
        var low = await _jobs.SubmitAsync("alice", priority: JobPriority.Low);
        var other = await _jobs.SubmitAsync("bob");
        var urgent = await _jobs.SubmitAsync("alice", priority: JobPriority.High);
        var announced = new List<int>();
        foreach (var job in (Job[])[urgent, other, first, low])
            announced.Add(await _jobs.Catalog.PositionAsync(job, Bounded.Token));

        string[] order = [(await _jobs.ClaimAsync()).Id, (await _jobs.ClaimAsync()).Id, (await _jobs.ClaimAsync()).Id, (await _jobs.ClaimAsync()).Id];

        Assert.Equal([urgent.Id, other.Id, first.Id, low.Id], order);
        Assert.Equal([0, 1, 2, 3], announced);
    }

    [Fact]
    public async Task CallerWithAQuotaOfItsOwn_IsHeldToThat_AndOthersToTheGeneralOne()
    {
        (_jobs.QueueOptions.MaxPerCaller, _jobs.QueueOptions.Quotas["alice"]) = (1, 2);
        var outcomes = new List<SubmitOutcome>();
        foreach (var caller in (string[])["alice", "alice", "alice", "bob", "bob"])
            outcomes.Add((await _jobs.Intake.SubmitAsync(_jobs.NewJob(caller), Bounded.Token)).Outcome);

        Assert.Equal(
            [SubmitOutcome.Accepted, SubmitOutcome.Accepted, SubmitOutcome.CallerLimitExceeded, SubmitOutcome.Accepted, SubmitOutcome.CallerLimitExceeded], outcomes);
    }

    [Fact]
    public async Task ConcurrentClaims_GiveEveryJobToOneWorker()
    {
        for (var i = 0; i < 10; i++)
            await _jobs.SubmitAsync();

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => _jobs.Queue.ClaimAsync($"worker-{i}", Bounded.Token)))).InTime();

        Assert.Equal(10, claims.Where(job => job is not null).Select(job => job!.Id).Distinct().Count());
        Assert.Equal(10, claims.Count(job => job is null));
    }

    [Fact]
    public async Task WorkerThatFellSilent_LosesItsJob_AndCannotWriteAnyMore()
    {
        await _jobs.SubmitAsync();
        var stale = (await _jobs.ClaimAsync("stalled")).Lease;
        _jobs.Time.Advance(_jobs.WorkerOptions.LeaseDuration + TimeSpan.FromSeconds(1));
        var fresh = (await _jobs.ClaimAsync("next")).Lease;

        await Assert.ThrowsAsync<LeaseLostException>(() => _jobs.Journal.AdvanceAsync(stale, JobState.Inverting, Bounded.Token));
        Assert.False(await _jobs.Queue.RenewAsync(stale, Bounded.Token));
        await _jobs.Journal.AdvanceAsync(fresh, JobState.Inverting, Bounded.Token);
    }

    [Fact]
    public async Task WorkerThatKeepsRenewing_KeepsItsJob()
    {
        await _jobs.SubmitAsync();
        var lease = (await _jobs.ClaimAsync()).Lease;
        for (var i = 0; i < 5; i++)
        {
            _jobs.Time.Advance(_jobs.WorkerOptions.LeaseDuration * 0.9);
            Assert.True(await _jobs.Queue.RenewAsync(lease, Bounded.Token));
            Assert.Null(await _jobs.Queue.ClaimAsync("thief", Bounded.Token));
        }
    }

    [Fact]
    public async Task Cancel_IsFinal_WhateverTheWorkerDoesNext()
    {
        var job = await _jobs.SubmitAsync();
        var lease = (await _jobs.ClaimAsync()).Lease;

        Assert.Equal((true, true), await _jobs.Catalog.CancelAsync("alice", job.Id, Bounded.Token));
        await Assert.ThrowsAsync<LeaseLostException>(() => _jobs.Journal.FailAsync(lease, new EditFailure(), Bounded.Token));
        await _jobs.Queue.ReleaseAsync(lease, counts: true, Bounded.Token);
        Assert.Equal((true, false), await _jobs.Catalog.CancelAsync("alice", job.Id, Bounded.Token));
        Assert.Equal(JobState.Cancelled, (await _jobs.LoadAsync(job.Id)).State);
        Assert.Null(await _jobs.Queue.ClaimAsync("worker", Bounded.Token));
    }

    [Fact]
    public async Task AnotherCallersJob_IsAsGoodAsAbsent()
    {
        var job = await _jobs.SubmitAsync("alice");

        Assert.Null(await _jobs.Catalog.FindAsync("bob", job.Id, Bounded.Token));
        Assert.Equal((false, false), await _jobs.Catalog.CancelAsync("bob", job.Id, Bounded.Token));
    }

    [Fact]
    public async Task JobThatKillsItsWorkers_IsGivenUp_UnlessItComesFurther()
    {
        var job = await _jobs.SubmitAsync();
        for (var i = 0; i < _jobs.WorkerOptions.MaxFruitlessAttempts; i++)
        {
            var lease = (await _jobs.ClaimAsync()).Lease;
            if (i == 2)
                await _jobs.Journal.AddArtifactsAsync(lease, [await StoredAsync("checkpoint/denoising/000005", JobArtifactKind.Checkpoint)], [], Bounded.Token);

            _jobs.Time.Advance(_jobs.WorkerOptions.LeaseDuration * 2);
        }

        for (var i = 0; i < 3; i++)
        {
            await _jobs.ClaimAsync();
            _jobs.Time.Advance(_jobs.WorkerOptions.LeaseDuration * 2);
        }

        Assert.Null(await _jobs.Queue.ClaimAsync("worker", Bounded.Token));
        var failure = EditFailure.Parser.ParseFrom((await _jobs.LoadAsync(job.Id)).Failure);
        Assert.Equal(("JOB_ATTEMPTS_EXHAUSTED", true), (failure.Reason, failure.DeadLetter));
        Assert.All(failure.Causes, cause => Assert.Equal(("WORKER_LOST", Stage.Preparing), (cause.Reason, cause.Stage)));
        Assert.Equal(Enumerable.Range(1, failure.Causes.Count).Select(i => (uint)i), failure.Causes.Select(cause => cause.Attempt));
        var abandoned = await _jobs.Catalog.ListAsync(new JobFilter { Caller = "alice", Count = 10, OnlyDeadLetters = true }, Bounded.Token);
        Assert.Equal([job.Id], abandoned.Select(listed => listed.Id));
    }

    [Fact]
    public async Task FailedJob_TellsOfEveryErrorThatLedThere_AndOfNoMoreThanItRemembers()
    {
        var job = await _jobs.SubmitAsync();
        var lease = (await _jobs.ClaimAsync()).Lease;
        for (var i = 0; i < JobFailures.MaxCauses + 3; i++)
            await _jobs.Journal.RetryAsync(lease, new StageRetry { Stage = Stage.Preparing, Attempt = (uint)i, Code = 14, Reason = "STAGE_UNAVAILABLE", Message = $"try {i}" }, Bounded.Token);

        await _jobs.Journal.FailAsync(lease, new EditFailure { Code = 14, Reason = "STAGE_UNAVAILABLE", Causes = { new FailureCause { Reason = "STAGE_UNAVAILABLE", Message = "the last" } } }, Bounded.Token);
        var failure = EditFailure.Parser.ParseFrom((await _jobs.LoadAsync(job.Id)).Failure);

        Assert.Equal(["try 3", "the last"], [failure.Causes[0].Message, failure.Causes[^1].Message]);
        Assert.Equal(JobFailures.MaxCauses + 1, failure.Causes.Count);
        Assert.Empty(await _jobs.Catalog.ListAsync(new JobFilter { Caller = "alice", Count = 10, OnlyDeadLetters = true }, Bounded.Token));
    }

    [Fact]
    public async Task ChangesThatAreWrittenTogether_StandOrFallEachOnItsOwn()
    {
        var submissions = Enumerable.Range(0, 24).Select(i => _jobs.NewJob(requestId: $"r{i}")).ToList();
        var results = await Task.WhenAll(submissions.Select(async (submission, i) =>
        {
            if (i % 3 != 0)
                return (await Task.Run(() => _jobs.Intake.SubmitAsync(submission, Bounded.Token))).Outcome.ToString();

            // Adds a job that its transaction must not keep.
            var error = await Record.ExceptionAsync(() => Task.Run(() => _jobs.Database.WriteAsync<bool>(
                async context =>
                {
                    context.Jobs.Add(Job.Submit(submission, 0, _jobs.Time.GetUtcNow()));
                    await context.SaveChangesAsync(Bounded.Token);
                    throw new InvalidDataException();
                },
                Bounded.Token)));
            return error?.GetType().Name ?? "none";
        })).InTime();

        Assert.Equal(8, results.Count(result => result == nameof(InvalidDataException)));
        Assert.Equal(16, results.Count(result => result == nameof(SubmitOutcome.Accepted)));
        var kept = await _jobs.Catalog.ListAsync(new JobFilter { Caller = "alice", Count = 100 }, Bounded.Token);
        Assert.Equal(submissions.Where((_, i) => i % 3 != 0).Select(job => job.Id).Order(), kept.Select(job => job.Id).Order());
    }

    [Fact]
    public async Task WriteThatIsCancelled_IsMadeWholeOrNotAtAll()
    {
        using var cancelled = new CancellationTokenSource();
        var writes = Enumerable.Range(0, 20).Select(i => Task.Run(() => _jobs.Intake.SubmitAsync(_jobs.NewJob(requestId: $"r{i}"), i % 2 == 0 ? cancelled.Token : Bounded.Token))).ToList();
        await cancelled.CancelAsync();
        await Task.WhenAll(writes).InTime().ContinueWith(_ => { }, Bounded.Token, TaskContinuationOptions.None, TaskScheduler.Default);
        var kept = await _jobs.Catalog.ListAsync(new JobFilter { Caller = "alice", Count = 100 }, Bounded.Token);

        Assert.All(writes.Where((_, i) => i % 2 == 1), write => Assert.True(write.IsCompletedSuccessfully));
        Assert.Superset(
            writes.Where(write => write.IsCompletedSuccessfully).Select(write => write.Result.Job!.Id).ToHashSet(),
            kept.Select(job => job.Id).ToHashSet());
        Assert.All(kept, job => Assert.Equal((JobState.Queued, 1L), (job.State, job.LastSequence)));
    }

    [Fact]
    public async Task QueueTimeout_FailsAWaitingJob_ButNotOneThatRan()
    {
        var waiting = await _jobs.SubmitAsync(queueTimeout: TimeSpan.FromMinutes(1));
        var ran = await _jobs.SubmitAsync("bob", TimeSpan.FromMinutes(1));
        Assert.Equal(waiting.Id, (await _jobs.ClaimAsync()).Id);
        var lease = (await _jobs.ClaimAsync()).Lease;
        await _jobs.Queue.ReleaseAsync(lease, counts: true, Bounded.Token);
        var late = await _jobs.SubmitAsync(queueTimeout: TimeSpan.FromMinutes(1));
        _jobs.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal([late.Id], await _jobs.Queue.FailOverdueAsync(Bounded.Token));
        Assert.Equal("DEADLINE_IN_QUEUE", EditFailure.Parser.ParseFrom((await _jobs.LoadAsync(late.Id)).Failure).Reason);
        Assert.Equal(JobState.Queued, (await _jobs.LoadAsync(ran.Id)).State);
    }

    [Fact]
    public async Task Delete_RemovesRowsAndBytes_ExceptThoseAnotherJobNeeds()
    {
        var shared = await StoredAsync("result.mp4", JobArtifactKind.Video, 1);
        var own = await StoredAsync("strip.png", JobArtifactKind.Strip, 2);
        var (first, second) = (await _jobs.SubmitAsync(), await _jobs.SubmitAsync());
        await _jobs.Journal.AddArtifactsAsync((await _jobs.ClaimAsync()).Lease, [shared, own], [], Bounded.Token);
        await _jobs.Journal.AddArtifactsAsync((await _jobs.ClaimAsync()).Lease, [shared], [], Bounded.Token);
        await _jobs.Catalog.CancelAsync("alice", first.Id, Bounded.Token);

        var freed = await _jobs.Catalog.DeleteAsync(first.Id, Bounded.Token);
        Assert.Equal(1, await _jobs.Collector.CollectAsync(freed!, Bounded.Token));

        Assert.Null(await _jobs.Store.GetLengthAsync(own.Reference.Digest, Bounded.Token));
        Assert.NotNull(await _jobs.Store.GetLengthAsync(shared.Reference.Digest, Bounded.Token));
        Assert.Null(await _jobs.Catalog.FindAsync("alice", first.Id, Bounded.Token));
        Assert.Empty(await _jobs.Catalog.EventsAsync(first.Id, 0, 100, Bounded.Token));
        Assert.NotNull(await _jobs.Catalog.FindAsync("alice", second.Id, Bounded.Token));
    }

    [Fact]
    public async Task Delete_OfARunningJob_DoesNothing()
    {
        var job = await _jobs.SubmitAsync();
        await _jobs.ClaimAsync();

        Assert.Null(await _jobs.Catalog.DeleteAsync(job.Id, Bounded.Token));
    }

    [Fact]
    public async Task OrphansOfACrash_AreCollected_AndNothingElse()
    {
        var orphan = await StoredAsync("never-recorded", JobArtifactKind.Working, 1);
        var kept = await StoredAsync("result.mp4", JobArtifactKind.Video, 2);
        await _jobs.SubmitAsync();
        await _jobs.Journal.AddArtifactsAsync((await _jobs.ClaimAsync()).Lease, [kept], [], Bounded.Token);
        _jobs.Time.SetUtcNow(DateTimeOffset.UtcNow.AddHours(2));

        Assert.Equal(1, await _jobs.Collector.CollectOrphansAsync(Bounded.Token));
        Assert.Null(await _jobs.Store.GetLengthAsync(orphan.Reference.Digest, Bounded.Token));
        Assert.NotNull(await _jobs.Store.GetLengthAsync(kept.Reference.Digest, Bounded.Token));
    }

    [Fact]
    public async Task CachedResult_GoesToTheNextJob_AndWithTheLastJobOfItsClip()
    {
        var latents = await StoredAsync("inversion/latents", JobArtifactKind.Working);
        var first = await _jobs.SubmitAsync();
        var firstLease = (await _jobs.ClaimAsync()).Lease;
        Assert.False(await _jobs.Cache.TryTakeAsync(firstLease, "key", Bounded.Token));
        await _jobs.Journal.AddArtifactsAsync(firstLease, [latents], [], Bounded.Token);
        await _jobs.Cache.KeepAsync("key", "inversion", first.Source, await _jobs.Journal.ArtifactsAsync(first.Id, Bounded.Token), Bounded.Token);
        await _jobs.Catalog.CancelAsync("alice", first.Id, Bounded.Token);

        var second = await _jobs.SubmitAsync();
        Assert.True(await _jobs.Cache.TryTakeAsync((await _jobs.ClaimAsync()).Lease, "key", Bounded.Token));
        Assert.Equal(latents.Reference, Assert.Single(await _jobs.Journal.ArtifactsAsync(second.Id, Bounded.Token)).Reference);

        await _jobs.Collector.CollectAsync((await _jobs.Catalog.DeleteAsync(first.Id, Bounded.Token))!, Bounded.Token);
        Assert.NotNull(await _jobs.Store.GetLengthAsync(latents.Reference.Digest, Bounded.Token));
        await _jobs.Catalog.CancelAsync("alice", second.Id, Bounded.Token);
        await _jobs.Collector.CollectAsync((await _jobs.Catalog.DeleteAsync(second.Id, Bounded.Token))!, Bounded.Token);
        Assert.Null(await _jobs.Store.GetLengthAsync(latents.Reference.Digest, Bounded.Token));
    }

    [Fact]
    public async Task LastJobsOfAClip_DeletedAtOnce_TakeItsCachedResultsAlong()
    {
        for (byte round = 0; round < 10; round++)
        {
            List<Job> jobs = [];
            for (var i = 0; i < 4; i++)
                jobs.Add(await _jobs.SubmitAsync());

            var lease = (await _jobs.ClaimAsync()).Lease;
            await _jobs.Journal.AddArtifactsAsync(lease, [await StoredAsync("latents", JobArtifactKind.Working, round)], [], Bounded.Token);
            await _jobs.Cache.KeepAsync("key", "inversion", jobs[0].Source, await _jobs.Journal.ArtifactsAsync(lease.JobId, Bounded.Token), Bounded.Token);
            foreach (var job in jobs)
                await _jobs.Catalog.CancelAsync("alice", job.Id, Bounded.Token);

            await Task.WhenAll(jobs.Select(job => Task.Run(() => _jobs.Catalog.DeleteAsync(job.Id, Bounded.Token)))).InTime();

            Assert.Equal(0, await _jobs.Database.ReadAsync(context => context.CacheEntries.CountAsync(Bounded.Token), Bounded.Token));
        }
    }

    [Fact]
    public async Task Cache_IsBoundedInBytes_AndTheLeastRecentlyUsedGoes()
    {
        _jobs.RetentionOptions.MaxCacheBytes = 20;
        for (byte i = 0; i < 3; i++)
        {
            var job = await _jobs.SubmitAsync();
            var lease = (await _jobs.ClaimAsync()).Lease;
            await _jobs.Journal.AddArtifactsAsync(lease, [await StoredAsync("latents", JobArtifactKind.Working, i)], [], Bounded.Token);
            await _jobs.Cache.KeepAsync($"key-{i}", "inversion", job.Source, await _jobs.Journal.ArtifactsAsync(job.Id, Bounded.Token), Bounded.Token);
            _jobs.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await _jobs.SubmitAsync();
        var reader = (await _jobs.ClaimAsync()).Lease;
        Assert.False(await _jobs.Cache.TryTakeAsync(reader, "key-0", Bounded.Token));
        Assert.True(await _jobs.Cache.TryTakeAsync(reader, "key-1", Bounded.Token));
        Assert.True(await _jobs.Cache.TryTakeAsync(reader, "key-2", Bounded.Token));
    }

    [Fact]
    public async Task List_PagesThroughEveryJobOnce_NewestFirst_WhateverComesInMeanwhile()
    {
        var submitted = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            submitted.Insert(0, (await _jobs.SubmitAsync()).Id);
            if (i % 2 == 0)
                _jobs.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var listed = new List<string>();
        (DateTimeOffset, string)? after = null;
        while (true)
        {
            var page = await _jobs.Catalog.ListAsync(new JobFilter { Caller = "alice", Count = 3, After = after }, Bounded.Token);
            if (page.Count == 0)
                break;

            listed.AddRange(page.Select(job => job.Id));
            after = (page[^1].SubmittedAt, page[^1].Id);
            await _jobs.SubmitAsync();
        }

        Assert.Equal(submitted, listed);
    }

    private async Task<NewArtifact> StoredAsync(string name, JobArtifactKind kind, byte content = 0)
    {
        using var pin = await _jobs.Store.PutAsync(Enumerable.Repeat(content, 10).ToArray(), Bounded.Token);
        return new NewArtifact(name, kind, "application/octet-stream", pin.Reference);
    }
}
