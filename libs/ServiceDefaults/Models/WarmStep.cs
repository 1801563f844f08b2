using VideoGrain.Diffusion;
using VideoGrain.Editing;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>One step of work with every part of a model, on the smallest clip that reaches every level.</summary>
internal static class WarmStep
{
    private const int LatentSide = 8;
    private const byte Grey = 128;
    private const int Channels = 3;

    /// <summary>Encodes a grey frame, takes one inversion step and decodes the latents again.</summary>
    /// <exception cref="EditException">The model gives no finite numbers.</exception>
    public static void Run(StableDiffusion model, TimeProvider time, CancellationToken cancellationToken)
    {
        var side = LatentSide * model.Vae.Downscale;
        var pixels = new byte[side * side * Channels];
        Array.Fill(pixels, Grey);
        var request = new InversionRequest { Clip = new RgbClip(1, side, side, pixels), Options = new EditOptions { Steps = 1, FlattenDivisors = [] } };
        var result = new InversionLoop(model, time).Run(request, cancellation: cancellationToken);
        using var scope = model.Engine.BeginScope();
        FrameDecoder.DecodeValues(model, result.Start, 0, 1);
    }
}
