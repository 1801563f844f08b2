namespace VideoGrain.Editing.Tests;

public sealed class EditOptionsTests
{
    [Theory]
    [InlineData(EditProfile.Corrected)]
    [InlineData(EditProfile.Published)]
    public void Validate_ProfileValues_AreAccepted(EditProfile profile) => Assert.Empty(EditOptions.ForProfile(profile).Validate());

    [Fact]
    public void ForProfile_Published_DiffersInEveryOptionThatSaysPublished()
    {
        var (corrected, published) = (EditOptions.ForProfile(EditProfile.Corrected), EditOptions.ForProfile(EditProfile.Published));

        Assert.Equal(15, published.EffectiveModulatedSteps);
        Assert.Equal(15, (published with { Steps = 20 }).EffectiveModulatedSteps);
        Assert.Equal(6, (corrected with { Steps = 20 }).EffectiveModulatedSteps);
        Assert.Equal(50, (published with { Steps = 20 }).EffectiveInversionSteps);
        Assert.Equal(20, (corrected with { Steps = 20 }).EffectiveInversionSteps);
        Assert.Equal(GuidanceBranches.Unconditional, published.SelfBranches);
        Assert.NotEqual(corrected, published);
    }

    [Fact]
    public void Validate_SeveralMistakes_AreReportedTogether()
    {
        var options = new EditOptions
        {
            Steps = 0,
            GuidanceScale = float.NaN,
            LambdaSelf = 1.5f,
            BlendingPercentage = 1,
            FlattenDivisors = [1, 3, 1],
            FreeU = new FreeUOptions { B1 = -1 },
        };

        var fields = options.Validate().Select(v => v.Field).ToArray();

        Assert.Equal(
            ["steps", "guidance_scale", "lambda_self", "blending_percentage", "flatten_divisors[1]", "flatten_divisors[2]", "free_u.b1"], fields);
    }

    [Fact]
    public void Validate_MoreFlattenDivisorsThanLevels_IsOneMistake()
    {
        var options = new EditOptions { FlattenDivisors = [.. Enumerable.Repeat(3, 1000)] };

        var mistake = Assert.Single(options.Validate());

        Assert.Equal("flatten_divisors", mistake.Field);
        Assert.Contains("at most 4", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_InjectionBeyondTheSteps_NamesTheLimit()
    {
        var aligned = new EditOptions { Steps = 10, UsePnp = true, InjectStep = 11 };
        // The released program saves ten features when 20 denoising steps meet 50 inversion steps.
        var published = EditOptions.ForProfile(EditProfile.Published) with { Steps = 20, UsePnp = true, InjectStep = 11 };

        Assert.Contains("only 10", Assert.Single(aligned.Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("only 10", Assert.Single(published.Validate()).Message, StringComparison.Ordinal);
        Assert.Equal("inject_step", Assert.Single(new EditOptions { InjectStep = 1 }.Validate()).Field);
    }

    [Fact]
    public void Validate_WindowsThatCannotAdvance_AreRefused()
    {
        Assert.Equal("window_overlap", Assert.Single(new EditOptions { ClipLength = 5, WindowOverlap = 4, AnchorFrames = 1 }.Validate()).Field);
        Assert.Empty(new EditOptions { ClipLength = 6, WindowOverlap = 4, AnchorFrames = 1 }.Validate());
    }

    [Fact]
    public void Validate_EveryOptionInRange_NeverThrows() =>
        Prop.ForAll<int, int, float>((steps, inject, fraction) =>
        {
            var options = new EditOptions
            {
                Steps = steps,
                InjectStep = inject,
                UsePnp = true,
                BlendingPercentage = fraction,
                ModulatedFraction = fraction,
                InversionSteps = inject,
                AlignedInjection = false,
            };
            return options.Validate().Count >= 0;
        }).QuickCheckThrowOnFailure();
}
