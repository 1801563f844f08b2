using System.Text.Json;
using VideoGrain.Media.Png;
using VideoGrain.Protos.V1;

namespace VideoGrain.EndToEnd.Tests;

/// <summary>Edits that name nouns instead of giving masks, through all services.</summary>
public sealed class NounEditTests(WholeSystem system)
{
    private static readonly byte[] Clip = Clips.Pixels(2, 64, 64);

    [Fact]
    public async Task Edit_ThatNamesANoun_FindsItsMaskAndEditsThere()
    {
        var specification = Clips.NounEdit();
        specification.Output.Masks = true;

        var edit = await system.SucceedAsync(specification, Clip);

        var mask = PngReader.Read(await system.DownloadAsync(edit, "mask-all-0000.png"));
        Assert.InRange(mask.Samples.Count(value => value != 0), 1, mask.Samples.Length - 1);
        using var report = JsonDocument.Parse(await system.DownloadAsync(edit, "report.json"));
        Assert.Contains(report.RootElement.GetProperty("clusters").EnumerateArray(), cluster => cluster.GetProperty("noun").GetString() == "man");
    }

    [Fact]
    public async Task Edit_OfTheSameClipAgain_TakesInversionAndAttentionFromTheCache()
    {
        var first = await system.SucceedAsync(Clips.NounEdit(), Clip);
        var other = Clips.NounEdit();
        other.TargetPrompt = "Iron Man is dancing";

        var second = await system.SucceedAsync(other, Clip);
        var again = await system.SucceedAsync(Clips.NounEdit(), Clip);

        Assert.True(second.Timings.Single(timing => timing.Stage == Stage.Inverting).Cached);
        Assert.Equal(ShaOf(first), ShaOf(again));
        Assert.NotEqual(ShaOf(first), ShaOf(second));
    }

    [Fact]
    public async Task Edit_OfAClipInvertedWithoutAttention_FindsTheSameRegion()
    {
        var fresh = Clips.NounEdit();
        fresh.Options.Seed = 11;
        var plain = Clips.Edit(2, 64, 64, 4);
        plain.Options.Seed = 12;
        var after = Clips.NounEdit();
        after.Options.Seed = 12;
        await system.SucceedAsync(plain, Clip);

        // Its latents are known, its attention is computed from them.
        var computedLater = await system.SucceedAsync(after, Clip);

        Assert.False(computedLater.Timings.Single(timing => timing.Stage == Stage.Inverting).Cached);
        Assert.NotEqual(ShaOf(await system.SucceedAsync(fresh, Clip)), ShaOf(computedLater));
    }

    [Fact]
    public async Task Edit_OfALongClipInWindows_FindsTheNounInEveryFrame()
    {
        var specification = Clips.NounEdit(frames: 7, height: 40, width: 48, steps: 2);
        (specification.Options.ClipLength, specification.Options.WindowOverlap, specification.Options.AnchorFrames) = (4, 1, 1);
        specification.Output.Masks = true;

        var edit = await system.SucceedAsync(specification, Clips.Pixels(7, 40, 48));

        Assert.Equal(7, edit.Artifacts.Count(artifact => artifact.Kind == ArtifactKind.Mask));
    }

    [Fact]
    public async Task Edit_ThatAsksForAnInstanceThatIsNotThere_SaysWhich()
    {
        var specification = Clips.NounEdit();
        specification.Regions[0].Source.Noun.Index = 7;

        var edit = await system.RunAsync(specification, Clip);

        Assert.Equal(EditState.Failed, edit.State);
        var violation = Assert.Single(edit.Failure.Violations);
        Assert.Equal(("specification.regions[0].source.noun", "NOUN_NOT_FOUND"), (violation.Field, violation.Reason));
        Assert.Contains("instance 7", violation.Description, StringComparison.Ordinal);
    }

    private static string ShaOf(Edit edit) => edit.Artifacts.Single(artifact => artifact.Kind == ArtifactKind.Video).Sha256;
}
