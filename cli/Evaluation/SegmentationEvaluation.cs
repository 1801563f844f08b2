using VideoGrain.Cli.Output;
using VideoGrain.Cli.Regions;
using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Protos.V1;
using VideoGrain.Quality.Toybox;

namespace VideoGrain.Cli.Evaluation;

/// <summary>
/// Asks the segmentation service for every object of toybox clips and compares its answers with the truth. Each object is asked for
/// by a box in one frame, so that masks and identities are judged and not the names of classes.
/// </summary>
/// <param name="client">The service.</param>
internal sealed class SegmentationEvaluation(SegmentationClient client)
{
    /// <summary>Scores one clip.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="CommandException">The clip shows no object.</exception>
    public async Task<SegmentationScore> ScoreAsync(EvaluationClip clip, CancellationToken cancellation)
    {
        IReadOnlyList<ToyboxObject> objects = [.. clip.Truth.Objects.Where(o => !clip.Masks(o.Mask).IsEmpty)];
        if (objects.Count == 0)
            throw CommandException.Of(ExitCodes.Usage, "CLIP_INVALID", $"{clip.Name}: no object is to be seen.");
        SegmentVideoHeader header = new() { Geometry = SegmentationClient.Geometry(clip.Frames) };
        header.Regions.Add(objects.Select(o => new SegmentRegion { Id = o.Mask, Source = new RegionSource { Box = Box(clip.Masks(o.Mask)) } }));
        FoundRegions found = await client.SegmentAsync(header, clip.Frames, cancellation);

        List<double> overlaps = [];
        int switches = 0;
        for (int i = 0; i < objects.Count; i++)
        {
            MaskSequence truth = clip.Masks(objects[i].Mask);
            int? identity = null;
            for (int f = 0; f < clip.Frames.Count; f++)
            {
                if (!truth[f].IsEmpty || !found.Masks[i][f].IsEmpty)
                    overlaps.Add(Overlap(truth[f], found.Masks[i][f]));
                int best = Enumerable.Range(0, objects.Count).MaxBy(r => Overlap(truth[f], found.Masks[r][f]));
                if (truth[f].IsEmpty || Overlap(truth[f], found.Masks[best][f]) == 0)
                    continue;
                switches += identity is int before && before != best ? 1 : 0;
                identity = best;
            }
        }

        return new SegmentationScore(
            clip.Name, overlaps.Average(), overlaps.Min(), switches, clip.FlowIsGiven ? await FlowErrorAsync(clip, cancellation) : null);
    }

    // The box around an object in the frame that shows most of it.
    private static BoxQuery Box(MaskSequence masks)
    {
        int frame = Enumerable.Range(0, masks.Count).MaxBy(f => masks[f].Count), width = masks.Width;
        int[] inside = [.. Enumerable.Range(0, masks[frame].Set.Length).Where(p => masks[frame].Set[p] != 0)];
        return new BoxQuery
        {
            Frame = (uint)frame,
            Left = inside.Min(p => p % width),
            Top = inside[0] / width,
            Right = inside.Max(p => p % width) + 1,
            Bottom = (inside[^1] / width) + 1,
        };
    }

    private async Task<double> FlowErrorAsync(EvaluationClip clip, CancellationToken cancellation)
    {
        IReadOnlyList<FlowField> estimate = await client.FlowAsync(clip.Frames, cancellation);
        return estimate.Zip(clip.Flow).Average(pair => EndPointError(pair.First, pair.Second));
    }

    private static double EndPointError(FlowField estimate, FlowField truth) => Enumerable.Range(0, truth.Visible.Length)
        .Where(p => truth.Visible[p])
        .Average(p => double.Hypot(
            estimate.Displacement[2 * p] - truth.Displacement[2 * p], estimate.Displacement[(2 * p) + 1] - truth.Displacement[(2 * p) + 1]));

    private static double Overlap(Mask a, Mask b)
    {
        int common = 0;
        for (int p = 0; p < a.Set.Length; p++)
            common += a.Set[p] & b.Set[p];
        return common == 0 ? 0 : common / (double)(a.Count + b.Count - common);
    }
}
