using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Tests.Jobs;

public class JobStateMachineTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    [Fact]
    public void AnySequenceOfCommands_FollowsTheMachine_AndKeepsTheHistoryGapless()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), commands =>
        {
            var job = NewJob();
            var now = Start;
            foreach (var command in commands)
            {
                now += TimeSpan.FromSeconds(command);
                var (before, sequence, token) = (job.State, job.LastSequence, job.FencingToken);
                var allowed = TryApply(job, command, now);
                if (!allowed && (job.State != before || job.LastSequence != sequence || job.FencingToken != token))
                    return false;
                if (job.State != before && !Reachable(before, job.State))
                    return false;
                if (JobStateMachine.IsFinal(before) && job.State != before)
                    return false;
            }

            return job.Events.Select(entry => entry.Sequence).SequenceEqual(Enumerable.Range(1, job.Events.Count).Select(i => (long)i))
                && job.Events.Last().State == job.State
                && job.LastSequence == job.Events.Count
                && JobStateMachine.IsFinal(job.State) == job.FinishedAt.HasValue
                && JobStateMachine.IsRunning(job.State) == job.LeaseOwner is not null;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void EveryChangeOfHands_RaisesTheFencingToken()
    {
        var job = NewJob();
        job.Claim("first", Start, Lease);
        var first = job.Lease;
        job.Release(Start);
        job.Claim("second", Start, Lease);
        var second = job.Lease;
        job.Cancel(Start, null);

        Assert.True(first.Token < second.Token);
        Assert.True(second.Token < job.FencingToken);
    }

    [Fact]
    public void Claim_OfAJobWhoseWorkerDied_ShowsTheReturnToTheQueue()
    {
        var job = NewJob();
        job.Claim("dead", Start, Lease);
        job.Advance(JobState.Inverting, Start);
        job.Claim("alive", Start + Lease * 2, Lease);

        Assert.Equal(
            [JobState.Queued, JobState.Preparing, JobState.Inverting, JobState.Queued, JobState.Preparing],
            job.Events.Select(entry => entry.State));
    }

    [Fact]
    public void StageRuns_AddUpTheTimeOfAllAttempts()
    {
        var job = NewJob();
        job.Claim("first", Start, Lease);
        job.Release(Start + TimeSpan.FromSeconds(3));
        job.Claim("second", Start + TimeSpan.FromSeconds(10), Lease);
        job.Advance(JobState.Inverting, Start + TimeSpan.FromSeconds(14));

        Assert.Equal(TimeSpan.FromSeconds(7), job.StageRuns.Single(run => run.Stage == JobState.Preparing).Duration);
    }

    [Theory]
    [InlineData(JobState.Succeeded)]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    public void FinalStates_HaveNoSuccessor(JobState state) =>
        Assert.DoesNotContain(Enum.GetValues<JobState>(), next => JobStateMachine.Allows(state, next));

    [Fact]
    public void Succeeding_IsPossibleFromEncodingOnly() =>
        Assert.Equal([JobState.Encoding], Enum.GetValues<JobState>().Where(state => JobStateMachine.Allows(state, JobState.Succeeded)));

    private static bool Reachable(JobState from, JobState to) =>
        JobStateMachine.Allows(from, to)

        // Claiming a job whose worker died is two steps in one call.
        || (JobStateMachine.IsRunning(from) && to == JobState.Preparing);

    private static bool TryApply(Job job, byte command, DateTimeOffset now)
    {
        try
        {
            switch (command % 9)
            {
                case 0: job.Claim("worker", now, Lease); break;
                case 1: job.Advance(JobState.Inverting, now); break;
                case 2: job.Advance(JobState.Denoising, now); break;
                case 3: job.Advance(JobState.Encoding, now); break;
                case 4: job.Succeed(now, null); break;
                case 5: job.Fail(new EditFailure { Reason = "TEST" }, now, null); break;
                case 6: job.Cancel(now, null); break;
                case 7: job.Release(now); break;
                default: job.AddArtifact(new($"preview-{job.LastSequence}.png", JobArtifactKind.Preview, "image/png", new(ArtifactDigest.Of([command]), 1)), now); break;
            }

            return true;
        }
        catch (IllegalTransitionException)
        {
            return false;
        }
    }

    private static Job NewJob() => Job.Submit(
        new NewJob
        {
            Id = "edit-1",
            Caller = "alice",
            RequestId = "",
            Fingerprint = "f",
            Specification = [],
            Labels = new Dictionary<string, string>(),
            Clip = new ClipShape(1, 8, 8, 8),
            Source = ArtifactDigest.Of([]),
            Artifacts = [],
            Warnings = [],
        },
        0,
        Start);
}
