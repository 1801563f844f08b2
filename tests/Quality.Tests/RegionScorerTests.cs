using System.Text.Json;
using VideoGrain.Media;
using VideoGrain.Media.Resizing;
using VideoGrain.Quality.Toybox;

namespace VideoGrain.Quality.Tests;

public sealed class RegionScorerTests : IDisposable
{
    private readonly ToyboxJudges _judges = new(Clip.Evaluator());

    [Fact]
    public void Score_SourceAgainstItself_IsPerfect()
    {
        var score = new RegionScorer(_judges).Score(Clip.Case, Clip.Unchanged, Clip.Frames, Clip.Frames, Clip.Masks("background"));

        Assert.Equal((1.0, 1.0, 1.0, 1.0, 1.0), (score.Shape, score.Colour, score.Part, score.All, score.Background));
        Assert.Equal(BackgroundPreservation.IdenticalPsnr, score.BackgroundPsnr);
        Assert.Equal(["a purple moon", "a white square"], score.Objects.Select(o => o.Phrase));
        Assert.Equal(8, score.Frames);
    }

    [Fact]
    public void Score_SourceAgainstAnEdit_CountsOnlyWhatIsRight()
    {
        // Yellow star and orange diamond were asked for; purple moon and white square are there, and both are plain.
        var score = new RegionScorer(_judges).Score(Clip.Case, Clip.Case.Edits[0], Clip.Frames, Clip.Frames);

        Assert.Equal((0.0, 0.0, 1.0, 0.0, 1.0), (score.Shape, score.Colour, score.Part, score.All, score.Background));
        Assert.Equal(new RegionAttributes("moon", "purple", "plain"), score.Objects[0].Found);
        Assert.Equal(new RegionAttributes("star", "yellow", "plain"), score.Objects[0].Expected);
        Assert.Null(score.BackgroundPsnr);
    }

    [Fact]
    public void Score_OneObjectWiped_LosesThatObject()
    {
        var hidden = Clip.Masks("obj0");
        var edited = Clip.Frames.Select((frame, f) => Wipe(frame, hidden[f])).ToList();

        var score = new RegionScorer(_judges).Score(Clip.Case, Clip.Unchanged, Clip.Frames, edited, Clip.Masks("background"));

        Assert.True(score.Objects[0].All < 0.2, $"{score.Objects[0]}");
        Assert.Equal(1.0, score.Objects[1].All);
        Assert.Equal(BackgroundPreservation.IdenticalPsnr, score.BackgroundPsnr);
    }

    [Fact]
    public void Score_EditInAnotherSize_ScalesTheTracks()
    {
        var larger = Clip.Frames.Select(f => f.Resize(256, 256, ResizeFilter.Bilinear)).ToList();

        var score = new RegionScorer(_judges).Score(Clip.Case, Clip.Unchanged, larger, larger);

        Assert.Equal(1.0, score.All);
    }

    [Fact]
    public void Score_TooManyFrames_SaysSo()
    {
        var error = Assert.Throws<ArgumentException>(
            () => new RegionScorer(_judges).Score(Clip.Case, Clip.Unchanged, Clip.Frames, [.. Clip.Frames, Clip.Frames[0]]));

        Assert.Contains("9 edited frames", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Score_AsJson_ComesBackEqual()
    {
        var score = new RegionScorer(_judges).Score(Clip.Case, Clip.Case.Edits[2], Clip.Frames, Clip.Frames, Clip.Masks("background"));

        var back = JsonSerializer.Deserialize<EditScore>(JsonSerializer.Serialize(score))!;

        Assert.Equal(score.Objects, back.Objects);
        Assert.Equal(score with { Objects = [] }, back with { Objects = [] });
    }

    public void Dispose() => _judges.Dispose();

    private static Frame Wipe(Frame frame, Mask mask)
    {
        var grass = frame[2, 2];
        var result = new Frame(frame.Width, frame.Height, (byte[])frame.Rgb.Clone());
        for (var y = 0; y < frame.Height; y++)
        {
            for (var x = 0; x < frame.Width; x++)
            {
                if (mask.Set[(y * frame.Width) + x] != 0)
                    result[x, y] = grass;
            }
        }

        return result;
    }
}
