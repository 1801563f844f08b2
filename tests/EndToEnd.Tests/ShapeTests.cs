using VideoGrain.Media.Png;
using VideoGrain.Protos.V1;

namespace VideoGrain.EndToEnd.Tests;

/// <summary>Clips of any size in multiples of 8 and any number of frames.</summary>
public sealed class ShapeTests(WholeSystem system)
{
    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(1, 64, 64)]
    [InlineData(2, 72, 104)]
    [InlineData(3, 40, 136)]
    [InlineData(5, 88, 24)]
    public async Task Edit_OfAnyShape_GivesFramesOfThatShape(int frames, int height, int width)
    {
        var edit = await system.SucceedAsync(Clips.Edit(frames, height, width), Clips.Pixels(frames, height, width));

        Assert.Equal(frames, edit.Artifacts.Count(artifact => artifact.Kind == ArtifactKind.Frame));
        var last = PngReader.Read(await system.DownloadAsync(edit, $"frame-{frames - 1:D4}.png"));
        Assert.Equal((width, height), (last.Width, last.Height));
    }

    [Fact]
    public async Task Edit_OfAnOddShapeWithTrajectoriesInjectionAndControl_Succeeds()
    {
        var specification = Clips.Edit(3, 56, 104, steps: 3);
        specification.Options.FlattenDivisors = new FlattenDivisors { Divisors = { 1, 2, 4 } };
        (specification.Options.UsePnp, specification.Options.InjectStep) = (true, 2);
        specification.Control = new EditControl { Options = new ControlOptions { Type = ControlType.Canny } };

        var edit = await system.SucceedAsync(specification, Clips.Pixels(3, 56, 104));

        Assert.Equal(3, edit.Artifacts.Count(artifact => artifact.Kind == ArtifactKind.Frame));
    }

    [Fact]
    public async Task Edit_OfAClipLongerThanAPass_RunsInWindows()
    {
        var specification = Clips.Edit(14, 32, 40);
        (specification.Options.ClipLength, specification.Options.WindowOverlap, specification.Options.AnchorFrames) = (6, 2, 1);

        var edit = await system.SucceedAsync(specification, Clips.Pixels(14, 32, 40));

        Assert.Equal(14, edit.Artifacts.Count(artifact => artifact.Kind == ArtifactKind.Frame));
    }
}
