using System.Reflection;
using VideoGrain.Editing;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Contract;
using VideoGrain.ServiceDefaults.Errors;
using EditOptions = VideoGrain.Editing.EditOptions;
using WireOptions = VideoGrain.Protos.V1.EditOptions;

namespace VideoGrain.ServiceDefaults.Tests;

public class EditOptionsMappingTests
{
    [Theory]
    [InlineData(Profile.Published, EditProfile.Published)]
    [InlineData(Profile.Corrected, EditProfile.Corrected)]
    [InlineData(Profile.Unspecified, EditProfile.Corrected)]
    public void UnsetOptions_TakeTheProfilesValues(Profile profile, EditProfile expected)
    {
        var options = Map(new WireOptions { Profile = profile });
        AssertSame(EditOptions.ForProfile(expected) with { NegativePrompt = "", SourcePrompt = "" }, options);
    }

    [Fact]
    public void MissingOptions_AreTheCorrectedProfile() =>
        AssertSame(EditOptions.ForProfile(EditProfile.Corrected) with { NegativePrompt = "", SourcePrompt = "" }, Map(null));

    [Theory]
    [InlineData(Profile.Published, EditProfile.Published)]
    [InlineData(Profile.Corrected, EditProfile.Corrected)]
    public void Options_ThereAndBack_AreTheSame(Profile profile, EditProfile source)
    {
        var options = EditOptions.ForProfile(source) with
        {
            Seed = ulong.MaxValue,
            Steps = 17,
            InversionSteps = 19,
            ModulatedSteps = 4,
            LambdaSelf = 0.123f,
            FreeU = new Editing.FreeUOptions { B1 = 1.1f },
            FlattenDivisors = [1, 4],
            UsePnp = true,
            InjectStep = 1,
            ClipLength = 16,
            NegativePrompt = "",
            SourcePrompt = "",
        };
        AssertSame(options, Map(options.ToProto(profile)));
    }

    [Fact]
    public void EveryOptionOfTheMethod_StandsInTheContract()
    {
        string[] elsewhere = [nameof(EditOptions.ControlType), nameof(EditOptions.ControlScale), nameof(EditOptions.NegativePrompt), nameof(EditOptions.SourcePrompt)];
        var ours = typeof(EditOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && !elsewhere.Contains(property.Name)).Select(property => property.Name.ToLowerInvariant());
        var wire = WireOptions.Descriptor.Fields.InDeclarationOrder().Select(field => field.Name.Replace("_", "", StringComparison.Ordinal));
        Assert.Empty(ours.Except(wire));
    }

    [Fact]
    public void AnExplicitFraction_GoesBeforeTheProfilesStepCount()
    {
        var options = Map(new WireOptions { Profile = Profile.Published, Steps = 10, ModulatedFraction = 0.5 });
        Assert.Equal(5, options.EffectiveModulatedSteps);
    }

    [Fact]
    public void Values_OutOfRange_AreNamedAllAtOnce()
    {
        var violations = new ViolationList();
        var options = new WireOptions
        {
            Steps = uint.MaxValue,
            GuidanceScale = double.NaN,
            LambdaCross = 1e300,
            SelfBranches = (Protos.V1.GuidanceBranches)9,
            SelfSizeDivisor = (Protos.V1.SizeDivisor)9,
        };

        EditOptionsMapping.ToEditing("specification", options, new ControlOptions { Type = ControlType.Depth, ConditioningScale = -1 }, "", "", violations);

        string[] expected =
        [
            "specification.options.steps", "specification.options.guidance_scale", "specification.options.lambda_cross",
            "specification.options.self_branches", "specification.options.self_size_divisor", "specification.control.conditioning_scale",
        ];
        Assert.Empty(expected.Except(violations.Select(violation => violation.Field)));
    }

    [Fact]
    public void Profiles_ForCallers_AreRoundNumbers()
    {
        var corrected = EditOptionsMapping.Profiles().Single(entry => entry.Profile == Profile.Corrected).Options;
        Assert.Equal((7.5, 0.3), (corrected.GuidanceScale, corrected.LambdaSelf));
    }

    private static EditOptions Map(WireOptions? options)
    {
        var violations = new ViolationList();
        var result = EditOptionsMapping.ToEditing("header", options, null, "", "", violations);
        Assert.Empty(violations);
        return result;
    }

    private static void AssertSame(EditOptions expected, EditOptions actual)
    {
        Assert.Equal(expected.FlattenDivisors, actual.FlattenDivisors);
        Assert.Equal(
            expected with { FlattenDivisors = [], InversionSteps = expected.EffectiveInversionSteps, ModulatedSteps = expected.EffectiveModulatedSteps },
            actual with { FlattenDivisors = [], InversionSteps = actual.EffectiveInversionSteps, ModulatedSteps = actual.EffectiveModulatedSteps });
    }
}
