namespace VideoGrain.Golden.Groups;

/// <summary>Group d: images to latents and back.</summary>
public sealed class VaeRunner : IGroupRunner
{
    private const int Channels = 3;

    /// <inheritdoc/>
    public string Group => "d";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } = ["scaling"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        using var scope = context.Engine.BeginScope();
        var vae = context.Model(golden).Vae;
        Assert.Equal(golden.Json.GetProperty("scaling").GetSingle(), vae.ScalingFactor);

        var pixels = golden.Bytes("frames_u8").Select(value => value / 255f * 2 - 1).ToArray();
        var posterior = vae.Encode(context.Engine.Upload(pixels, golden.Shape("frames_u8")));
        CompareImages("mean", context.Download(posterior.Mean));
        CompareImages("logvar", context.Download(posterior.LogVariance));
        context.CompareClip(golden, "latents_mean", posterior.MeanLatents());
        context.CompareClip(golden, "latents_sampled", posterior.SampleLatents(ClipLayout.ToChannelsLast(golden.Floats("noise"), golden.Shape("noise"))));

        var decoded = context.Download(vae.Decode(context.UploadClip(golden, "latents_in"), framesPerRun: 2));
        CompareImages("decoded_raw", decoded);
        var shape = golden.Shape("decoded");
        var first = decoded.AsSpan(0, shape[^3] * shape[^2] * Channels).ToArray().Select(value => Math.Clamp(value / 2 + 0.5f, 0, 1)).ToArray();
        context.Report.Compare(golden, "decoded", first, golden.Floats("decoded"));

        void CompareImages(string name, float[] actual) =>
            context.Report.Compare(golden, name, actual, ClipLayout.ToChannelsLast(golden.Floats(name), golden.Shape(name)));
    }
}
