using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>Callers are refused by a busy stage; its own start-up work waits.</summary>
public sealed class StageSlotsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new();
    private readonly Drain _drain = new();
    private readonly Vitals _vitals = new();

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
    public void Acquire_AllTaken_IsRefusedUntilOneIsGivenBack()
    {
        var slots = Make(2);
        using var first = slots.Acquire();
        var second = slots.Acquire();

        Assert.Equal(ErrorReasons.StageBusy, Assert.Throws<VideoGrainException>(slots.Acquire).Reason);
        Assert.Equal((true, 2), (slots.IsBusy, slots.Running));

        second.Dispose();
        Assert.Equal((false, 1), (slots.IsBusy, slots.Running));
    }

    [Fact]
    public async Task AcquireWhenFree_SlotIsFree_TakesIt()
    {
        var slots = Make(1);
        using (await slots.AcquireWhenFreeAsync(CancellationToken.None)) Assert.True(slots.IsBusy);
        Assert.False(slots.IsBusy);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AcquireWhenFree_AllTaken_GetsTheSlotBeforeLaterCallers(bool finishes)
    {
        var slots = Make(1);
        using var call = slots.Acquire();
        var waiting = slots.AcquireWhenFreeAsync(CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        if (finishes) call.Finish();
        else call.Dispose();

        Assert.Equal(ErrorReasons.StageBusy, Assert.Throws<VideoGrainException>(slots.Acquire).Reason);
        (await waiting.WaitAsync(Patience)).Dispose();
        slots.Acquire().Dispose();
    }

    [Fact]
    public async Task AcquireWhenFree_Cancelled_LeavesTheSlotToOthers()
    {
        var slots = Make(1);
        var call = slots.Acquire();
        using var cancellation = new CancellationTokenSource();
        var waiting = slots.AcquireWhenFreeAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
        call.Dispose();
        Assert.Equal(0, slots.Running);
    }

    [Fact]
    public async Task AcquireWhenFree_WithoutADevice_IsRefused()
    {
        _vitals.Fail("the device is gone");
        var error = await Assert.ThrowsAsync<VideoGrainException>(() => Make(1).AcquireWhenFreeAsync(CancellationToken.None));
        Assert.Equal(ErrorReasons.GpuLost, error.Reason);
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
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp.WaitAsync(Patience));
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        first.Dispose();
        using var second = await waiting.WaitAsync(Patience);

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

    private StageSlots Make(int capacity) => new(capacity, Most, _drain, _vitals, _time);
}
