using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Cli.Chaos.Workload;

/// <summary>An edit that takes a second: few small frames, few steps. Each variant goes another way through the stages.</summary>
internal sealed class ToyEdit
{
    private const int Side = 64;
    private const int Channels = 3;
    private const byte Inside = 255;
    private static readonly Duration ShortestWait = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1));
    private readonly EditSpecification _specification;
    private readonly IReadOnlyList<byte[]> _uploads;

    private ToyEdit(string content, EditSpecification specification, IReadOnlyList<byte[]> uploads, params IReadOnlyList<string> mayFailAs) =>
        (Content, _specification, _uploads, MayFailAs) = (content, specification, uploads, mayFailAs);

    /// <summary>The variants.</summary>
    public static IReadOnlyList<ToyEdit> All { get; } =
    [
        // Masks through segmentation, previews, every kind of result.
        Masked("masked", frames: 2, shade: 40, steps: 4, seed: 7),

        // The same clip and source prompt: the inversion may come from the cache.
        Masked("cached", frames: 2, shade: 40, steps: 4, seed: 8),

        // Optical flow and trajectory attention.
        Flowing("flowing", frames: 3, shade: 90, steps: 3),

        // No region, no segmentation at all.
        Whole("whole", frames: 2, shade: 140, steps: 5),

        // Has to be begun at once or not at all.
        Impatient("impatient", frames: 2, shade: 190, steps: 3),
    ];

    /// <summary>Names everything that the result depends on.</summary>
    public string Content { get; }

    /// <summary>Reasons for which the edit may fail whatever the system does.</summary>
    public IReadOnlyList<string> MayFailAs { get; }

    /// <summary>The messages that submit the edit.</summary>
    /// <param name="requestKey">The <c>request_id</c>.</param>
    public IEnumerable<SubmitEditRequest> Messages(string requestKey)
    {
        EditSpecification specification = _specification.Clone();
        specification.RequestId = requestKey;
        yield return new SubmitEditRequest { Specification = specification };
        for (int i = 0; i < _uploads.Count; i++)
        {
            yield return new SubmitEditRequest
            {
                Upload = new UploadChunk { Name = specification.Uploads[i].Name, Data = ByteString.CopyFrom(_uploads[i]), Crc32C = Crc32C.Compute(_uploads[i]) },
            };
        }
    }

    private static ToyEdit Masked(string content, int frames, byte shade, uint steps, ulong seed)
    {
        EditSpecification edit = Base(frames, steps, seed);
        edit.Uploads.Add(Raw("mask", frames, channels: 1));
        edit.Regions.Add(new EditRegion { Id = "left", Phrase = "a red circle", Source = new RegionSource { Mask = new GivenMask { Name = "mask" } } });
        edit.Output = new OutputOptions { Frames = true, Strip = true, Masks = true, PreviewEvery = 2 };
        byte[] mask = [.. Enumerable.Range(0, frames * Side * Side).Select(i => i % Side < Side / 2 ? Inside : (byte)0)];
        return new ToyEdit(content, edit, [Clip(frames, shade), mask]);
    }

    private static ToyEdit Flowing(string content, int frames, byte shade, uint steps)
    {
        EditSpecification edit = Base(frames, steps, seed: 9);
        edit.Options.FlattenDivisors = new FlattenDivisors { Divisors = { 1 } };
        edit.Output = new OutputOptions { Frames = true };
        return new ToyEdit(content, edit, [Clip(frames, shade)]);
    }

    private static ToyEdit Whole(string content, int frames, byte shade, uint steps)
    {
        EditSpecification edit = Base(frames, steps, seed: 10);
        edit.Output = new OutputOptions { PreviewEvery = 1 };
        return new ToyEdit(content, edit, [Clip(frames, shade)]);
    }

    private static ToyEdit Impatient(string content, int frames, byte shade, uint steps)
    {
        EditSpecification edit = Base(frames, steps, seed: 11);
        edit.QueueTimeout = ShortestWait;
        return new ToyEdit(content, edit, [Clip(frames, shade)], "DEADLINE_IN_QUEUE");
    }

    private static EditSpecification Base(int frames, uint steps, ulong seed) => new()
    {
        DisplayName = string.Create(CultureInfo.InvariantCulture, $"chaos {seed}"),
        Uploads = { Raw("clip", frames, Channels) },
        Clip = new ClipSource { Upload = "clip" },
        SourcePrompt = "a blue square on grass",
        TargetPrompt = "a red circle on grass",
        Options = new EditOptions { Seed = seed, Steps = steps, InversionSteps = steps },
    };

    private static Upload Raw(string name, int frames, int channels) => new()
    {
        Name = name,
        Format = UploadFormat.Raw,
        RawGeometry = new ClipGeometry { FrameCount = (uint)frames, Height = Side, Width = Side },
        PartBytes = { (ulong)(frames * Side * Side * channels) },
    };

    private static byte[] Clip(int frames, byte shade) => [.. Enumerable.Range(0, frames * Side * Side * Channels).Select(i => (byte)(shade + (i % 61)))];
}
