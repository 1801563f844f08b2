using System.Runtime.InteropServices;
using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Tests.Support;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Tests.Calls;

public sealed class ClusterTests(SegmentationFixture service) : IClassFixture<SegmentationFixture>
{
    private const int Frames = 2;
    private const int Rows = 4;
    private const int Columns = 8;
    private const int Points = Rows * Columns;
    private const int TextTokens = 77;

    [Fact]
    public async Task ClusterInversion_ThreeStripes_AreFoundAndNamed()
    {
        var (tensors, summary) = await ClusterAsync(Header(), Attention());

        Assert.Equal([3L, Frames, Rows, Columns], tensors["masks"].Shape);
        Assert.Equal(["cat", "dog", "grass"], summary.Clusters.Select(c => c.Noun).Order(StringComparer.Ordinal));
        var masks = tensors["masks"].Data;
        foreach (var (index, cluster) in summary.Clusters.Index())
        {
            var (first, last) = cluster.Noun switch { "cat" => (0, 1), "dog" => (2, 4), _ => (5, 7) };
            for (var i = 0; i < Frames * Points; i++)
                Assert.Equal(i % Columns >= first && i % Columns <= last ? 1 : 0, masks[(index * Frames * Points) + i]);
        }
    }

    [Fact]
    public async Task ClusterInversion_SameSeed_GivesTheSameBytes()
    {
        var first = await ClusterAsync(Header(), Attention());
        var second = await ClusterAsync(Header(), Attention());

        Assert.Equal(first.Tensors["masks"].Data, second.Tensors["masks"].Data);
    }

    [Fact]
    public async Task ClusterInversion_BadHeader_NamesEveryField()
    {
        var header = Header();
        header.ClusterCount = 17;
        header.Restarts = 101;
        header.Rows = 0;
        header.NounTokens[1] = 77;
        header.Nouns.Add("");

        var error = await WholeCalls.FailureOf(() => ClusterAsync(header));

        string[] expected =
            ["header.cluster_count", "header.restarts", "header.rows", "header.noun_tokens[1]", "header.nouns[3]", "header.noun_tokens"];
        Assert.Empty(expected.Except(error.Violations.Select(v => v.Field)));
    }

    [Fact]
    public async Task ClusterInversion_MoreClustersThanPoints_IsRefused()
    {
        var header = Header();
        (header.Rows, header.Columns, header.ClusterCount) = (1, 2, 3);

        Assert.Equal("header.cluster_count", (await WholeCalls.FailureOf(() => ClusterAsync(header))).Violations.Single().Field);
    }

    [Fact]
    public async Task ClusterInversion_AttentionBeyondTheLimit_IsRefusedBeforeItComes()
    {
        var header = Header();
        (header.Rows, header.Columns) = (512, 512);

        Assert.Equal(ErrorReasons.StreamTooLarge, (await WholeCalls.FailureOf(() => ClusterAsync(header))).Reason);
    }

    [Fact]
    public async Task ClusterInversion_AttentionThatIsNoNumber_IsNamed()
    {
        var attention = Attention();
        BitConverter.TryWriteBytes(attention[1].Data.AsSpan(5 * sizeof(float)), float.NaN);

        var error = await WholeCalls.FailureOf(() => ClusterAsync(Header(), attention));

        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        Assert.Contains("cross_attention: element 5", error.Message, StringComparison.Ordinal);
    }

    private static ClusterInversionHeader Header() => new()
    {
        Geometry = new ClipGeometry { FrameCount = Frames, Height = 32, Width = 64 },
        SourcePrompt = "a cat and a dog on grass",
        Nouns = { "cat", "dog", "grass" },
        NounTokens = { 2, 5, 7 },
        ClusterCount = 3,
        Rows = Rows,
        Columns = Columns,
    };

    // Columns 0-1 are the cat, 2-4 the dog, 5-7 grass: points attend to their own stripe, and to its noun.
    private static Tensor[] Attention()
    {
        static int Stripe(int point) => point % Columns < 2 ? 0 : point % Columns < 5 ? 1 : 2;
        int[] tokens = [2, 5, 7];
        var self = new float[Frames * Points * Points];
        var cross = new float[Frames * Points * TextTokens];
        for (var p = 0; p < Frames * Points; p++)
        {
            for (var q = 0; q < Points; q++)
                self[(p * Points) + q] = Stripe(p) == Stripe(q) ? 0.1f : 0.001f;
            cross[(p * TextTokens) + tokens[Stripe(p)]] = 5;
        }

        return [Floats("self_attention", self, Frames, Points, Points), Floats("cross_attention", cross, Frames, Points, TextTokens)];
    }

    private static Tensor Floats(string name, float[] values, params long[] shape)
        => new(name, ElementType.Float32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private async Task<(IReadOnlyDictionary<string, Tensor> Tensors, ClusterInversionSummary Summary)> ClusterAsync(
        ClusterInversionHeader header, params Tensor[] tensors)
    {
        using var call = service.Client.ClusterInversion(deadline: SegmentationFixture.Deadline);
        await call.SendAsync([new() { Header = header }, .. tensors.SelectMany(t => t.Chunks()).Select(c => new ClusterInversionRequest { Tensor = c })]);
        var responses = await call.ResponseStream.ReadAllAsync().ToListAsync();
        return (Tensor.Join(responses.Where(r => r.Tensor != null).Select(r => r.Tensor)), responses[^1].Summary);
    }
}
