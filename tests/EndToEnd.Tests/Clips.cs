using VideoGrain.Protos.V1;

namespace VideoGrain.EndToEnd.Tests;

/// <summary>Small clips and edits of them.</summary>
internal static class Clips
{
    public const string SourcePrompt = "a man in a red hoodie";

    /// <summary>An edit of a raw clip in few steps, whose one region is the whole frame.</summary>
    public static EditSpecification Edit(int frames, int height, int width, uint steps = 2)
    {
        var specification = new EditSpecification
        {
            SourcePrompt = SourcePrompt,
            TargetPrompt = "Iron Man is jogging",
            Clip = new ClipSource { Upload = "clip" },
            Options = new EditOptions { Steps = steps, InversionSteps = steps, Seed = 7 },
            Output = new OutputOptions { Frames = true },
        };
        specification.Uploads.Add(Raw("clip", frames, height, width, 3));
        specification.Regions.Add(new EditRegion { Id = "all", Phrase = "Iron Man", Source = new RegionSource { WholeFrame = new WholeFrame() } });
        return specification;
    }

    /// <summary>The same with its region named by a noun of the source prompt.</summary>
    public static EditSpecification NounEdit(int frames = 2, int height = 64, int width = 64, uint steps = 4)
    {
        var specification = Edit(frames, height, width, steps);
        specification.Regions[0].Source = new RegionSource { Noun = new NounQuery { Noun = "man" } };
        return specification;
    }

    public static Upload Raw(string name, int frames, int height, int width, int channels) => new()
    {
        Name = name,
        Format = UploadFormat.Raw,
        RawGeometry = new ClipGeometry { FrameCount = (uint)frames, Height = (uint)height, Width = (uint)width },
        PartBytes = { (ulong)(frames * height * width * channels) },
    };

    /// <summary>A gradient with a square that moves.</summary>
    public static byte[] Pixels(int frames, int height, int width, int channels = 3)
    {
        var pixels = new byte[frames * height * width * channels];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (frame, row, column, channel) = (i / (height * width * channels), i / (width * channels) % height, i / channels % width, i % channels);
            var inside = row >= height / 4 && row < height / 2 && column >= (width / 4) + frame && column < (width / 2) + frame;
            pixels[i] = inside ? (byte)(channel == 0 ? 220 : 40) : (byte)((2 * row) + column);
        }

        return pixels;
    }
}
