using VideoGrain.Editing;
using VideoGrain.Editing.Attention;
using VideoGrain.Orchestrator.Jobs;

namespace VideoGrain.Orchestrator.Scaling;

/// <summary>
/// Counts the arithmetic of an edit with Stable Diffusion 1.5's networks. One pass of the UNet over N latent cells costs
/// <c>a N + b N K</c>: convolutions and projections grow with the cells, self-attention with cells times the K keys that each one sees.
/// The constants are sums over the layers; docs/capacity.md derives them and holds them against measurements. Another network of the same
/// family has other constants but much the same proportions, and the measured speed (<see cref="StageSpeeds"/>) takes up the difference.
/// </summary>
internal static class WorkModel
{
    /// <summary>UNet operations per latent cell, branch and step that do not depend on the clip's size.</summary>
    public const double UNetPerCell = 1.65e8;

    /// <summary>UNet self-attention operations per pair of query and key cell, counted at the finest level: 4 C per layer, summed over levels.</summary>
    public const double UNetPerPair = 7301;

    /// <summary>ControlNet's share of <see cref="UNetPerCell"/>: the UNet's first half without the skip connections.</summary>
    public const double ControlPerCell = 0.33 * UNetPerCell;

    /// <summary>ControlNet's share of <see cref="UNetPerPair"/>: two of five self-attention layers a level; it sees one frame at a time.</summary>
    public const double ControlPerPair = 0.4 * UNetPerPair;

    /// <summary>VAE operations per pixel: encoding.</summary>
    public const double EncodePerPixel = 4.0e6;

    /// <summary>VAE operations per pixel: decoding.</summary>
    public const double DecodePerPixel = 9.4e6;

    private const int Guided = 2;

    /// <summary>The work of an edit.</summary>
    /// <param name="clip">The clip as the stages see it.</param>
    /// <param name="options">The edit's options, every one set.</param>
    /// <param name="pixelsPerLatent">Pixels per latent cell in each direction, 1 or more.</param>
    public static GpuWork Count(ClipShape clip, EditOptions options, int pixelsPerLatent)
    {
        var pixels = (double)clip.Frames * clip.Height * clip.Width;
        var cells = (double)clip.Height * clip.Width / (pixelsPerLatent * pixelsPerLatent);
        var pass = Pass(clip.Frames, cells, options);
        var inversionSteps = options.EffectiveInversionSteps - (options.SkipFirstInversionStep ? 1 : 0);
        var steps = options.Steps - options.SkippedSteps;

        // Guidance 1 needs one branch; injection runs the source as another.
        var branches = (steps * (options.GuidanceScale == 1 ? 1 : Guided)) + (options.UsePnp ? Math.Min(options.InjectStep, steps) : 0);
        return new GpuWork((inversionSteps * pass) + (pixels * EncodePerPixel), (branches * pass) + (pixels * DecodePerPixel));
    }

    // One branch of one step over the whole clip, window by window.
    private static double Pass(int frames, double cells, EditOptions options)
    {
        var withControl = options.ControlType.Length > 0;
        return WindowPlan.Build(frames, options.ClipLength, options.WindowOverlap, options.AnchorFrames, step: 0).Sum(window =>
        {
            var (count, seen) = (window.Frames.Length, FramesSeen(window.Frames.Length, options.AttentionSpan));
            var unet = (count * cells * UNetPerCell) + (count * cells * seen * cells * UNetPerPair);
            return withControl ? unet + (count * cells * ControlPerCell) + (count * cells * cells * ControlPerPair) : unet;
        });
    }

    private static int FramesSeen(int frames, AttentionSpan span) => span switch
    {
        AttentionSpan.PerFrame => 1,
        AttentionSpan.SparseCausal => Math.Min(2, frames),
        _ => frames,
    };
}
