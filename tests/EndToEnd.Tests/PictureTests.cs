using VideoGrain.Media.Png;
using VideoGrain.Protos.V1;

namespace VideoGrain.EndToEnd.Tests;

/// <summary>Pictures that an edit leaves on request.</summary>
public sealed class PictureTests(WholeSystem system)
{
    private const int Frames = 3;
    private const int Height = 40;
    private const int Width = 72;

    [Fact]
    public async Task Edit_AskedForEveryPicture_LeavesThemWithTheirKinds()
    {
        var specification = Clips.NounEdit(Frames, Height, Width);
        specification.Output = new OutputOptions { HeatMaps = true, Features = true, Clusters = true, MaskedInput = true, Comparison = true, Strip = true };

        var edit = await system.SucceedAsync(specification, Clips.Pixels(Frames, Height, Width));

        Assert.Equal(
            [
                (ArtifactKind.Clusters, "clusters.mp4"), (ArtifactKind.Clusters, "clusters.png"), (ArtifactKind.Comparison, "comparison.mp4"),
                (ArtifactKind.Features, "features.mp4"), (ArtifactKind.Features, "features.png"), (ArtifactKind.HeatMap, "heat-map-all.mp4"),
                (ArtifactKind.HeatMap, "heat-map-all.png"), (ArtifactKind.MaskedInput, "masked-input.mp4"), (ArtifactKind.MaskedInput, "masked-input.png"),
                (ArtifactKind.Strip, "strip.png"),
            ],
            edit.Artifacts.Where(artifact => artifact.Kind is not (ArtifactKind.Video or ArtifactKind.Report))
                .Select(artifact => (artifact.Kind, artifact.Name)).OrderBy(artifact => artifact.Name, StringComparer.Ordinal));
        foreach (var name in new[] { "clusters.png", "features.png", "heat-map-all.png", "masked-input.png" })
        {
            var picture = PngReader.Read(await system.DownloadAsync(edit, name));
            Assert.Equal(Height, picture.Height);
            Assert.True(picture.Samples.Distinct().Count() > 2, $"{name} shows nothing");
        }
    }

    [Fact]
    public async Task Edit_NotAsked_LeavesNoPictureAndRecordsNoAttention()
    {
        var edit = await system.SucceedAsync(Clips.Edit(1, 64, 64), Clips.Pixels(1, 64, 64));

        Assert.Equal([ArtifactKind.Video, ArtifactKind.Frame, ArtifactKind.Report], edit.Artifacts.Select(artifact => artifact.Kind).Order());
    }
}
