using VideoGrain.Diffusion;
using VideoGrain.Diffusion.Vae;
using VideoGrain.Editing;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>One step of the work that a stage does, on the smallest clip that reaches every level of the model.</summary>
internal static class WarmStep
{
    private const int LatentSide = 8;
    private const byte Grey = 128;
    private const int Channels = 3;
    private const string Word = "grey";

    /// <summary>With an encoder: encodes a grey frame and inverts it. With a decoder: edits half of a frame and decodes it.</summary>
    /// <exception cref="EditException">The model gives no finite numbers.</exception>
    public static void Run(StableDiffusion model, TimeProvider time, CancellationToken cancellationToken)
    {
        var options = new EditOptions { Steps = 1, FlattenDivisors = [] };
        if (model.Vae.Halves.HasFlag(AutoencoderHalves.Encoder)) Invert(model, options, time, cancellationToken);
        if (model.Vae.Halves.HasFlag(AutoencoderHalves.Decoder)) Edit(model, options, time, cancellationToken);
    }

    private static void Invert(StableDiffusion model, EditOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var side = LatentSide * model.Vae.Downscale;
        var pixels = new byte[side * side * Channels];
        Array.Fill(pixels, Grey);
        new InversionLoop(model, time).Run(new InversionRequest { Clip = new RgbClip(1, side, side, pixels), Options = options }, cancellation: cancellationToken);
    }

    private static void Edit(StableDiffusion model, EditOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var left = new byte[LatentSide * LatentSide];
        for (var i = 0; i < left.Length; i++) left[i] = (byte)(i % LatentSide < LatentSide / 2 ? 1 : 0);
        var source = new LatentClip(1, LatentSide, LatentSide, model.UNet.LatentChannels);

        // Unlike the source: an edit that returns it is refused, and a model whose weights are all zero would.
        var inverted = source.Copy();
        Array.Fill(inverted.Values, 1);
        var request = new EditRequest
        {
            Prompt = Word,
            Regions = [new RegionPrompt(Word, new LayoutMask(1, LatentSide, LatentSide, left))],
            Options = options,
            Inverted = inverted,
            Source = source,
            Trajectory = _ => inverted,
        };
        new EditLoop(model, time).Run(request, onFrames: (_, _) => { }, cancellation: cancellationToken);
    }
}
