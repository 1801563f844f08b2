using VideoGrain.Diffusion.Schedulers;

namespace VideoGrain.Editing.Tests;

public sealed class EditTimelineTests
{
    private static readonly NoiseSchedule Schedule = new(new SchedulerConfig());

    [Fact]
    public void Inversion_Published_SkipsTheFirstOfFiftySteps()
    {
        var timeline = new EditTimeline(Schedule, EditOptions.ForProfile(EditProfile.Published) with { Steps = 20 });

        Assert.Equal(49, timeline.Inversion.Count);
        Assert.Equal((1, 961), (timeline.Inversion[0], timeline.Inversion[^1]));
        Assert.Equal(981, timeline.LevelAfter(49));
        Assert.Equal([901, 801, 701, 601, 501, 401, 301, 201, 101, 1], timeline.SavedTimesteps);
    }

    [Fact]
    public void Inversion_Corrected_EndsWhereDenoisingStarts() =>
        Prop.ForAll(Gen.Choose(1, EditOptions.MaxSteps).ToArbitrary(), steps =>
        {
            var timeline = new EditTimeline(Schedule, new EditOptions { Steps = steps });
            return timeline.LevelAfter(timeline.Inversion.Count) == timeline.Denoising[0] && timeline.Inversion.Count == steps;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void SourceOf_AlignedInjection_HasTheStepsOwnNoiseLevel() =>
        Prop.ForAll(Gen.Choose(1, 100).ToArbitrary(), steps =>
        {
            var timeline = new EditTimeline(Schedule, new EditOptions { Steps = steps });
            return Enumerable.Range(0, steps).All(i =>
                timeline.SourceOf(i) is var (k, timestep) && timestep == timeline.Denoising[i] && timeline.LevelAfter(k) == timestep);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void SourceOf_PublishedInjection_IsOneTimestepOff()
    {
        var timeline = new EditTimeline(Schedule, EditOptions.ForProfile(EditProfile.Published));

        Assert.Equal((48, 961), timeline.SourceOf(0));
        Assert.Equal(981, timeline.Denoising[0]);
    }

    [Fact]
    public void Strength_AnyOptions_FallsFromBelowOneToZero() =>
        Prop.ForAll(Gen.Choose(1, 200).ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), (steps, percent) =>
        {
            var timeline = new EditTimeline(Schedule, new EditOptions { Steps = steps, ModulatedFraction = percent / 100f });
            var strengths = Enumerable.Range(0, steps).Select(timeline.Strength).ToArray();
            return strengths.All(g => g is >= 0 and < 1) && strengths.Zip(strengths.Skip(1)).All(p => p.First >= p.Second);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Strength_LeftOutSteps_FollowsTheTimestepUnlessPublished()
    {
        var options = new EditOptions { BlendingPercentage = 0.25f };
        var corrected = new EditTimeline(Schedule, options);
        var published = new EditTimeline(Schedule, options with { StrengthFollowsTimestep = false });

        Assert.Equal(741, corrected.Denoising[0]);
        Assert.Equal(Math.Pow(0.74, 5), corrected.Strength(0), 1e-6);
        Assert.Equal(Math.Pow(0.98, 5), published.Strength(0), 1e-6);
    }

    [Fact]
    public void NeededInversionLatents_AlignedStartAndInjection_ListEachOnce()
    {
        var options = new EditOptions { BlendingPercentage = 0.5f, UsePnp = true, InjectStep = 2 };

        Assert.Equal([24, 25], new EditTimeline(Schedule, options).NeededInversionLatents);
        Assert.Empty(new EditTimeline(Schedule, new EditOptions()).NeededInversionLatents);
    }
}
