using VideoGrain.Editing;
using VideoGrain.Editing.Clustering;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Requests;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Turns inversion attention into named regions (paper, section 3.3).</summary>
internal sealed class ClusterPipeline(TimeProvider time, StageInstruments instruments)
{
    private const string MasksName = "masks";

    /// <summary>Runs the call. Stops between frames when cancelled.</summary>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT: the attention holds values that are no numbers.</exception>
    public void Run(
        ClusterInversionHeader header,
        IReadOnlyDictionary<string, ReceivedTensor> tensors,
        StageOutput<ClusterInversionResponse> output,
        CancellationToken cancellationToken)
    {
        var clock = new StageClock(time, instruments, 1);
        var (frames, rows, columns) = ((int)header.Geometry.FrameCount, (int)header.Rows, (int)header.Columns);
        var attention = new AttentionRecord(
            frames,
            rows,
            columns,
            ClusterHeaderValidator.TextTokens,
            Finite(tensors[ClusterHeaderValidator.SelfAttention]),
            Finite(tensors[ClusterHeaderValidator.CrossAttention]));
        var options = new ClusterOptions
        {
            Clusters = ClusterHeaderValidator.Clusters(header),
            Restarts = header.Restarts == 0 ? new ClusterOptions().Restarts : (int)header.Restarts,
            Seed = header.Seed,
        };
        Noun[] nouns = [.. header.Nouns.Select((text, i) => new Noun(text, Tokens(header, i)))];
        var regions = InversionClusters.Find(attention, nouns, options, cancellationToken);
        output.Offer(new ClusterInversionResponse { Progress = clock.Step() });

        long[] shape = [regions.Count, frames, rows, columns];
        var summary = new ClusterInversionSummary();
        ulong offset = 0;
        foreach (var region in regions)
        {
            foreach (var chunk in PartChunks.Split(MasksName, ElementType.Uint8, shape, region.Mask.Values, ref offset))
                output.Send(new ClusterInversionResponse { Tensor = chunk }, cancellationToken);
            summary.Clusters.Add(new ClusterResult
            {
                Cluster = (uint)summary.Clusters.Count,
                Noun = region.Noun is { } noun ? header.Nouns[noun] : "",
                Score = region.Score,
                Instance = (uint)region.Instance,
            });
        }

        summary.ComputeTime = clock.Elapsed;
        output.Send(new ClusterInversionResponse { Summary = summary }, cancellationToken);
    }

    private static int[] Tokens(ClusterInversionHeader header, int noun) =>
        [.. Enumerable.Range((int)header.NounTokens[noun], header.NounTokenCounts.Count == 0 ? 1 : (int)header.NounTokenCounts[noun])];

    private static float[] Finite(ReceivedTensor tensor)
    {
        var values = tensor.ToFloats();
        var bad = Array.FindIndex(values, v => !float.IsFinite(v));
        return bad < 0
            ? values
            : throw VideoGrainException.Invalid("tensor", FormattableString.Invariant($"{tensor.Name}: element {bad} is not a finite number"));
    }
}
