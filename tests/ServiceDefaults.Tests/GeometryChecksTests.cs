using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Stages;

namespace VideoGrain.ServiceDefaults.Tests;

public class GeometryChecksTests
{
    private static readonly StageLimitsOptions Limits = new();

    [Fact]
    public void AnyGeometry_ThatPasses_IsWithinEveryLimit() =>
        Prop.ForAll<uint, uint, uint>((frames, height, width) =>
        {
            var geometry = new ClipGeometry { FrameCount = frames, Height = height, Width = width };
            var passes = GeometryChecks.Check(new ViolationList(), "g", geometry, Limits, 8);
            var fits = frames >= 1 && frames <= Limits.MaxFrames && height > 0 && width > 0 && height % 8 == 0 && width % 8 == 0
                && (decimal)height * width <= Limits.MaxFramePixels && (decimal)frames * height * width <= Limits.MaxClipPixels;
            return passes == fits;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(256u, 4294967288u, 4294967288u)]
    [InlineData(4294967295u, 1024u, 1024u)]
    [InlineData(256u, 1024u, 1024u)]
    public void Geometry_BeyondTheLimits_IsRefused(uint frames, uint height, uint width)
    {
        var violations = new ViolationList();
        Assert.False(GeometryChecks.Check(violations, "g", new ClipGeometry { FrameCount = frames, Height = height, Width = width }, Limits, 8));
        Assert.NotEmpty(violations);
    }

    [Fact]
    public void Geometry_BeyondTheLimits_IsRefused_AfterMoreFaultsThanAreKept()
    {
        var violations = new ViolationList();
        for (var i = 0; i < 10_000; i++)
            violations.Add($"header.regions[{i}].id", "is wrong");

        Assert.False(GeometryChecks.Check(violations, "g", new ClipGeometry(), Limits, 8));
    }
}
