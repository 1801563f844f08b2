using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;

namespace VideoGrain.ServiceDefaults.Tests;

public sealed class StageSlotsTests : IDisposable
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new();
    private readonly Drain _drain = new();

    [Fact]
    public void Caller_RefusedWhileNobodyKnowsHowLong_IsToldTheMostThereIs()
    {
        var slots = Make(1);
        using var slot = slots.Acquire();

        Assert.Equal(Most, RefusedFor(slots));
    }

    [Theory]
    [InlineData(700, 700)]
    [InlineData(60_000, 2000)]
    [InlineData(1, 50)]
    public void Caller_RefusedWhileAJobKnowsItsEnd_IsToldWhenToComeBack(int remaining, int told)
    {
        var slots = Make(1);
        using var slot = slots.Acquire();
        slot.Expect(TimeSpan.FromMilliseconds(remaining));

        Assert.Equal(TimeSpan.FromMilliseconds(told), RefusedFor(slots));
    }

    [Fact]
    public void Caller_RefusedAfterTheExpectedEnd_IsToldTheMostThereIs()
    {
        var slots = Make(1);
        using var slot = slots.Acquire();
        slot.Expect(TimeSpan.FromMilliseconds(700));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Most, RefusedFor(slots));
    }

    [Fact]
    public void Caller_RefusedByTwoJobs_IsToldTheEndOfTheFirst()
    {
        var slots = Make(2);
        using var later = slots.Acquire();
        using var sooner = slots.Acquire();
        later.Expect(TimeSpan.FromMilliseconds(900));
        sooner.Expect(TimeSpan.FromMilliseconds(300));

        Assert.Equal(TimeSpan.FromMilliseconds(300), RefusedFor(slots));
    }

    [Fact]
    public void Job_ThatFinishes_LeavesItsSlotToOneMore()
    {
        var slots = Make(1);
        using var first = slots.Acquire();
        first.Finish();
        using var second = slots.Acquire();

        // What finishing jobs hold is bounded: a second one keeps its slot until the first has ended.
        second.Finish();
        Assert.True(slots.IsBusy);
        Assert.Equal(Most, RefusedFor(slots));
        first.Dispose();
        second.Finish();
        Assert.False(slots.IsBusy);
        Assert.Equal(0, slots.Running);
    }

    [Fact]
    public void Slot_GivenBackTwice_IsOne()
    {
        var slots = Make(1);
        var first = slots.Acquire();
        first.Dispose();
        using var second = slots.Acquire();

        first.Dispose();
        first.Finish();

        Assert.Equal(1, slots.Running);
        Assert.Equal(Most, RefusedFor(slots));
    }

    [Fact]
    public async Task Engine_OfAnotherJob_IsWaitedForUntilItIsFreeOrTheWaitIsGivenUp()
    {
        using var turn = new EngineTurn();
        var first = turn.Take(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var givenUp = Task.Run(() => turn.Take(stop.Token), TestContext.Current.CancellationToken);
        var waiting = Task.Run(() => turn.Take(CancellationToken.None), TestContext.Current.CancellationToken);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        first.Dispose();
        using var second = await waiting.WaitAsync(TimeSpan.FromSeconds(20));

        // Passed on once, not twice.
        using var none = new CancellationTokenSource(0);
        Assert.ThrowsAny<OperationCanceledException>(() => turn.Take(none.Token));
    }

    public void Dispose() => _drain.Dispose();

    private static TimeSpan? RefusedFor(StageSlots slots)
    {
        var error = Assert.Throws<VideoGrainException>(slots.Acquire);
        Assert.Equal((StatusCode.ResourceExhausted, ErrorReasons.StageBusy), (error.Code, error.Reason));
        return error.RetryAfter;
    }

    private StageSlots Make(int capacity) => new(capacity, Most, _drain, new Vitals(), _time);
}
