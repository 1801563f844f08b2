using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Diffusion.Schedulers;

namespace VideoGrain.Diffusion.Tests;

public sealed class SchedulerTests
{
    private static readonly NoiseSchedule Schedule = new(new SchedulerConfig());
    private static readonly Arbitrary<int> Steps = Gen.Choose(1, 999).ToArbitrary();

    [Fact]
    public void Schedule_StableDiffusion_LosesSignalAtEveryTimestep()
    {
        Assert.Equal(1000, Schedule.AlphasCumprod.Count);
        Assert.All(Schedule.AlphasCumprod.Zip(Schedule.AlphasCumprod.Skip(1)), pair => Assert.True(pair.First > pair.Second));
        Assert.All(Schedule.AlphasCumprod, alpha => Assert.InRange(alpha, 0.004f, 1));
    }

    [Fact]
    public void Timesteps_AnyStepCount_DescendEvenlyInsideTraining() => Prop.ForAll(Steps, steps =>
    {
        var timesteps = new DdimScheduler(Schedule, steps).Timesteps;
        var stride = 1000 / steps;
        return timesteps.Count == steps && timesteps[0] < 1000 && timesteps[^1] == 1
            && timesteps.Zip(timesteps.Skip(1)).All(pair => pair.First - pair.Second == stride);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void InverseTimesteps_AnyStepCount_AreTheDenoisingOnesShiftedByAStride() => Prop.ForAll(Steps, steps =>
    {
        var forward = new DdimScheduler(Schedule, steps);
        var inverse = new DdimInverseScheduler(Schedule, steps);
        return inverse.Timesteps.Select(inverse.Next).SequenceEqual(forward.Timesteps.Reverse());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void InverseStep_AfterTheStepItInverts_GivesTheSampleBack() => Prop.ForAll(Steps, Gen.Choose(0, 998).ToArbitrary(), (steps, index) =>
    {
        var forward = new DdimScheduler(Schedule, steps);
        var inverse = new DdimInverseScheduler(Schedule, steps);
        var timestep = forward.Timesteps[index % steps];
        const double Sample = 0.7, Noise = -1.3;
        var down = forward.Coefficients(timestep);
        var up = inverse.Coefficients(forward.Previous(timestep));
        var result = up.Sample * (down.Sample * Sample + down.Noise * Noise) + up.Noise * Noise;
        return Math.Abs(result - Sample) < 1e-5;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void NoiseCoefficients_AnyTimestep_KeepUnitVariance() => Prop.ForAll(Gen.Choose(0, 999).ToArbitrary(), timestep =>
    {
        var step = Schedule.NoiseCoefficients(timestep);
        return Math.Abs(step.Sample * step.Sample + step.Noise * step.Noise - 1) < 1e-6;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void CleanCoefficients_AnyTimestep_UndoTheNoise() => Prop.ForAll(Gen.Choose(0, 999).ToArbitrary(), timestep =>
    {
        var add = Schedule.NoiseCoefficients(timestep);
        var clean = Schedule.CleanCoefficients(timestep);
        return Math.Abs(clean.Sample * add.Sample - 1) < 1e-5 && Math.Abs(clean.Sample * add.Noise + clean.Noise) < 1e-4;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(1000)]
    [InlineData(1001)]
    public void Schedulers_StepCountOutOfRange_NameIt(int steps)
    {
        Assert.Equal("steps", Assert.Throws<ArgumentOutOfRangeException>(() => new DdimScheduler(Schedule, steps)).ParamName);
        Assert.Equal("steps", Assert.Throws<ArgumentOutOfRangeException>(() => new DdimInverseScheduler(Schedule, steps)).ParamName);
    }

    [Fact]
    public void AlphaAt_BeforeTheFirstTimestep_FollowsTheConfiguration()
    {
        Assert.Equal(Schedule.AlphasCumprod[0], Schedule.AlphaAt(-19));
        Assert.Equal(1, new NoiseSchedule(new SchedulerConfig { SetAlphaToOne = true }).AlphaAt(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.AlphaAt(1000));
    }
}
