using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using VideoGrain.Editing.Pictures;
using VideoGrain.Media;
using VideoGrain.Media.Pictures;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Tensors;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using AttentionGrid = VideoGrain.Editing.Attention.AttentionGrid;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>
/// The pictures that show how an edit came about. Each is drawn frame by frame from what the stages streamed into the store; of the attention
/// no more than one frame is in memory.
/// </summary>
internal sealed class EditPictures(FrameFiles files, IArtifactStore store, IOptions<LimitsOptions> limits)
{
    private const int OutsideDimming = 4;

    /// <summary>Attention to each region's phrase, laid over the source; regions without a phrase have none.</summary>
    public async IAsyncEnumerable<(string Region, List<Frame> Frames)> HeatMapsAsync(JobContext job, IReadOnlyList<Frame> source)
    {
        var names = job.NamesUnder(WorkingNames.HeatMaps);
        if (names.Count == 0)
            yield break;

        var (grid, cell) = Grid(job);
        for (var region = 0; region < job.Specification.Regions.Count; region++)
        {
            if (string.IsNullOrWhiteSpace(job.Specification.Regions[region].Phrase))
                continue;

            var map = await MeanAsync(job, names, region, source.Count * grid.Rows * grid.Columns);
            yield return (job.Specification.Regions[region].Id, Draw(map, grid, cell, source));
        }
    }

    /// <summary>Principal components of the inversion's self-attention.</summary>
    public async Task<List<Frame>> FeaturesAsync(JobContext job, IReadOnlyList<Frame> source)
    {
        var (grid, cell) = Grid(job);
        var tokens = grid.Rows * grid.Columns;
        await using var stream = await store.OpenReadAsync(job.Get(WorkingNames.SelfAttention).Digest, 0, job.Stop);
        Require(await TensorHeader.ReadAsync(stream, job.Stop), [source.Count, tokens, tokens]);
        var pca = new AttentionPca(tokens);
        var self = new byte[(long)tokens * tokens * sizeof(float)];
        var frames = new List<Frame>(source.Count);
        foreach (var frame in source)
        {
            await TensorHeader.ReadExactlyAsync(stream, self, job.Stop);
            var small = pca.Next(MemoryMarshal.Cast<byte, float>(self));
            frames.Add(Pixels(frame, (y, x, rgb) => small.AsSpan(((y / cell * grid.Columns) + (x / cell)) * Frame.Channels, Frame.Channels).CopyTo(rgb)));
        }

        return frames;
    }

    /// <summary>The clusters of the inversion's attention, tinted.</summary>
    public async Task<List<Frame>> ClustersAsync(JobContext job, IReadOnlyList<Frame> source)
    {
        var cell = Grid(job).Cell;
        var clusters = await ClusteringStage.ReadClustersAsync(store, job, job.Stop);
        return [.. source.Select((frame, i) => MaskOverlay.Draw(
            frame,
            [.. clusters.Select(cluster => new Mask(frame.Width, frame.Height, cluster.Select([i]).Enlarge(cell, frame.Height, frame.Width).Values.ToArray()))]))];
    }

    /// <summary>The source as the edit sees it: regions tinted, what lies outside them all darkened.</summary>
    public async Task<List<Frame>> MaskedInputAsync(JobContext job, IReadOnlyList<Frame> source)
    {
        var masks = new List<Mask>[source.Count];
        var index = 0;
        await foreach (var mask in files.ReadMasksAsync(job.Get(WorkingNames.Masks), job.Stop))
            (masks[index++ % source.Count] ??= []).Add(mask);

        return [.. source.Select((frame, i) => MaskOverlay.Draw(Darkened(frame, masks[i]), masks[i]))];
    }

    /// <summary>Source and result side by side.</summary>
    public static List<Frame> Comparison(IReadOnlyList<Frame> source, IReadOnlyList<Frame> edited) =>
        [.. source.Zip(edited, (before, after) => Strip.Grid([[before, after]]))];

    private static List<Frame> Draw(float[] map, AttentionGrid grid, int cell, IReadOnlyList<Frame> source)
    {
        var (least, most, size) = (map.Min(), map.Max(), grid.Rows * grid.Columns);
        return [.. source.Select((frame, i) =>
        {
            var large = HeatMap.Enlarge(map.AsSpan(i * size, size), grid, cell, frame.Height, frame.Width);
            return new Frame(frame.Width, frame.Height, HeatMap.Blend(large, least, most, frame.Rgb));
        })];
    }

    private static Frame Darkened(Frame frame, List<Mask> masks)
    {
        var inside = masks.ConvertAll(mask => mask.Resize(frame.Width, frame.Height));
        return Pixels(frame, (y, x, rgb) =>
        {
            var at = (y * frame.Width) + x;
            var divisor = inside.Exists(mask => mask.Set[at] != 0) ? 1 : OutsideDimming;
            for (var channel = 0; channel < Frame.Channels; channel++)
                rgb[channel] = (byte)(frame.Rgb[(at * Frame.Channels) + channel] / divisor);
        });
    }

    private static Frame Pixels(Frame like, PixelWriter write)
    {
        var rgb = new byte[like.Rgb.Length];
        for (var y = 0; y < like.Height; y++)
        {
            for (var x = 0; x < like.Width; x++)
                write(y, x, rgb.AsSpan(((y * like.Width) + x) * Frame.Channels, Frame.Channels));
        }

        return new Frame(like.Width, like.Height, rgb);
    }

    /// <summary>Mean over the recorded steps of one region's maps.</summary>
    private async Task<float[]> MeanAsync(JobContext job, IReadOnlyList<string> names, int region, int size)
    {
        var sum = new float[size];
        var bytes = new byte[size * sizeof(float)];
        var (grid, _) = Grid(job);
        foreach (var name in names)
        {
            await using var stream = await store.OpenReadAsync(job.Get(name).Digest, 0, job.Stop);
            var header = await TensorHeader.ReadAsync(stream, job.Stop);
            Require(header, [job.Specification.Regions.Count, job.Job.Clip.Frames, grid.Rows, grid.Columns]);
            stream.Position = header.HeaderBytes + ((long)region * bytes.Length);
            await TensorHeader.ReadExactlyAsync(stream, bytes, job.Stop);
            Add(sum, MemoryMarshal.Cast<byte, float>(bytes));
        }

        return Array.ConvertAll(sum, value => value / names.Count);
    }

    private static void Add(float[] sum, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < sum.Length; i++)
            sum[i] += values[i];
    }

    private static void Require(TensorHeader header, long[] shape)
    {
        if (header.ElementType == ElementType.Float32 && header.Shape.SequenceEqual(shape))
            return;

        var text = string.Create(CultureInfo.InvariantCulture, $"the attention from the stage has shape {string.Join(" x ", header.Shape)}, not {string.Join(" x ", shape)}");
        throw new VideoGrainException(Grpc.Core.StatusCode.Internal, IncomingTensor.ProtocolError, text);
    }

    private (AttentionGrid Grid, int Cell) Grid(JobContext job)
    {
        var grid = AttentionGrid.Of(job.Job.Clip.Height / limits.Value.PixelsPerLatent, job.Job.Clip.Width / limits.Value.PixelsPerLatent);
        return (grid, grid.LatentsPerToken * limits.Value.PixelsPerLatent);
    }

    private delegate void PixelWriter(int y, int x, Span<byte> rgb);
}
