using VideoGrain.Tensors.Timing;

namespace VideoGrain.Tensors.Tests.Timing;

/// <summary>How a device's time is told apart by kinds of operations, on a device whose clock the tests set.</summary>
public class OperationTallyTests
{
    private readonly ScriptedMarks _device = new();

    [Fact]
    public void Take_AfterRunsOfSeveralGroups_GivesEachItsTime()
    {
        using var tally = new OperationTally(_device);

        Work(tally, OperationGroup.Linear, 3);
        Work(tally, OperationGroup.SelfAttention, 10);
        Work(tally, OperationGroup.Linear, 4);
        var times = tally.Take();

        Assert.Equal((7, 10, 0, 17), (Milliseconds(times[OperationGroup.Linear]), Milliseconds(times[OperationGroup.SelfAttention]), Milliseconds(times[OperationGroup.Norm]), Milliseconds(times.Total)));
    }

    [Fact]
    public void Take_ASecondTime_StartsFromNothing_AndLeavesOutWhatLiesBetween()
    {
        using var tally = new OperationTally(_device);
        Work(tally, OperationGroup.Norm, 5);
        tally.Take();
        _device.Pass(100);

        Work(tally, OperationGroup.Norm, 2);

        Assert.Equal(2, Milliseconds(tally.Take().Total));
    }

    [Fact]
    public void Enter_TheSameGroupAgain_CostsNoMark()
    {
        using var tally = new OperationTally(_device);

        for (var i = 0; i < 100; i++) Work(tally, OperationGroup.Convolution, 1);

        Assert.Equal(1, _device.Set);
        Assert.Equal(100, Milliseconds(tally.Take().Total));
    }

    [Fact]
    public void Enter_NeverWaits_AsLongAsTimesAreTaken()
    {
        using var tally = new OperationTally(_device);
        _device.IsLate = true;
        for (var i = 0; i < 1000; i++) Work(tally, (OperationGroup)(i % 2), 1);

        Assert.Equal(0, _device.Waited);
        tally.Take();
        Assert.Equal(1, _device.Waited);
    }

    [Fact]
    public void Enter_OfATallyThatNobodyTakes_KeepsAFewMarks_AndForgetsNoTime()
    {
        using var tally = new OperationTally(_device);

        for (var i = 0; i < 100_000; i++) Work(tally, (OperationGroup)(i % 3), 1);

        Assert.InRange(_device.Created, 1, 1000);
        Assert.Equal(100_000, Milliseconds(tally.Take().Total));
    }

    [Fact]
    public void Dispose_EndsEveryMark()
    {
        var tally = new OperationTally(_device);
        for (var i = 0; i < 600; i++) Work(tally, (OperationGroup)(i % 2), 1);
        tally.Take();
        Work(tally, OperationGroup.Other, 1);

        tally.Dispose();

        Assert.Equal(_device.Created, _device.Destroyed);
        Assert.True(_device.IsDisposed);
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private void Work(OperationTally tally, OperationGroup group, int milliseconds)
    {
        tally.Enter(group);
        _device.Pass(milliseconds);
    }
}
